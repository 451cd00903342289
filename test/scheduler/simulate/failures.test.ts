import { deepStrictEqual, ok } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import {
  heft,
  type Platform,
  type Schedule,
  type SimulateOptions,
  type Simulation,
  schedule,
  simulate,
  type Workflow,
} from '../../../scheduler/index.ts'
import { host, instances, planned, platform, task, workflow } from './instances.ts'

const place = platform([host('x'), host('y'), host('z')])
/** 10 s each, and 10 s between two hosts. */
const long = { work: 1000 }
const chain = workflow(
  [task('a', long), task('b', long), task('c', long)],
  [
    ['a', 'b', 100],
    ['b', 'c', 100],
  ],
)
/** a 0-10 on x, b 20-30 on y, c 40-50 on z. */
const plan = planned([
  ['a', 'x/0', 0],
  ['b', 'y/0', 20],
  ['c', 'z/0', 40],
])

function slots({ tasks }: Simulation): string[] {
  return tasks.map(
    ({ task, vcpu, start, finish, attempts }) => `${task} ${vcpu} ${start}-${finish} (${attempts})`,
  )
}

const fail = (host: string, time: number, more: SimulateOptions = {}): Simulation =>
  simulate(chain, place, plan, { failures: [{ host, time }], ...more })

t.test('a host that fails before it is needed takes nothing with it, but its tasks cannot run', async (t) => {
  const result = fail('y', 5)
  t.strictSame(slots(result), ['a x/0 0-10 (1)'])
  t.strictSame([result.unfinished, result.lost, result.isComplete], [['b', 'c'], [], false])
  t.match(result.reason, /failed.*: y$/)
})

t.test('what is left is scheduled anew on what is left', async (t) => {
  const result = fail('y', 5, { reschedule: heft })
  t.strictSame(slots(result), ['a x/0 0-10 (1)', 'b x/0 10-20 (1)', 'c x/0 20-30 (1)'])
  t.strictSame(result.rescheduled, [5])
  t.ok(result.isComplete)
  t.equal(result.reason, undefined)
})

t.test('a task that runs on a failed host is lost and runs again', async (t) => {
  const result = fail('y', 25, { reschedule: heft })
  // The output of a is still on x.
  t.strictSame(slots(result), ['a x/0 0-10 (1)', 'b x/0 25-35 (2)', 'c x/0 35-45 (1)'])
  t.strictSame(result.lost, [{ task: 'b', vcpu: 'y/0', what: 'execution', start: 20, finish: 25, time: 25 }])
})

t.test('an output that is on its way from a failed host is lost and made again', async (t) => {
  const result = fail('x', 15, { reschedule: heft })
  t.strictSame(slots(result), ['a y/0 15-25 (2)', 'b y/0 25-35 (1)', 'c y/0 35-45 (1)'])
  t.strictSame(result.lost, [{ task: 'a', vcpu: 'x/0', what: 'output', start: 0, finish: 10, time: 15 }])
  const [broken] = result.transfers
  t.match(broken, { cargo: 'data', from: 'x', to: 'y', size: 100, sent: 50, start: 10, finish: 15 })
})

t.test('an output that has reached its consumer is not needed any more', async (t) => {
  const result = fail('x', 22)
  t.strictSame(slots(result), ['a x/0 0-10 (1)', 'b y/0 20-30 (1)', 'c z/0 40-50 (1)'])
  t.strictSame([result.lost, result.isComplete], [[], true])
})

t.test('what a lost output was made of is made again too', async (t) => {
  // b ran on y, and its input came from x, which is gone as well.
  const failures = [
    { host: 'x', time: 25 },
    { host: 'y', time: 35 },
  ]
  const result = simulate(chain, place, plan, { failures, reschedule: heft })
  t.strictSame(slots(result), ['a z/0 35-45 (2)', 'b z/0 45-55 (2)', 'c z/0 55-65 (1)'])
  t.strictSame(
    result.lost.map(({ task, what }) => [task, what]),
    [
      ['b', 'output'],
      ['a', 'output'],
    ],
  )
})

t.test(
  'data that has reached a consumer that is not begun stays there when its producer fails',
  async (t) => {
    // b waits on y for a second predecessor, with a's data; y goes on.
    const join = workflow(
      [task('a', long), task('s', { work: 5000 }), task('b', long)],
      [
        ['a', 'b', 100],
        ['s', 'b', 100],
      ],
    )
    const places = planned([
      ['a', 'x/0', 0],
      ['s', 'z/0', 0],
      ['b', 'y/0', 60],
    ])
    const options = { failures: [{ host: 'x', time: 30 }], reschedule: heft }
    t.strictSame(slots(simulate(join, place, places, options)), [
      'a x/0 0-10 (1)',
      's z/0 0-50 (1)',
      'b y/0 60-70 (1)',
    ])
  },
)

t.test('what finishes at the moment of a failure has finished', async (t) => {
  const { lost } = fail('z', 50)
  t.strictSame(lost, [])
  t.ok(fail('z', 50).isComplete)
})

t.test('downloads to a failed host are lost', async (t) => {
  const bare = platform([host('x', { images: [] }), host('y', { images: [] })])
  const one = workflow([task('a')])
  const result = simulate(one, bare, planned([['a', 'x/0', 1]]), {
    failures: [{ host: 'x', time: 0.5 }],
    reschedule: heft,
  })
  t.strictSame(slots(result), ['a y/0 1.5-2.5 (1)'])
  t.strictSame(
    result.downloads.map(({ node }) => node),
    ['y'],
  )
  t.match(result.transfers[0], { cargo: 'layer', layer: 'f', to: 'x', sent: 5, finish: 0.5 })
})

t.test('when the repository fails, what is left goes to nodes that hold the image', async (t) => {
  const mixed = platform([host('x', { images: [] }), host('y')])
  const one = workflow([task('a')])
  const options = { failures: [{ host: 'repository', time: 0.5 }], reschedule: heft }
  const result = simulate(one, { ...mixed, fileServer: undefined }, planned([['a', 'x/0', 1]]), options)
  t.strictSame(slots(result), ['a y/0 0.5-1.5 (1)'])
})

t.test('when the file server fails, tasks whose input is not there cannot run', async (t) => {
  const two = workflow([task('a', { input: 10 }), task('b')])
  const options = { failures: [{ host: 'repository', time: 0.5 }], reschedule: heft }
  const places = planned([
    ['a', 'x/0', 1],
    ['b', 'y/0', 0],
  ])
  const result = simulate(two, place, places, options)
  t.strictSame(result.unfinished, ['a'])
  t.match(result.reason, /file server is gone.*: a$/)
})

t.test('when every host fails, the result says what could not run and why', async (t) => {
  const failures = ['x', 'y', 'z'].map((host) => ({ host, time: 12 }))
  for (const reschedule of [heft, undefined]) {
    const result = simulate(chain, place, plan, { failures, reschedule })
    t.strictSame(result.unfinished, ['a', 'b', 'c'])
    t.notOk(result.isComplete)
    t.type(result.reason, 'string')
  }
  t.match(simulate(chain, place, plan, { failures, reschedule: heft }).reason, /no host takes task b/)
})

t.test('a host that is not there cannot fail', async (t) => {
  t.throws(() => fail('nowhere', 1), { code: 'bad-model' })
})

/** Each task ran once to its end, after its predecessors' data and its image, on a host that lived. */
function check(
  workflow: Workflow,
  platform: Platform,
  { schedule, transfers, lost }: Simulation,
  deaths: Map<string, number>,
): void {
  const tasks = new Map(schedule.tasks.map((its) => [its.task, its]))
  deepStrictEqual(tasks.size, workflow.tasks.length)
  for (const { vcpu, start, finish } of schedule.tasks) {
    const death = deaths.get(vcpu.split('/')[0] as string) ?? Number.POSITIVE_INFINITY
    ok(finish <= death, 'a task ends on a host that is gone')
    // What takes no time does not occupy its vCPU.
    const isDouble = schedule.tasks.some(
      (other) => other.vcpu === vcpu && start < other.start && other.start < Math.min(finish, other.finish),
    )
    ok(!isDouble, `${vcpu} runs two tasks at once`)
  }
  // A producer may have been run a second time for another consumer, hence the transfers.
  for (const { from, to, data } of workflow.edges) {
    const [before, after] = [tasks.get(from), tasks.get(to)] as [Schedule['tasks'][0], Schedule['tasks'][0]]
    const host = after.vcpu.split('/')[0]
    const came = transfers.some(
      (its) => its.producer === from && its.consumer === to && its.to === host && its.finish <= after.start,
    )
    const runs = [before, ...lost.filter(({ what, task }) => what === 'output' && task === from)]
    const isLocal = runs.some(
      ({ vcpu, finish }) => finish <= after.start && (data === 0 || vcpu.split('/')[0] === host),
    )
    ok(came || isLocal, `${to} starts without the data of ${from}`)
  }
  for (const { type, vcpu, start, task } of schedule.tasks) {
    const [name, number] = vcpu.split('/') as [string, string]
    const its = platform.hosts.find((host) => host.name === name)
    const machine = its?.machines.length ? its.machines[Number(number) < 1 ? 0 : 1] : its
    const node = its?.machines.length ? `${name}/${machine?.name}` : name
    const held = new Set(machine?.images)
    const layers = workflow.types
      .flatMap((type) => (held.has(type.name) ? type.layers : []))
      .map(({ name }) => name)
    for (const { name: layer } of workflow.types.find((its) => its.name === type)?.layers ?? []) {
      const download = schedule.downloads.find((its) => its.node === node && its.layer === layer)
      ok(
        layers.includes(layer) || (download?.finish ?? Number.POSITIVE_INFINITY) <= start,
        `${task} has no ${layer}`,
      )
    }
  }
}

t.test('a run with failures, noise and contention is complete and breaks no rule', async () => {
  const disturbances = fc.record({
    failures: fc.array(fc.record({ host: fc.nat(), share: fc.double({ min: 0, max: 1, noNaN: true }) }), {
      minLength: 1,
      maxLength: 3,
    }),
    noise: fc.constantFrom(0, 0.4),
    contention: fc.boolean(),
    seed: fc.nat({ max: 100 }),
    policy: fc.constantFrom('on-demand' as const, 'ahead' as const),
  })
  fc.assert(
    fc.property(instances, disturbances, ({ workflow, platform }, { failures, policy, ...options }) => {
      const plan = schedule(heft, workflow, platform, { policy })
      // One host is left in any case, beside the repository.
      const hosts = platform.hosts.length - 2
      const named =
        hosts === 0
          ? []
          : failures.map(({ host, share }) => ({
              host: `h${host % hosts}`,
              time: share * plan.makespan,
            }))
      const result = simulate(workflow, platform, plan, { ...options, failures: named, reschedule: heft })
      ok(result.isComplete, result.reason)
      const deaths = new Map<string, number>()
      for (const { host, time } of named) deaths.set(host, Math.min(time, deaths.get(host) ?? time))
      check(workflow, platform, result, deaths)
    }),
    { numRuns: 150 },
  )
})
