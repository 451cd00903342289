import t from 'tap'
import { ganttChart } from '../../scheduler/index.ts'
import { Costs } from '../../src/controller/costs.ts'
import type { Desired } from '../../src/controller/desired.ts'
import { desiredAfter } from '../../src/controller/desired-after.ts'
import type { Plan } from '../../src/controller/plan.ts'
import { type PlanOrder, planDeployment } from '../../src/controller/plan-deployment.ts'
import type { Deployment } from '../../src/deployment/index.ts'
import type { NodeFacts } from '../../src/facts/index.ts'
import { deployment, NOTHING, networkOf, node, version, wanted } from './network.ts'

function plan(
  wish: Deployment,
  nodes: readonly NodeFacts[],
  { costs = new Costs(), ...rest }: Partial<PlanOrder> & { costs?: Costs } = {},
): Promise<Plan> {
  return planDeployment(
    {
      deployment: wish,
      facts: wish.functions.map(({ name }) => version(name)),
      desired: NOTHING,
      nodes,
      network: networkOf(nodes.map(({ name }) => name)),
      ...rest,
    },
    costs,
    { clock: () => 0 },
  )
}

/** What a function costs whatever comes in, and what comes out. */
function costsOf(
  known: Readonly<Record<string, readonly [work: number, bytes: number]>>,
  architecture = 'amd64',
): Costs {
  const costs = new Costs()
  for (const [name, [work, outputBytes]] of Object.entries(known)) {
    for (let i = 1; i <= 40; i++)
      costs.add({
        call: { name, parameters: [] },
        architecture,
        inputBytes: i * 1e5,
        seconds: work / 1000,
        speed: 1000,
        outputBytes,
        at: i,
      })
  }
  return costs
}

t.test('a chain on one node: cold with its images, warm without', async (t) => {
  const costs = costsOf({ detect: [500, 2e6], crop: [250, 1e6] })
  const wish = deployment('photos', { chains: ['crop:detect/camera'], contentNode: 'a', size: 3_000_000 })
  const { parts, instances, scheduler, ms } = await plan(wish, [node('a', { vcpus: 1 })], { costs })
  t.equal(scheduler, 'sf-cuv')
  t.equal(ms, 0)
  const [part] = parts
  t.equal(part?.name, 'crop:detect/camera')
  t.same(
    part?.workflow.tasks.map(({ name, work, input }) => [name, work, input]),
    [
      ['detect', 500, 3],
      ['crop', 250, 0],
    ],
  )
  t.same(part?.workflow.edges, [{ from: 'detect', to: 'crop', data: 2 }])
  // 41 MB at 125 MB/s, 0.5 s of detect, and then 1 MB of crop, whose base is there, and 0.25 s of it.
  t.ok(Math.abs((part?.schedule.makespan ?? 0) - (0.328 + 0.5 + 0.008 + 0.25)) < 1e-9)
  t.ok(Math.abs((part?.warm.makespan ?? 0) - 0.75) < 1e-9)
  t.same(
    part?.pieces.map(({ task, prefix }) => [task, prefix]),
    [
      ['detect', '/128=detect/camera'],
      ['crop', '/128=crop/128=detect/camera'],
    ],
  )
  t.same(
    instances.map(({ function: name, node, cpus, bytes, idle }) => [name, node, cpus, bytes, idle]),
    [
      ['crop', 'a', [10], 41_000_000, undefined],
      ['detect', 'a', [10], 1_000_000, undefined],
    ],
  )
  t.same(
    part?.pieces.map(({ instance }) => instances[instance]?.function),
    ['detect', 'crop'],
  )
  t.match(await ganttChart(part?.workflow as never, part?.platform as never, part?.schedule as never), '<svg')
})

const FAN = {
  summary: [
    { name: 'split', inputs: [undefined] },
    { name: 'detect-1', inputs: ['split'] },
    { name: 'detect-2', inputs: ['split'] },
    { name: 'merge', inputs: ['detect-1', 'detect-2', undefined] },
  ],
}

t.test('a workflow fans out over vCPUs, and its pieces are below its name', async (t) => {
  const costs = costsOf({ split: [10, 1000], detect: [2000, 1000], merge: [10, 1000] })
  const held = version('split').architectures.flatMap(({ layers }) => layers.map(({ digest }) => digest))
  const layers = [...held, 'sha256:detect-1.0.0', 'sha256:merge-1.0.0']
  const { parts, instances } = await plan(
    deployment('photos', { workflows: FAN }),
    [node('a', { blobs: layers })],
    { costs, scheduler: 'heft' },
  )
  const [part] = parts
  t.same(
    part?.pieces.map(({ prefix }) => prefix),
    [
      '/128=split/workflow/summary/split',
      '/128=detect/workflow/summary/detect-1',
      '/128=detect/workflow/summary/detect-2',
      '/128=merge/workflow/summary/merge',
    ],
  )
  t.same(
    instances.filter((one) => one.function === 'detect').map(({ cpus, bytes }) => [cpus, bytes]),
    [
      [[10], 0],
      [[11], 0],
    ],
  )
  t.ok(Math.abs((part?.warm.makespan ?? 0) - 2.02) < 1e-9)
  t.equal(part?.schedule.makespan, part?.warm.makespan, 'all images are there')
  t.ok(
    part?.workflow.tasks.every(({ input }) => input === 0),
    'nobody says where the content is',
  )
})

t.test('more instances than there may be are merged, and the times are those of that', async (t) => {
  const costs = costsOf({ split: [10, 1000], detect: [2000, 1000], merge: [10, 1000] })
  const functions = [wanted('detect', { instances: { min: 0, max: 1 } })]
  const { parts, instances } = await plan(deployment('photos', { workflows: FAN, functions }), [node('a')], {
    costs,
    scheduler: 'heft',
  })
  const detect = instances.filter((one) => one.function === 'detect')
  t.equal(detect.length, 1)
  t.equal(detect[0]?.idle, 60_000, 'beyond the minimum of none it ends when nobody asks')
  t.ok(Math.abs((parts[0]?.warm.makespan ?? 0) - 4.02) < 1e-9)
})

t.test(
  'fewer than there are to be: added where work is done soonest, on vCPUs without one first',
  async (t) => {
    const functions = [wanted('detect', { instances: { min: 3, max: 9 } })]
    const nodes = [
      node('a', { vcpus: 1 }),
      node('b', { vcpus: 1, speed: 3000 }),
      node('c', { vcpus: 1, speed: 2000 }),
    ]
    const where = async (min: number) => {
      const wish = deployment('d', { functions: [{ ...functions[0], instances: { min, max: 9 } } as never] })
      return (await plan(wish, nodes)).instances.map(({ node: name }) => name)
    }
    t.same(await where(1), ['b'])
    t.same(await where(3), ['b', 'c', 'a'])
    t.same(await where(4), ['b', 'c', 'a', 'b'], 'twice only where each has one')
    t.same(await where(0), ['b'], 'one that is asked must be there')
  },
)

t.test('beyond the minimum an instance ends when idle', async (t) => {
  const costs = costsOf({ split: [10, 1000], detect: [2000, 1000], merge: [10, 1000] })
  const functions = [wanted('detect', { instances: { min: 1, max: 5 }, idle: 5000 })]
  const { instances } = await plan(deployment('d', { workflows: FAN, functions }), [node('a')], {
    costs,
    scheduler: 'heft',
  })
  t.same(
    instances.filter((one) => one.function === 'detect').map(({ idle }) => idle),
    [undefined, 5000],
  )
})

t.test('a piece that two parts have is in one place', async (t) => {
  const onA = { kind: 'node', text: 'node == a', value: 'a', isEqual: true } as const
  const functions = [wanted('print', { demands: [onA] })]
  const costs = costsOf({ detect: [1000, 200e6], print: [1000, 10] })
  const layers = [version('detect'), version('print')].flatMap(
    ({ architectures: [image] }) => image?.layers ?? [],
  )
  const blobs = layers.map(({ digest }) => digest)
  const nodes = [node('a', { blobs }), node('b', { blobs, speed: 1100 })]
  const places = async (chains: string[]) => {
    const { parts, instances } = await plan(deployment('d', { chains, functions }), nodes, {
      costs,
      scheduler: 'peft',
    })
    const pieces = parts.flatMap((part) => part.pieces.map((piece) => ({ ...piece, part })))
    const detect = pieces.filter(({ task }) => task === 'detect')
    return detect.map(({ instance, part }) => [instances[instance]?.node, part.warm.makespan > 2.5])
  }
  t.same(await places(['print:detect/camera']), [['a', false]], 'alone it would be near who takes its result')
  t.same(
    await places(['detect/camera', 'print:detect/camera']),
    [
      ['b', false],
      ['b', true],
    ],
    'it has one name, and takes its time where it is',
  )
})

t.test('what a part has brought the next one has', async (t) => {
  const wish = deployment('photos', { chains: ['detect/camera', 'detect:detect/camera'] })
  const { parts } = await plan(wish, [node('a', { vcpus: 1 })])
  t.equal(parts[0]?.schedule.downloads.length, 2)
  t.equal(parts[1]?.schedule.downloads.length, 0)
  t.same(
    parts[1]?.workflow.tasks.map(({ name }) => name),
    ['detect', 'detect 2'],
  )
})

t.test('what others run on a vCPU slows it', async (t) => {
  const other = {
    id: 'x-1',
    deployments: ['other'],
    function: 'x',
    version: '1',
    digest: 'x',
    node: 'a',
    cpus: [10],
  }
  const desired: Desired = { ...NOTHING, instances: [{ ...other, generation: 0, role: 'serving' }] }
  const wish = deployment('photos', { chains: ['detect/camera'] })
  t.same((await plan(wish, [node('a')], { desired })).instances[0]?.cpus, [11])
  const leaving: Desired = { ...NOTHING, instances: [{ ...other, generation: 0, role: 'leaving' }] }
  t.same((await plan(wish, [node('a')], { desired: leaving })).instances[0]?.cpus, [10])
  const own: Desired = {
    ...NOTHING,
    instances: [{ ...other, deployments: ['photos'], generation: 0, role: 'serving' }],
  }
  t.same((await plan(wish, [node('a')], { desired: own })).instances[0]?.cpus, [10])
})

t.test('an architecture on which a function is slow is known by what was seen there', async (t) => {
  const costs = costsOf({ detect: [1000, 10] })
  for (let i = 1; i <= 40; i++)
    costs.add({
      call: { name: 'detect', parameters: [] },
      architecture: 'arm64',
      inputBytes: i * 1e5,
      seconds: 4,
      speed: 1000,
      outputBytes: 10,
      at: i,
    })
  const wish = deployment('photos', { chains: ['detect/camera'] })
  const facts = [version('detect', { architectures: ['amd64', 'arm64'] })]
  const nodes = [node('arm', { architecture: 'arm64', speed: 2000, vcpus: 1 }), node('pc', { speed: 1000 })]
  const { parts, instances } = await plan(wish, nodes, { costs, facts })
  t.same(parts[0]?.workflow.tasks[0]?.times, { arm: 2 })
  t.equal(instances[0]?.node, 'pc')
  t.equal(instances[0]?.bytes, 41_000_000, 'of its own image alone')
  t.ok(Math.abs((parts[0]?.schedule.makespan ?? 0) - (0.328 + 1)) < 1e-9)
})

t.test('a system that does not number its CPUs has instances that are pinned to nothing', async (t) => {
  const facts = node('a')
  const loose = { ...facts, cpu: { ...facts.cpu, cpus: [] } }
  t.same((await plan(deployment('d', { chains: ['detect/camera'] }), [loose])).instances[0]?.cpus, [])
})

t.test('what no node takes is refused with the reason of each', async (t) => {
  const camera = {
    kind: 'label',
    text: 'node.labels.camera == true',
    key: 'camera',
    value: 'true',
    isEqual: true,
  } as const
  const wish = deployment('d', {
    chains: ['detect/camera'],
    functions: [wanted('detect', { demands: [camera] })],
  })
  await t.rejects(plan(wish, [node('a'), node('b', { labels: { camera: 'no' } })]), {
    code: 'cannot-place',
    message: `no node takes detect:
  a: it has no label camera, and node.labels.camera == true is demanded
  b: its label is camera=no, and node.labels.camera == true is demanded`,
    problems: [/^detect: a: /, /^detect: b: /],
  })
  await t.rejects(plan(wish, []), { code: 'cannot-place', message: /the network has none/ })
  const capped = node('a', { labels: { camera: 'true' } })
  const low = { ...capped, cpu: { ...capped.cpu, maximumUsage: 20 } }
  await t.rejects(plan(wish, [low]), { code: 'cannot-place', message: /takes at most 20 % of each/ })
})

t.test('what cannot be asked for is said', async (t) => {
  const wish = deployment('d', { chains: ['detect/camera'] })
  await t.rejects(plan(wish, [node('a')], { scheduler: 'best' }), {
    code: 'bad-request',
    message: /there are .*sf-cuv/,
  })
  await t.rejects(plan(wish, [node('a')], { facts: [] }), {
    code: 'bad-request',
    message: /no version of detect/,
  })
  const first = deployment('first', { chains: ['detect/camera'] })
  const desired = desiredAfter(NOTHING, first, await plan(first, [node('a')]), 1)
  await t.rejects(plan(wish, [node('a')], { desired, facts: [version('detect', { number: '2.0.0' })] }), {
    code: 'conflict',
    message: /deployment first has detect 1.0.0, and d wants 2.0.0/,
  })
})

t.test('a search ends with the reason why it is not wanted any more', async (t) => {
  const wish = deployment('d', { workflows: FAN })
  const signal = AbortSignal.abort(new Error('the controller is closed'))
  const nodes = [node('a'), node('b', { speed: 1700 })]
  await t.rejects(plan(wish, nodes, { scheduler: 'sf-seek', signal }), {
    message: 'the controller is closed',
  })
})

t.test('a search shares its time among the parts', async (t) => {
  const wish = deployment('d', { chains: ['detect/camera', 'crop/camera'] })
  let now = 0
  const order = { deployment: wish, facts: wish.functions.map(({ name }) => version(name)), desired: NOTHING }
  const nodes = [node('a'), node('b')]
  const made = await planDeployment(
    { ...order, nodes, network: networkOf(['a', 'b']), scheduler: 'sf-seek', timeLimit: 100 },
    new Costs(),
    { clock: () => now++ },
  )
  t.equal(made.parts.length, 2)
  t.ok(made.ms <= 110, `${made.ms} ms`)
})
