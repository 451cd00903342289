import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Cli, FUNCTIONS, TEST_TIMEOUT_MS, temporaryFolder } from './fixture.ts'

t.setTimeout(TEST_TIMEOUT_MS)

const { upper, length, copy } = FUNCTIONS
const cli = await Cli.create(t)
const docs = join(await temporaryFolder(t), 'docs')
const big = randomBytes(5_000_000)
await mkdir(docs)
await writeFile(join(docs, 'hello.txt'), 'hello')
await writeFile(join(docs, 'big'), big)
await cli.up({ upper, length, copy })
await cli.put('/docs', docs, '--freshness', '1h')

async function json(t: Test, ...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await cli.warm('get', '--json', ...args)
  t.equal(code, 0, stderr)
  t.equal(stdout.split('\n').length, 2, 'one line')
  return JSON.parse(stdout) as Record<string, unknown>
}

t.test('content goes to standard output as it is, and nothing else does', async (t) => {
  t.match(await cli.run('get', '/docs/hello.txt'), { code: 0, stdout: 'hello', stderr: '' })
})

t.test('a chain is applied from the right to the left', async (t) => {
  t.match(await cli.run('get', 'length(unit=bits):upper/docs/hello.txt'), {
    code: 0,
    stdout: '{"length":40}',
  })
})

t.test('5 MB go through a function whole, to standard output and to a file', async (t) => {
  const { bytes, code } = await cli.run('get', 'copy/docs/big')
  t.equal(code, 0)
  t.equal(sha256(bytes), sha256(big))
  const folder = await temporaryFolder(t)
  const file = join(folder, 'copy')
  const { stdout, stderr } = await cli.run('get', '/docs/big', '-o', file)
  t.equal(stdout, '')
  t.match(stderr, /copy: 5\.00 MB of application\/octet-stream in \d/)
  t.equal(sha256(await readFile(file)), sha256(big))
  t.strictSame(await readdir(folder), ['copy'])
})

t.test('--json tells of the result, with its content where that is JSON', async (t) => {
  const answer = await json(t, 'length:upper/docs/hello.txt')
  t.match(answer, {
    name: 'length:upper/docs/hello.txt',
    version: Number,
    mediaType: 'application/json',
    bytes: 12,
    ms: Number,
    segments: 1,
    retransmissions: 0,
    content: { length: 5 },
  })
  t.notOk('verified' in answer || 'trace' in answer)
})

t.test('--json has text as it stands, and of other content its size alone', async (t) => {
  t.match(await json(t, 'upper/docs/hello.txt'), { mediaType: 'text/plain', content: 'HELLO' })
  const answer = await json(t, '/docs/big')
  t.match(answer, { bytes: big.length, segments: Math.ceil(big.length / 8000) })
  t.notOk('content' in answer)
})

t.test('--json with a file says where the bytes went', async (t) => {
  const file = join(await temporaryFolder(t), 'hello')
  const answer = await json(t, '/docs/hello.txt', '-o', file)
  t.match(answer, { file, bytes: 5 })
  t.notOk('content' in answer)
  t.equal(await readFile(file, 'utf8'), 'hello')
})

interface TraceOfJson {
  total: number
  hop: number
  contents: { name: string; bytes: number }[]
  functions: {
    function: string
    by: string
    source: string
    fetch: number
    run: number
    bytes: number
    hop: number
  }[]
}

t.test('--trace has each function of the chain, who made it and what it took', async (t) => {
  await writeFile(join(docs, 'traced.txt'), 'traced')
  const { trace } = (await json(t, 'length:upper/docs/traced.txt', '--trace')) as unknown as {
    trace: TraceOfJson
  }
  t.match(trace.contents, [{ name: /^\/docs\/traced\.txt\/v=\d+$/, bytes: 6 }])
  t.match(trace.functions, [
    { function: 'length', by: /\/node\/lab\/function\/length\/[0-9a-f]{64}$/, source: 'new', bytes: 12 },
    { function: 'upper', by: /\/node\/lab\/function\/upper\/[0-9a-f]{64}$/, source: 'new', bytes: 6 },
  ])
  const [outer, inner] = trace.functions
  t.ok(trace.total > (outer?.fetch ?? Number.NaN) && (outer?.fetch ?? 0) > (inner?.fetch ?? Number.NaN))
  t.ok(trace.functions.every(({ hop, fetch }) => hop >= 0 && hop <= fetch))
})

t.test('--trace shows what came from a cache', async (t) => {
  await writeFile(join(docs, 'cached.txt'), 'cached')
  await cli.run('get', 'upper/docs/cached.txt')
  const { code, stdout, stderr } = await cli.run('get', 'length:upper/docs/cached.txt', '--trace')
  t.equal(code, 0)
  t.equal(stdout, '{"length":6}', 'the trace is not mixed with the result')
  t.match(stderr, /^ +1 +length +lab\/[0-9a-f]{12} +\+\d+ ms +new /m)
  t.match(stderr, /^ +2 +upper +lab\/[0-9a-f]{12} +.* before +from cache /m)
  t.match(stderr, /^ +3 +\/docs\/cached\.txt /m)
})

t.test('--verify accepts what the anchor vouches for, and tells who made it', async (t) => {
  const { code, stdout, stderr } = await cli.run('get', '--verify', 'copy/docs/big')
  t.equal(code, 0)
  t.equal(stdout.length > 0, true)
  t.match(
    stderr,
    /^verified: 625 segments by function 'copy' \([0-9a-f]{12}\) on node 'lab', under trust anchor \/ndn-sfc\//,
  )
  const plain = await cli.run('get', '--verify', '/docs/hello.txt')
  t.match(plain.stderr, /^verified: 1 segment by producer '/)
})

t.test('--verify in --json names the whole way to the anchor', async (t) => {
  t.match(await json(t, '--verify', '--trace', 'upper/docs/hello.txt'), {
    verified: {
      anchor: String,
      by: [{ kind: 'instance', function: 'upper', node: 'lab', digest: String, chain: Array }],
    },
    trace: { functions: [{ function: 'upper' }] },
  })
})

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
