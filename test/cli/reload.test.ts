import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Cli, datasetFrom, type Running, TEST_TIMEOUT_MS, temporaryFolder } from './fixture.ts'

t.setTimeout(TEST_TIMEOUT_MS)

const START = 'name: lab\nfunctions: []\nengine: process\n'

/** A node that runs by a file. */
async function upWith(t: Test): Promise<{ cli: Cli; node: Running; file: string }> {
  const cli = await Cli.create(t)
  const file = join(await temporaryFolder(t), 'node.yaml')
  await writeFile(file, START)
  const node = cli.start('up', '--config', file)
  await node.until(/"msg":"ready: /)
  return { cli, node, file }
}

t.test('SIGHUP makes a node read its file again, and what is wrong there changes nothing', async (t) => {
  const { cli, node, file } = await upWith(t)
  await writeFile(
    file,
    `${START}listen: ['tcp://127.0.0.1:0']\ncontentStore: { packets: 7, policy: s3-fifo }\n`,
  )
  node.signal('SIGHUP')
  await node.until(/"msg":"reloaded: listen, contentStore\.packets"/)
  t.match(node.output, /"level":40,.*"contentStore\.policy takes effect only when the node starts again"/)
  const status = await datasetFrom(cli.home, 'status')
  t.equal(status.contentStore.maxPackets, 7)
  t.match(status.addresses[1], /^tcp4:\/\/127\.0\.0\.1:\d+$/)

  await writeFile(file, `${START}contentStore: { packets: -7 }\nlisten: [nowhere]\n`)
  node.signal('SIGHUP')
  await node.until(/"level":50,.*not reloaded: \S*node\.yaml:4: contentStore\.packets: /)
  await node.until(/"level":50,.*not reloaded: \S*node\.yaml:5: listen\.0: 'nowhere' is not an address/)
  t.same((await datasetFrom(cli.home, 'status')).addresses, status.addresses)

  await writeFile(file, `${START}logLevel: error\n`)
  node.signal('SIGHUP')
  while ((await datasetFrom(cli.home, 'status')).contentStore.maxPackets === 7);
  const { code, stdout } = await node.stop()
  t.equal(code, 0)
  t.notMatch(stdout, /"msg":"stopped"/, 'what is logged is what the file says now')
})

t.test('SIGHUP while it starts is heeded when it has started', async (t) => {
  const cli = await Cli.create(t)
  const file = join(await temporaryFolder(t), 'node.yaml')
  const source = join(await temporaryFolder(t), 'early.ts')
  await writeFile(source, `export default { name: 'early' /`)
  await writeFile(file, `name: lab\nengine: process\nfunctions: ['${source}']\n`)
  const node = cli.start('up', '--config', file)
  await node.until(/"msg":"/)
  node.signal('SIGHUP')
  await node.until(/"msg":"ready: /)
  await node.until(/"msg":"reloaded: nothing has changed"/)
  t.equal((await node.stop()).code, 0)
})

t.test('SIGHUP ends a node without a file', async (t) => {
  const cli = await Cli.create(t)
  const node = await cli.up({})
  t.ok(node.pid)
  await node.stop('SIGTERM')
  const other = cli.start('up', '--engine', 'process', '--function', '/nonexistent.ts')
  await other.until(/"msg":"ready: /)
  t.equal((await other.stop('SIGHUP')).code, 0)
})

t.test('config prints the sample, and checks a file', async (t) => {
  const cli = await Cli.create(t)
  const { code, stdout } = await cli.run('config', '--sample')
  t.equal(code, 0)
  const file = join(await temporaryFolder(t), 'node.yaml')
  await writeFile(file, stdout)
  t.match(await cli.run('config', file), { code: 0, stdout: `${file} can be used\n` })
  await writeFile(file, 'colour: red\n')
  t.match(await cli.run('config', file), { code: 2, stderr: /node\.yaml:1: colour: there is no such field/ })
  t.match(await cli.run('config'), { code: 2, stderr: /name a file to check, or say --sample/ })
  t.match(await cli.run('config', '--sample', file), { code: 2 })
  t.match((await cli.run('config', '--help')).stdout, /\nExamples:\n/)
})
