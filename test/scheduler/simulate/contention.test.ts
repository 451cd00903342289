import { ok } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { heft, type Platform, schedule, simulate, type Workflow } from '../../../scheduler/index.ts'
import { maxMinRates } from '../../../scheduler/simulate/fair-share.ts'
import { host, instances, planned, platform, task, workflow } from './instances.ts'

/** Tasks of one second, each on its host with data for a task on another; all hosts have cards of 10 MB/s. */
function senders(pairs: readonly (readonly [from: string, to: string, data: number])[]): Workflow {
  return workflow(
    pairs.flatMap((_, number) => [task(`a${number}`), task(`b${number}`)]),
    pairs.map(([, , data], number) => [`a${number}`, `b${number}`, data]),
  )
}

function arrivals(
  pairs: readonly (readonly [from: string, to: string, data: number])[],
  place: Platform,
): number[] {
  // The order on one vCPU is that of the pairs.
  const plan = planned(
    pairs.flatMap(([from, to], number) => [
      [`a${number}`, `${from}/${number}`, 0] as const,
      [`b${number}`, `${to}/${number}`, 100] as const,
    ]),
  )
  const { transfers } = simulate(senders(pairs), place, plan, { contention: true, eager: true })
  return pairs.map(
    (_, number) => transfers.find(({ consumer }) => consumer === `b${number}`)?.finish as number,
  )
}

const wide = { sockets: [{ speed: 100, cores: 8, vcpusPerCore: 1, maximumUsage: 100 }] }

t.test('one transfer alone takes the time of the model', async (t) => {
  const place = platform([host('x', wide), host('y', wide)])
  t.strictSame(arrivals([['x', 'y', 37]], place), [1 + 37 * (1 / 10)])
})

t.test('two equal transfers over one link take twice as long', async (t) => {
  const place = platform([host('x', wide), host('y', wide)])
  t.strictSame(
    arrivals(
      [
        ['x', 'y', 20],
        ['x', 'y', 20],
      ],
      place,
    ),
    [5, 5],
  )
})

t.test('links are full duplex', async (t) => {
  const place = platform([host('x', wide), host('y', wide)])
  const pairs = [
    ['x', 'y', 20],
    ['y', 'x', 20],
  ] as const
  t.strictSame(arrivals(pairs, place), [3, 3])
})

t.test('what a transfer cannot use for a bottleneck elsewhere, the others get', async (t) => {
  // x sends to y, z and s, which takes no more than 2 MB/s: 2 for s, and (10 - 2) / 2 = 4 for y and z. y has its 8 MB at 3 s. Then
  // z gets 8: its 4 MB left are there at 3.5 s. s never gets more than 2: 14 MB take 7 s.
  const place = platform([
    host('x', wide),
    host('y', wide),
    host('z', wide),
    host('s', { ...wide, bandwidth: 2 }),
  ])
  const pairs = [
    ['x', 'y', 8],
    ['x', 'z', 12],
    ['x', 's', 14],
  ] as const
  t.strictSame(arrivals(pairs, place), [3, 3.5, 8])
})

t.test('networks share their link among hosts, and not what stays inside', async (t) => {
  // Both that leave have 4 / 2 = 2 MB/s, the one inside has 10 - 2 of its sender's card.
  const networks = [
    { name: 'lab', bandwidth: 4 },
    { name: 'edge', bandwidth: 100 },
  ]
  const away = { ...wide, network: 'edge' }
  const place = platform([host('x', wide), host('y', wide), host('p', away), host('q', away)], { networks })
  const pairs = [
    ['x', 'p', 10],
    ['y', 'q', 10],
    ['x', 'y', 16],
  ] as const
  t.strictSame(arrivals(pairs, place), [6, 6, 3])
})

t.test('many downloads at once are limited by the repository', async (t) => {
  const nodes = Array.from({ length: 5 }, (_, number) => host(`h${number}`, { images: [], bandwidth: 1000 }))
  const tasks = workflow(nodes.map(({ name }) => task(name)))
  const place = platform(nodes)
  const plan = schedule(heft, tasks, place)
  t.equal(new Set(plan.tasks.map(({ vcpu }) => vcpu)).size, 5)
  t.equal(plan.makespan, 2)
  const { downloads, makespan } = simulate(tasks, place, plan, { contention: true })
  // 5 x 10 MB through 10 MB/s.
  t.strictSame(
    downloads.map(({ finish }) => finish),
    [5, 5, 5, 5, 5],
  )
  t.equal(makespan, 6)
})

t.test('inputs and images come over the same card of a host', async (t) => {
  const place = platform([host('x', { images: [] }), host('files', { sockets: [] })], { fileServer: 'files' })
  const tasks = workflow([task('a', { input: 10 })])
  const plan = planned([['a', 'x/0', 0]])
  t.equal(simulate(tasks, place, plan).makespan, 2)
  t.equal(simulate(tasks, place, plan, { contention: true }).makespan, 3)
})

t.test('shares are fair: each transfer passes a full resource on which nobody has more', async () => {
  const flows = fc.array(
    fc.record({
      resources: fc.uniqueArray(fc.nat({ max: 7 }), { minLength: 1, maxLength: 4 }),
      count: fc.integer({ min: 1, max: 4 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  const capacities = fc.array(fc.constantFrom(1, 5, 10, 33.3), { minLength: 8, maxLength: 8 })
  fc.assert(
    fc.property(flows, capacities, (flows, capacities) => {
      const rates = maxMinRates(Float64Array.from(capacities), flows)
      const used = capacities.map((_, resource) =>
        flows.reduce(
          (sum, { resources, count }, flow) =>
            resources.includes(resource) ? sum + count * (rates[flow] as number) : sum,
          0,
        ),
      )
      for (const [resource, sum] of used.entries()) ok(sum <= (capacities[resource] as number) * (1 + 1e-9))
      for (const [flow, { resources }] of flows.entries()) {
        const rate = (rates[flow] as number) * (1 + 1e-9)
        ok(
          resources.some((resource) => {
            const isFull = (used[resource] as number) >= (capacities[resource] as number) * (1 - 1e-9)
            return (
              isFull &&
              flows.every((its, i) => !its.resources.includes(resource) || (rates[i] as number) <= rate)
            )
          }),
        )
      }
    }),
  )
})

t.test('as many bytes move as there are, in no less time than without contention', async () => {
  fc.assert(
    fc.property(instances, fc.boolean(), ({ workflow, platform }, contention) => {
      const plan = schedule(heft, workflow, platform)
      const { isComplete, transfers, tasks, downloads } = simulate(workflow, platform, plan, { contention })
      ok(isComplete)
      const hosts = new Map(tasks.map(({ task, vcpu }) => [task, vcpu.split('/')[0]]))
      const between = workflow.edges.filter(({ from, to }) => hosts.get(from) !== hosts.get(to))
      const sizes = new Map(
        workflow.types.flatMap(({ layers }) => layers.map(({ name, size }) => [name, size])),
      )
      const expected =
        between.reduce((sum, { data }) => sum + data, 0) +
        workflow.tasks.reduce((sum, { input }) => sum + input, 0) +
        downloads.reduce((sum, { layer }) => sum + (sizes.get(layer) as number), 0)
      const moved = transfers.reduce((sum, { sent }) => sum + sent, 0)
      ok(Math.abs(moved - expected) <= 1e-9 * (1 + expected), `${moved} instead of ${expected} MB`)
      ok(downloads.length === plan.downloads.length)
      const bandwidth = new Map(platform.hosts.map((its) => [its.name, its.bandwidth]))
      for (const { from, to, size, start, finish } of transfers) {
        const least = size / Math.min(bandwidth.get(from) as number, bandwidth.get(to) as number)
        ok(finish - start >= least * (1 - 1e-9), 'faster than the cards')
      }
    }),
    { numRuns: 150 },
  )
})
