import { execFileSync } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runCommand } from '../../src/function/command.ts'
import type { FunctionContext } from '../../src/function/index.ts'
import { bytesOf } from '../endpoint/fixtures/objects.ts'
import { textOf, World } from './fixtures/world.ts'

const NODE = process.execPath

function run(
  command: readonly string[],
  input: string | Uint8Array = '',
  options: { context?: Partial<FunctionContext>; maxBytes?: number; directory?: string } = {},
): Promise<Buffer> {
  const { maxBytes = 1_000_000, directory = '/' } = options
  const described = { name: '/x/v=1', mediaType: 'text/plain', content: Buffer.from(input) }
  const context: FunctionContext = {
    parameters: {},
    input: described,
    inputs: [described],
    signal: new AbortController().signal,
    deadline: Date.now() + 10_000,
    log: () => {},
    ...options.context,
  }
  return runCommand({ command, directory, input: Buffer.from(input), context, maxBytes }) as Promise<Buffer>
}

const script = (code: string): string[] => [NODE, '-e', code]

t.test('a command gets the input on stdin and gives the result on stdout', async (t) => {
  t.equal((await run(['cat'], 'abc')).toString(), 'abc')
  const large = bytesOf(3_000_000)
  t.ok(large.equals(await run(['cat'], large, { maxBytes: 3_000_000 })))
  t.equal((await run(['true'])).length, 0, 'nothing is a result too')
})

t.test(
  'it runs in its folder, and knows its parameters, its input, and nothing else of the environment',
  async (t) => {
    const directory = await folder(t)
    await writeFile(
      join(directory, 'tool.sh'),
      '#!/bin/sh\nenv | grep -v -e PWD -e SHLVL -e "^_=" | sort\n',
      {
        mode: 0o755,
      },
    )
    process.env.SECRET = 'of the node'
    t.teardown(() => delete process.env.SECRET)
    const context = { parameters: { width: 640, 'keep-ratio': true, name: 'a b' } }
    const output = await run(['./tool.sh'], '', { directory, context })
    t.same(output.toString().trim().split('\n'), [
      'INPUT_NAME=/x/v=1',
      'INPUT_TYPE=text/plain',
      'LC_ALL=C.UTF-8',
      'PARAMETER_KEEP_RATIO=true',
      'PARAMETER_NAME=a b',
      'PARAMETER_WIDTH=640',
      `PATH=${process.env.PATH}`,
    ])
  },
)

t.test('an exit code other than 0 is an error with the end of stderr as its message', async (t) => {
  await t.rejects(run(['sh', '-c', 'echo some output; echo "no such word: ü" >&2; exit 3']), {
    code: 'function-failed',
    message: "'sh' exited with code 3: no such word: ü",
  })
  await t.rejects(run(['sh', '-c', 'exit 4']), { message: "'sh' exited with code 4" })
  await t.rejects(run(['sh', '-c', 'kill -TERM $$']), { message: "'sh' was ended by SIGTERM" })
  const error = await run(
    script('process.stderr.write("x".repeat(100000) + "end"); process.exitCode = 1'),
  ).catch((error: Error) => error)
  t.match((error as Error).message, /x{900}end$/)
  t.ok((error as Error).message.length < 1200)
})

t.test('a program that is missing or cannot be run is named', async (t) => {
  const directory = await folder(t)
  await writeFile(join(directory, 'data'), 'x')
  await t.rejects(run(['no-such-program']), {
    code: 'function-failed',
    message: /cannot run 'no-such-program': .*ENOENT/,
  })
  await t.rejects(run(['./data'], '', { directory }), { message: /cannot run '.\/data': .*EACCES/ })
})

t.test('a command that writes too much is ended', async (t) => {
  await t.rejects(run(['sh', '-c', 'while :; do echo 0123456789; done'], '', { maxBytes: 100_000 }), {
    code: 'too-large',
    message: "'sh' wrote more than the 100000 bytes that are allowed",
  })
  t.equal((await run(['cat'], bytesOf(1000), { maxBytes: 1000 })).length, 1000, 'the bound itself is allowed')
})

t.test('a command need not read its input', async (t) => {
  t.equal((await run(['echo', 'done'], bytesOf(1_000_000))).toString(), 'done\n')
  await t.rejects(run(['sh', '-c', 'exec <&-; exit 5'], bytesOf(1_000_000)), {
    message: /exited with code 5/,
  })
})

t.test('the signal ends a command, even one that holds out, and what it has started', async (t) => {
  const directory = await folder(t)
  const pipe = join(directory, 'pids')
  execFileSync('sh', ['-c', 'mkfifo "$0"', pipe])
  const reason = new Error('too late')
  for (const command of [
    script(
      'process.on("SIGTERM", () => {}); fs.writeFileSync("pids", String(process.pid)); setInterval(() => {}, 1000)',
    ),
    ['sh', '-c', 'sleep 1000 & a=$!; (sleep 1000 & echo $a $! $$ > pids; wait); wait'],
  ]) {
    const abort = new AbortController()
    const running = run(command, '', { directory, context: { signal: abort.signal } })
    const started = (await readFile(pipe, 'utf8')).trim().split(' ').map(Number)
    t.teardown(() => {
      for (const pid of started.filter(isAlive)) process.kill(pid, 'SIGKILL')
    })
    t.ok(started.every(isAlive))
    abort.abort(reason)
    await t.rejects(running, reason)
    while (started.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await t.rejects(run(['cat'], '', { context: { signal: AbortSignal.abort(reason) } }), reason)
})

/** Whether a process runs; one that has ended and waits for its parent to notice does not. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

t.test('nothing is left that listens to the signal', async (t) => {
  const { signal } = new AbortController()
  await run(['true'], '', { context: { signal } })
  await t.rejects(run(['false'], '', { context: { signal } }))
  await t.rejects(run(['no-such-program'], '', { context: { signal } }))
  t.equal(getEventListeners(signal, 'abort').length, 0)
})

t.test('parameters that no environment can hold are an error of the command', async (t) => {
  await t.rejects(run(['cat'], '', { context: { parameters: { name: 'a\0b' } } }))
})

t.test('a command as a function in a chain, and one that does not finish', async (t) => {
  const world = new World({ isReal: true })
  world.addContent('/x', 'b\na\nb\n')
  world.addFunction('sort', undefined, { command: ['sort', '-u'], programs: ['sort'] })
  world.addFunction('slow', undefined, {
    command: ['sleep', '1000'],
    programs: ['sleep'],
    limits: { timeout: '100ms' },
  })
  world.addFunction('bad', undefined, { command: ['sh', '-c', 'echo no >&2; exit 3'], programs: ['sh'] })
  t.equal(textOf(await world.get('sort/x')), 'a\nb\n')
  await t.rejects(world.get('sort:slow/x'), { message: 'slow: did not finish within 100 ms' })
  await t.rejects(world.get('sort:bad/x'), { message: "bad: 'sh' exited with code 3: no" })
})

async function folder(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'ndn-sfc-test-'))
  t.teardown(() => rm(path, { recursive: true }))
  return path
}
