import fc from 'fast-check'
import t from 'tap'
import {
  heft,
  Machine,
  ModelError,
  Problem,
  platformFromTopology,
  randomPlatform,
  randomWorkflow,
  schedule,
  sourceWorkflow,
  testbed,
} from '../../../scheduler/index.ts'

const seeds = Array.from({ length: 100 }, (_, seed) => seed)
const different = (values: readonly unknown[]): number =>
  new Set(values.map((one) => JSON.stringify(one))).size
const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length

t.test('the workflow of the source has 3(|B| + 1) tasks: split, chains, merge, end', async (t) => {
  for (const partitions of [1, 2, 5, 100])
    t.equal(sourceWorkflow(partitions).tasks.length, 3 * (partitions + 1))
  const { tasks, edges, types } = sourceWorkflow(2)
  t.strictSame(
    tasks.map(({ name, type, input }) => `${name}:${type}:${input}`),
    ['A:A:100', 'B1:B:0', 'C1:C:0', 'D1:D:0', 'B2:B:0', 'C2:C:0', 'D2:D:0', 'E:E:0', 'F:F:0'],
  )
  t.strictSame(
    edges.map(({ from, to }) => `${from}-${to}`),
    ['A-B1', 'B1-C1', 'C1-D1', 'A-B2', 'B2-C2', 'C2-D2', 'D1-E', 'D2-E', 'E-F'],
  )
  t.strictSame(
    types.map(({ name, layers }) => [name, layers]),
    ['A', 'B', 'C', 'D', 'E', 'F'].map((name) => [name, [{ name, size: 1220 }]]),
  )
})

t.test('a shared base is part of the image', async (t) => {
  const layersWith = (sharedBase: number) => sourceWorkflow(1, { sharedBase }).types[1]?.layers
  t.strictSame(layersWith(1000), [
    { name: 'base', size: 1000 },
    { name: 'B', size: 220 },
  ])
  t.strictSame(layersWith(1220), [{ name: 'base', size: 1220 }])
  t.throws(() => layersWith(1221), RangeError)
  t.throws(() => sourceWorkflow(0), RangeError)
  t.throws(() => sourceWorkflow(1.5), RangeError)
})

t.test(
  'seeds draw work, data, speeds and bandwidths within their spread; each seed other ones',
  async (t) => {
    const workflows = seeds.map((seed) => sourceWorkflow(2, { seed, spread: 0.2 }))
    const works = workflows.flatMap(({ tasks }) => tasks.map(({ work }) => work))
    const data = workflows.flatMap(({ edges }) => edges.map((edge) => edge.data))
    t.ok(Math.min(...works) >= 16_000 && Math.max(...works) <= 24_000)
    t.ok(Math.min(...data) >= 80 && Math.max(...data) <= 120)
    t.ok(Math.abs(mean(works) - 20_000) < 300)
    t.equal(different(workflows), 100)
    const first = workflows.map(({ tasks }) => tasks[0]?.work ?? 0)
    t.ok(Math.abs(mean(first) - 20_000) < 1000, 'the first draw too')
    const platforms = seeds.map((seed) => testbed({ seed }))
    t.equal(different(platforms), 100)
    for (const { networks } of platforms)
      t.ok(networks.every(({ bandwidth }) => bandwidth >= 62.5 * 0.9 && bandwidth <= 62.5 * 1.1))
    t.strictSame(sourceWorkflow(2, { seed: 7 }), sourceWorkflow(2, { seed: 7 }))
    t.strictSame(testbed({ seed: 7 }), testbed({ seed: 7 }))
    t.throws(() => testbed({ seed: 0.5 }), RangeError)
  },
)

t.test(
  'on the testbed with all types deployed nothing is fetched, else each type once at least',
  async (t) => {
    const fetched = (preDeployed: boolean) =>
      new Set(schedule(heft, sourceWorkflow(3), testbed({ preDeployed })).downloads.map(({ type }) => type))
        .size
    t.equal(fetched(true), 0)
    t.equal(fetched(false), 6)
    const { networks, vcpus } = { ...testbed(), vcpus: new Machine(testbed()).vcpuCount }
    t.strictSame([networks.length, vcpus], [2, 76])
  },
)

t.test('a random platform is within the ranges of the authors', async (t) => {
  for (const seed of seeds) {
    const { networks, hosts, repository } = randomPlatform(seed)
    const computing = hosts.filter(({ sockets }) => sockets.length > 0)
    const within = (values: readonly number[], least: number, most: number): boolean =>
      values.every((value) => value >= least && value <= most)
    const sockets = computing.flatMap((host) => host.sockets)
    const inEach = networks
      .slice(0, 5)
      .map(({ name }) => hosts.filter(({ network }) => network === name).length)
    t.ok(
      networks.length === 6 &&
        within(inEach, 4, 10) &&
        within(
          networks.slice(0, 5).map(({ bandwidth }) => bandwidth),
          70,
          800,
        ) &&
        within(
          computing.map(({ bandwidth }) => bandwidth),
          500,
          1000,
        ) &&
        within(
          computing.map((host) => host.sockets.length),
          1,
          2,
        ) &&
        within(
          sockets.map(({ cores }) => cores),
          2,
          18,
        ) &&
        within(
          sockets.map(({ speed }) => speed),
          1000,
          4000,
        ) &&
        sockets.every(({ maximumUsage }) => maximumUsage === 60),
      `seed ${seed}`,
    )
    t.equal(hosts.find(({ name }) => name === repository)?.bandwidth, 285)
  }
  t.equal(different(seeds.map((seed) => randomPlatform(seed))), 100)
  t.strictSame(randomPlatform(7), randomPlatform(7))
})

t.test('a random workflow is within the ranges of the authors, and has no circle', async (t) => {
  const platform = randomPlatform(1)
  for (const seed of seeds.slice(0, 20)) {
    const workflow = randomWorkflow(seed)
    const { tasks, edges, types } = workflow
    const degrees = new Map(tasks.map(({ name }) => [name, 0]))
    for (const { from } of edges) degrees.set(from, (degrees.get(from) ?? 0) + 1)
    const all = [...degrees.values()]
    t.strictSame([tasks.length, types.length, all.at(-1)], [200, 10, 0])
    t.ok(all.slice(0, -1).every((degree) => degree >= 1 && degree <= 5))
    t.ok(tasks.every(({ work, usage }) => work >= 500 && work <= 1000 && usage >= 20 && usage <= 80))
    t.ok(edges.every(({ data }) => data >= 300 && data <= 3000))
    t.ok(
      types.every(
        ({ layers }) => layers.length === 1 && (layers[0]?.size ?? 0) >= 10 && (layers[0]?.size ?? 0) <= 500,
      ),
    )
    const { predecessors, taskCount } = new Problem(workflow, platform)
    const starts = tasks.filter((_, task) => predecessors.first[task] === predecessors.first[task + 1])
    t.ok(starts.length < taskCount / 10, 'few start tasks')
  }
  t.strictSame(randomWorkflow(7), randomWorkflow(7))
})

t.test('random workflows of any size and shape are graphs without circles and double edges', async () => {
  const options = fc.record({
    tasks: fc.integer({ min: 0, max: 30 }),
    types: fc.integer({ min: 1, max: 4 }),
    window: fc.integer({ min: 1, max: 40 }),
    outDegree: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 3, max: 6 })),
  })
  const platform = testbed()
  fc.assert(
    fc.property(fc.integer(), options, (seed, chosen) => {
      const workflow = randomWorkflow(seed, chosen)
      const pairs = workflow.edges.map(({ from, to }) => `${from} ${to}`)
      return (
        new Problem(workflow, platform).order.length === chosen.tasks && new Set(pairs).size === pairs.length
      )
    }),
    { numRuns: 100 },
  )
})

t.test('data are scaled so that communication is to computation as asked', async (t) => {
  const platform = randomPlatform(3)
  const { meanSpeed, meanSecondsPerMb } = new Machine(platform)
  const plain = randomWorkflow(2)
  for (const ratio of [0.1, 1, 10]) {
    const { tasks, edges } = randomWorkflow(2, { ccr: { ratio, on: platform } })
    const execution = mean(tasks.map(({ work }) => work)) / meanSpeed
    const communication = mean(edges.map(({ data }) => data)) * meanSecondsPerMb
    t.ok(Math.abs(communication / execution - ratio) < 1e-9 * ratio)
    t.strictSame(tasks, plain.tasks)
    const of = { speed: meanSpeed, bandwidth: 1 / meanSecondsPerMb }
    t.strictSame(randomWorkflow(2, { ccr: { ratio, on: of } }).edges, edges)
  }
  t.strictSame(randomWorkflow(2, { tasks: 1, ccr: { ratio: 1, on: platform } }).edges, [])
})

const line = {
  graph: { name: 'line', demands: { 0: { 1: 5, 2: 1 }, 2: { 1: 3 } } },
  nodes: [{ id: 0, name: 'a/b' }, { id: 1, name: 'c' }, { id: 2 }],
  edges: [
    { source: 0, target: 1, dist: 10 },
    { source: 1, target: 2, dist: 20 },
  ],
}

t.test('of a backbone network each node is a data centre with the bandwidth of its links', async (t) => {
  const platform = platformFromTopology(line, { linkBandwidth: 10, hosts: [2, 2] })
  t.strictSame(platform.networks, [
    { name: 'a-b', bandwidth: 10 },
    { name: 'c', bandwidth: 20 },
    { name: '2', bandwidth: 10 },
  ])
  t.strictSame(
    platform.hosts.map(({ name, network }) => `${name} in ${network}`),
    [
      'a-b-1 in a-b',
      'a-b-2 in a-b',
      'c-1 in c',
      'c-2 in c',
      '2-1 in 2',
      '2-2 in 2',
      'repository in c',
      'file-server in c',
    ],
    'repository and file server are where the most is demanded',
  )
  t.strictSame(platformFromTopology(line), platformFromTopology(line, { seed: 1 }))
  t.notSame(platformFromTopology(line), platformFromTopology(line, { seed: 2 }))
})

t.test('what is no backbone network is refused', async (t) => {
  const refused = (json: unknown, message: string): void => {
    t.throws(() => platformFromTopology(json), new ModelError(message))
  }
  t.throws(() => platformFromTopology({ nodes: 3 }), {
    code: 'bad-model',
    message: /^this is no network of SNDlib: /,
  })
  refused({ ...line, edges: [{ source: 0, target: 9 }] }, 'a link leads to node 9, which is not there')
  refused({ ...line, edges: [{ source: 0, target: 1 }] }, 'no link leads to node 2')
})
