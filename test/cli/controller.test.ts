import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { RegistryHost, skipWithoutRegistry } from '../repository/registry-host.ts'
import { Cli, FUNCTIONS, type Running, TEST_TIMEOUT_MS, temporaryFolder, writeFunctions } from './fixture.ts'

t.setTimeout(2 * TEST_TIMEOUT_MS)

/** A network of two nodes that a controller starts, with the repository's functions. */
async function makeNetwork(t: Test): Promise<{ file: string; folder: string; registry: string; cli: Cli }> {
  const { url: registry } = await RegistryHost.start(t)
  const folder = await temporaryFolder(t)
  const nodes = ['one', 'two'].map(
    (name) =>
      `  ${name}: { home: ./${name}, address: "unix://${folder}/${name}/router.sock", config: ./${name}.yaml }`,
  )
  for (const name of ['one', 'two']) {
    const config = `name: ${name}\nhome: ./${name}\nengine: process\nfunctions: []\nfacts: { vcpus: 2, speed: 2000 }\n`
    await writeFile(join(folder, `${name}.yaml`), config)
  }
  const file = join(folder, 'network.yaml')
  await writeFile(file, `name: lab\nregistry: ${registry}\nnodes:\n${nodes.join('\n')}\n`)
  const cli = (await Cli.create(t)).with({ NDN_SFC_REGISTRY: registry })
  for (const path of await writeFunctions(folder, { upper: FUNCTIONS.upper, length: FUNCTIONS.length })) {
    const { code, stderr } = await cli.run('function', 'push', path)
    t.equal(code, 0, stderr)
  }
  return { file, folder, registry, cli }
}

async function ready(controller: Running): Promise<string> {
  return (await controller.until(/"url":"([^"]+)"/))[1] as string
}

const DEPLOYMENT = `name: words
functions:
  upper: { instances: 1 }
  length: { instances: 1 }
workflows:
  shout:
    content: /text
    tasks:
      big: { function: upper, from: content }
      count: { function: length, from: big }
content:
  /text: { node: one, type: text/plain, size: 100 }
`

t.test('from a file to a result, and nothing is left behind', { skip: skipWithoutRegistry }, async (t) => {
  const { file, folder, cli } = await makeNetwork(t)
  const controller = cli.start('controller', file, '--with-nodes', '--listen', ':0')
  const url = await ready(controller)
  const operator = cli.with({ NDN_SFC_CONTROLLER: url })
  const token = join(cli.home, 'controller-token')
  t.match(await readFile(token, 'utf8'), /^sfc_[\w-]{43}\n$/)
  t.equal((await stat(token)).mode & 0o777, 0o600)
  t.match(await operator.warm('node', 'ls'), { code: 0, stdout: /\none +active .*\ntwo +active / })

  const deployment = join(folder, 'words.yaml')
  await writeFile(deployment, DEPLOYMENT)
  const dry = await operator.run('deploy', deployment, '--dry-run')
  t.match(dry, { code: 0, stdout: /^words: planned by sf-cuv in / })
  t.match((await operator.warm('deployment', 'ls')).stdout, 'Nothing is deployed.\n')
  const deployed = await operator.run('deploy', deployment)
  t.match(deployed, { code: 0, stdout: /^words revision 1 is ready\n/ })
  t.match((await operator.warm('instance', 'ls')).stdout, /\nlength-\d+ .* ready .*\nupper-\d+ .* ready /)
  t.match((await operator.warm('routes', '--all')).stdout, /words\/sf-cuv\/1/)

  await mkdir(join(folder, 'texts'))
  await writeFile(join(folder, 'texts', 'a.txt'), 'hello')
  const one = operator.with({ NDN_SFC_CONTROLLER: url, NDN_SFC_HOME: join(folder, 'one') })
  await one.put('/text', join(folder, 'texts'))
  const ran = await operator.run('run', 'shout', '/text/a.txt')
  t.match(ran, { code: 0, stdout: /^\{"length":5\}/ })
  // In whichever order is heard of them.
  for (const task of ['big', 'count']) t.match(ran.stderr, `✓ ${task}: `)

  t.match(await operator.warm('deployment', 'rm', 'words'), { code: 0 })
  t.match((await operator.warm('instance', 'ls')).stdout, 'There are no instances.\n')
  t.equal((await controller.stop()).code, 0)
  t.match(
    await cli.warm('status', '--router', `unix://${folder}/one/router.sock`),
    { code: 7 },
    'no node is left',
  )
})

t.test(
  'a node that does not start is told of, and no other is left',
  { skip: skipWithoutRegistry },
  async (t) => {
    const { file, folder, cli } = await makeNetwork(t)
    await writeFile(join(folder, 'two.yaml'), 'name: two\nengine: steam\n')
    const { code, stderr } = await cli.run('controller', file, '--with-nodes', '--listen', ':0')
    t.equal(code, 1)
    t.match(stderr, /node two \(.*two\.yaml\) does not start:\n(.*\n)*.*steam|engine/)
    t.match(await cli.warm('status', '--router', `unix://${folder}/one/router.sock`), { code: 7 })
  },
)

t.test('without a file it has the node of the home folder, and keeps its token', async (t) => {
  const cli = await Cli.create(t)
  t.match(await cli.run('controller', '--listen', ':0'), {
    code: 7,
    stderr: /no router: .*Start one with 'ndn-sfc up'/,
  })
  await cli.up()
  const tokens: string[] = []
  for (let round = 0; round < 2; round++) {
    const controller = cli.start('controller', '--listen', ':0')
    const operator = cli.with({ NDN_SFC_CONTROLLER: await ready(controller) })
    t.match(await operator.warm('node', 'ls'), { code: 0, stdout: /\nlab +active / })
    tokens.push(await readFile(join(cli.home, 'controller-token'), 'utf8'))
    t.match(await cli.run('controller', '--listen', ':0'), {
      code: 8,
      stderr: /another controller runs on this home/,
    })
    t.equal((await controller.stop()).code, 0)
  }
  t.equal(tokens[0], tokens[1])
  for (const listen of ['a:b', '1.2.3.4:99999', ''])
    t.match(await cli.warm('controller', '--listen', listen), {
      code: 2,
      stderr: /write HOST:PORT, HOST or :PORT/,
    })
  t.match(await cli.warm('controller', '/none/network.yaml'), { code: 2, stderr: /\/none\/network\.yaml/ })
})
