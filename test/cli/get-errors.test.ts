import { EventEmitter, once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { registerPrefix } from '../../src/control/index.ts'
import { Endpoint } from '../../src/endpoint/index.ts'
import { connect } from '../../src/face/index.ts'
import { Name } from '../../src/packet/index.ts'
import { defaultAddress } from '../../src/router/index.ts'
import { digestSigner, Keychain } from '../../src/trust/index.ts'
import { Cli, FUNCTIONS, TEST_TIMEOUT_MS, temporaryFolder } from './fixture.ts'

t.setTimeout(TEST_TIMEOUT_MS)

const { upper, length, broken, endless } = FUNCTIONS
const cli = await Cli.create(t)
const docs = await temporaryFolder(t)
await writeFile(join(docs, 'hello.txt'), 'hello')
await writeFile(join(docs, 'image.png'), 'no image')
const node = await cli.up({ upper, length, broken, endless })
await cli.put('/docs', docs)

async function fails(t: Test, code: number, message: RegExp, ...args: string[]): Promise<void> {
  const folder = await temporaryFolder(t)
  const file = join(folder, 'result')
  const finished = await cli.warm('get', ...args, '-o', file)
  t.equal(finished.code, code, finished.stderr)
  t.match(finished.stderr, message)
  t.equal(finished.stdout, '')
  t.strictSame(await readdir(folder), [], 'no file is left behind')
}

t.test('2: a chain that cannot be read, with a mark under the fault', (t) =>
  fails(t, 2, /^error: .* position 5\n {2}upper!\/docs\n {7}\^\n$/, 'upper!/docs'),
)

t.test('3: a function nobody offers, with those that there are', (t) =>
  fails(
    t,
    3,
    /^error: no node offers function 'uper'\nfor 'uper', did you mean 'upper'\?\nthis node offers broken, endless, length and upper\n$/,
    'uper/docs/hello.txt',
  ),
)

t.test('3: a function further in that nobody offers', (t) =>
  fails(
    t,
    3,
    /no node offers function 'lenght'\nfor 'lenght', did you mean 'length'\?/,
    'upper:lenght/docs/hello.txt',
  ),
)

t.test('3: content that nobody has', async (t) => {
  await fails(t, 3, /^error: nobody has \/docs\/none\n$/, '/docs/none')
  await fails(t, 3, /nobody has \/elsewhere\nthis node has routes to \/docs\n$/, 'upper/elsewhere')
})

t.test('4: no answer in the time allowed', (t) =>
  fails(
    t,
    4,
    /no answer to endless\/docs\/hello\.txt in the time allowed\n.*--timeout/,
    'endless/docs/hello.txt',
    '--timeout',
    '300',
  ),
)

t.test('5: a function that throws, whose words cannot give orders to the terminal', (t) =>
  fails(t, 5, /^error: broken: threw Error: no luck \\x1b\[31mtoday\n$/, 'broken/docs/hello.txt'),
)

t.test('5: a function that does not end', (t) =>
  fails(t, 5, /^error: endless: did not finish within 2000 ms\n$/, 'endless/docs/hello.txt'),
)

t.test('6: an anchor that is not that of the node', async (t) => {
  const home = await temporaryFolder(t)
  const anchor = join(home, 'other.ndncert')
  await (await Keychain.open(home)).exportAnchor(anchor)
  await fails(
    t,
    6,
    /cannot trust upper\/docs\/hello\.txt.*trust anchor/,
    'upper/docs/hello.txt',
    '--anchor',
    anchor,
  )
})

t.test('6: an anchor that is damaged', async (t) => {
  const anchor = join(await temporaryFolder(t), 'bad.ndncert')
  await writeFile(anchor, 'AAAA')
  await fails(t, 6, /no trust anchor: .*bad\.ndncert is damaged/, '/docs/hello.txt', '--anchor', anchor)
})

t.test('2: an anchor that is not there', (t) =>
  fails(t, 2, /no trust anchor: cannot read \/none.*--anchor FILE/, '/docs/hello.txt', '--anchor', '/none'),
)

t.test('7: no router, with how to start one', async (t) => {
  const alone = await Cli.create(t)
  const { code, stderr } = await alone.run('get', '/docs/hello.txt')
  t.equal(code, 7)
  t.match(
    stderr,
    /^error: no router: nothing answers at unix:\/\/.*\/router\.sock \(ENOENT\)\. Start one with 'ndn-sfc up'/,
  )
})

t.test('7: the same for the other commands', async (t) => {
  const alone = await Cli.create(t)
  const commands = [['functions'], ['routes'], ['faces'], ['status'], ['put', '/a', join(docs, 'hello.txt')]]
  const all = await Promise.all(commands.map((args) => alone.run(...args)))
  t.strictSame(
    all.map(({ code }) => code),
    [7, 7, 7, 7, 7],
  )
})

t.test('8: media types that do not fit, both named', async (t) => {
  await fails(
    t,
    8,
    /upper: takes text\/\*, and length gives application\/json/,
    'upper:length/docs/hello.txt',
  )
  await fails(t, 8, /upper: takes text\/\*, and \/docs\/image\.png is image\/png/, 'upper/docs/image.png')
})

t.test('8: a parameter that the function does not take', async (t) => {
  await fails(
    t,
    8,
    /length: unit=x is not allowed; unit is one of bytes, bits/,
    'length(unit=x)/docs/hello.txt',
  )
  await fails(t, 8, /length: .*size/, 'length(size=1)/docs/hello.txt')
})

t.test('1: a result that cannot be written', async (t) => {
  const { code, stderr } = await cli.run('get', '/docs/hello.txt', '-o', '/dev/full')
  t.equal(code, 1)
  t.match(stderr, /cannot write \/dev\/full: .*no space/)
})

t.test('130: stopped by ctrl-C, without a word and without a file', async (t) => {
  const folder = await temporaryFolder(t)
  const { asked } = await silence(t, '/silent/film')
  const get = cli.start('get', '/silent/film', '-o', join(folder, 'result'))
  await asked
  t.match(await get.stop(), { code: 130, stdout: '', stderr: '' })
  t.strictSame(await readdir(folder), [])
})

t.test('7: the router goes while it is waited for', async (t) => {
  const { asked } = await silence(t, '/silent/song')
  const get = cli.start('get', '/silent/song')
  await asked
  await node.kill()
  const { code, stderr } = await get.ended
  t.equal(code, 7)
  t.match(stderr, /the face to .* closed/)
})

/** Takes the Interests for a name and never answers. `asked` resolves when the first has come. */
async function silence(t: Test, name: string): Promise<{ asked: Promise<unknown> }> {
  const interests = new EventEmitter()
  const onInterest = (): boolean => interests.emit('one')
  const endpoint = new Endpoint(await connect(defaultAddress(cli.home)), { onInterest })
  t.teardown(() => endpoint.close())
  await registerPrefix(endpoint, Name.parse(name), digestSigner)
  return { asked: once(interests, 'one') }
}
