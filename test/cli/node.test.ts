import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { formatFacts } from '../../src/cli/node-text.ts'
import type { NodeFacts } from '../../src/facts/index.ts'
import { Cli, datasetFrom, FUNCTIONS, fetchFrom, TEST_TIMEOUT_MS, temporaryFolder } from './fixture.ts'

t.setTimeout(TEST_TIMEOUT_MS)

const FACTS: NodeFacts = {
  name: 'lab',
  os: 'linux',
  architecture: 'arm64',
  network: 'site',
  bandwidth: 125,
  cpu: {
    model: 'some CPU',
    sockets: [
      { cores: 2, threads: 2 },
      { cores: 1, threads: 1 },
    ],
    cpus: [0, 2, 1, 3, 4],
    vcpus: 5,
    speed: 1800,
    share: 1,
    shareOf: 'vcpu',
    measuredAt: 1_800_000_000_000,
    maximumUsage: 80,
  },
  memory: { total: 4_000_000_000, free: 1_000_000_000 },
  labels: { zone: 'edge', camera: 'true' },
  availability: 'active',
  images: [{ function: 'resize', digest: '0123456789abcdef', size: 44_800_000, layers: [] }],
  layers: ['a', 'b'],
  blobs: ['c'],
  load: { cpu: 0.25, memory: 3_000_000_000, instances: 2, pending: 1 },
}

t.test('facts are aligned pairs', async (t) => {
  t.equal(
    formatFacts(FACTS),
    `node          lab, linux on arm64
availability  active
labels        camera=true, zone=edge
network       site, 125 MB/s
CPU           some CPU
vCPUs         5: 2 cores with 2 threads and 1 core with 1 thread, of a core at most 80 %
speed         1,800 MIPS a vCPU, measured 2027-01-15
memory        4.00 GB, 1.00 GB of it free
load          CPU 25 %, 2 instances, 1 pending Interest
images        1, 2 layers, 1 blob of the repository
              resize 0123456789ab, 44.8 MB
`,
  )
  t.match(
    formatFacts({ ...FACTS, labels: {}, load: { memory: 0, instances: 0, pending: 0 } }),
    /labels +none\n/,
  )
  t.match(
    formatFacts({ ...FACTS, cpu: { ...FACTS.cpu, share: 0.3 } }),
    /speed +540 MIPS a vCPU, 30 % of 1,800, measured 2027-01-15\n/,
  )
})

t.test('labels and availability are changed while a node runs, and are so after a new start', async (t) => {
  const cli = await Cli.create(t)
  const file = join(await temporaryFolder(t), 'node.yaml')
  const config = (labels: string): string =>
    `name: lab\nfunctions: []\nengine: process\nlabels: ${labels}\nfacts: { vcpus: 3, speed: 2000, maximumUsage: 80 }\n`
  await writeFile(file, config('{ camera: true, rack: 7 }'))
  const up = async () => {
    const node = cli.start('up', '--config', file)
    await node.until(/"msg":"ready: /)
    return node
  }
  const labels = async () => (await datasetFrom(cli.home, 'facts')).labels
  const first = await up()
  t.same(await labels(), { camera: 'true', rack: '7' })
  t.match(await cli.run('node', 'label', 'zone=edge', 'rack-'), {
    code: 0,
    stdout: 'labels: camera=true, zone=edge\n',
  })

  const wrong: [args: string[], message: RegExp][] = [
    [['label', 'camera'], /'camera' is no label: write KEY=VALUE, or KEY- to remove one/],
    [['label', 'a=1', `${'k'.repeat(64)}=1`], /a key has at most 63 characters/],
    [['label', 'a=1', 'none-'], /refused the command: there is no label none to remove/],
    [['label'], /missing required argument 'label'/],
    [['availability', 'sleep'], /'sleep' is invalid.*Allowed choices are active, pause, drain/],
    [['restart'], /too many arguments/],
  ]
  for (const [args, message] of wrong) t.match(await cli.run('node', ...args), { code: 2, stderr: message })
  t.same(await labels(), { camera: 'true', zone: 'edge' }, 'nothing has changed')

  await writeFile(file, config('{ camera: false, rack: 7, floor: 2 }'))
  first.signal('SIGHUP')
  await first.until(/"msg":"reloaded: labels/)
  t.same(await labels(), { camera: 'false', floor: '2', zone: 'edge' }, 'what commands have said stays')
  t.match(await cli.run('node', 'availability', 'pause'), { code: 0, stdout: 'pause\n' })
  await first.stop()

  const second = await up()
  t.match((await cli.run('status')).stdout, /^availability +pause$/m)
  const { code, stdout } = await cli.run('node', '--json')
  t.equal(code, 0)
  t.match(JSON.parse(stdout), {
    name: 'lab',
    availability: 'pause',
    labels: { camera: 'false', floor: '2', zone: 'edge' },
    cpu: { vcpus: 3, speed: 2000, maximumUsage: 80 },
    load: { instances: 0 },
  })
  t.match((await cli.run('node')).stdout, /^speed +2,000 MIPS a vCPU, as its configuration says$/m)
  t.equal((await second.stop()).code, 0)
})

t.test('a node that is drained runs no function until it is active again', async (t) => {
  const cli = await Cli.create(t)
  await cli.up({ upper: FUNCTIONS.upper })
  const folder = await temporaryFolder(t)
  await writeFile(join(folder, 'text.txt'), 'hello')
  await cli.put('/text', join(folder, 'text.txt'))
  t.match(await cli.run('node', 'availability', 'drain', '--wait'), { code: 0, stdout: 'drain\n' })
  t.match((await cli.run('functions')).stdout, /^upper .* withdrawn .*\n\nupper: the node is drained$/m)
  t.match(await cli.run('get', 'upper/text'), { code: 3, stderr: /upper/ })
  t.match(await cli.run('node', 'availability', 'active', '--wait'), { code: 0, stdout: 'active\n' })
  t.equal(Buffer.from((await fetchFrom(cli.home, 'upper/text')).content).toString(), 'HELLO')
  const { images } = await datasetFrom(cli.home, 'facts')
  t.match(images, [{ function: 'upper', size: Number, digest: /^[0-9a-f]{64}$/ }])
})

t.test('calibrate measures again, and says what came of it', async (t) => {
  const cli = await Cli.create(t)
  await cli.up({})
  t.match(await cli.run('node', 'calibrate'), { code: 0, stdout: /^\d+ MIPS\n$/ })
  const { measuredAt } = (await datasetFrom(cli.home, 'facts')).cpu
  await cli.run('node', 'calibrate')
  t.ok(Number((await datasetFrom(cli.home, 'facts')).cpu.measuredAt) > Number(measuredAt))
})

t.test('each command of node has a help text with examples', async (t) => {
  const cli = await Cli.create(t)
  for (const command of ['label', 'availability', 'calibrate']) {
    const { code, stdout } = await cli.run('node', command, '--help')
    t.equal(code, 0)
    t.match(stdout, new RegExp(`^Usage: ndn-sfc node ${command} .*\n(.*\n)*Examples:\n`))
  }
})
