import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import t from 'tap'
import {
  type Host,
  heft,
  NO_DEMANDS,
  OnlineScheduler,
  type Platform,
  type Schedule,
  type SfType,
  schedule,
  type Workflow,
} from '../../../scheduler/index.ts'

const LIMIT = 120

function host(name: string, changes: Partial<Host> = {}): Host {
  return {
    name,
    network: 'lab',
    bandwidth: 10,
    architecture: 'amd64',
    labels: {},
    sockets: [{ speed: 100, cores: 2, vcpusPerCore: 2, maximumUsage: LIMIT / 2 }],
    machines: [],
    images: [],
    layers: [],
    ...changes,
  }
}

const platform: Platform = {
  name: 'p',
  networks: [{ name: 'lab', bandwidth: 10 }],
  hosts: [host('x'), host('y', { bandwidth: 20 }), host('repository', { sockets: [], bandwidth: 20 })],
  repository: 'repository',
  fileServer: undefined,
}

const types: SfType[] = ['f', 'g'].map((name) => ({
  name,
  layers: [
    { name: 'base', size: 20 },
    { name, size: 10 },
  ],
  architectures: undefined,
}))

/** A chain of f and g by turns. */
function chain(name: string, works: readonly number[], usage = 50): Workflow {
  const tasks = works.map((work, number) => ({
    name: `${name}-${number}`,
    type: number % 2 === 0 ? 'f' : 'g',
    work,
    times: undefined,
    usage,
    input: 0,
    demands: NO_DEMANDS,
  }))
  const edges = tasks
    .slice(1)
    .map(({ name }, number) => ({ from: tasks[number]?.name as string, to: name, data: 5 }))
  return { name, types, tasks, edges }
}

interface Slot {
  readonly vcpu: string
  readonly start: number
  readonly finish: number
  readonly usage: number
}

/** What all schedules together break: two tasks on a vCPU, or too much on a core (of vCPUs 2n and 2n + 1). */
function violations(slots: readonly Slot[]): string[] {
  const found: string[] = []
  const core = ({ vcpu }: Slot): string => vcpu.replace(/\d+$/, (number) => `${Number(number) >> 1}`)
  for (const one of slots) {
    const beside = slots.filter(
      (its) => core(its) === core(one) && its.start <= one.start && its.finish > one.start,
    )
    const sum = beside.reduce((sum, { usage }) => sum + usage, 0)
    if (sum > LIMIT + 1e-9) found.push(`${core(one)} at ${one.start}: ${sum} %`)
    if (beside.filter(({ vcpu }) => vcpu === one.vcpu).length > 1)
      found.push(`${one.vcpu} at ${one.start}: two`)
  }
  return found
}

function slotsOf({ tasks }: Schedule, workflow: Workflow): Slot[] {
  return tasks.map((its, number) => ({ ...its, usage: workflow.tasks[number]?.usage as number }))
}

t.test('on an idle platform it is the algorithm', async (t) => {
  const workflow = chain('a', [100, 200, 300])
  const online = new OnlineScheduler(platform, heft)
  t.strictSame(online.submit(workflow, 5), schedule(heft, workflow, platform, { release: 5 }))
})

t.test('workflows that come while others run keep out of their way', async (t) => {
  const online = new OnlineScheduler(platform, heft)
  const slots = Array.from({ length: 30 }, (_, number) => {
    const workflow = chain(`w${number}`, [300, 500, 200], 70)
    return slotsOf(online.submit(workflow, number / 10), workflow)
  }).flat()
  t.strictSame(violations(slots), [])
  t.equal(online.pending, 90)
  // Two cores and two hosts with a task of 70 % each at a time: it cannot have been but by waiting.
  t.ok(Math.max(...slots.map(({ finish }) => finish)) >= (30 * 10) / 4)
})

t.test('images that an earlier workflow brought, or is bringing, are used', async (t) => {
  const one = { ...platform, hosts: platform.hosts.filter(({ name }) => name !== 'y') }
  const online = new OnlineScheduler(one, heft)
  const first = online.submit(chain('a', [100]), 0)
  t.strictSame(
    first.downloads.map(({ layer, finish }) => [layer, finish]),
    [
      ['base', 2],
      ['f', 3],
    ],
  )
  const second = online.submit(chain('b', [100]), 1)
  t.strictSame([second.downloads, second.tasks[0]?.start], [[], 3])
  const third = online.submit(chain('c', [100, 100]), 50)
  t.strictSame(
    third.downloads.map(({ layer }) => layer),
    ['g'],
  )
  t.equal(third.tasks[0]?.start, 50)
})

t.test('what has finished is forgotten', async (t) => {
  const online = new OnlineScheduler(platform, heft)
  let most = 0
  for (let number = 0; number < 2000; number++) {
    const workflow = chain(`w${number}`, [50, 80])
    online.submit(workflow, number)
    most = Math.max(most, online.pending)
    const { layers } = online.occupation(workflow)
    if (layers.length > 6) t.fail('more layers than there are on two nodes')
  }
  t.ok(most <= 20, `${most} tasks were kept`)
})

t.test('time does not go back', async (t) => {
  const online = new OnlineScheduler(platform, heft)
  online.submit(chain('a', [100]), 10)
  t.throws(() => online.submit(chain('b', [100]), 9), { name: 'SubmitError', code: 'time-goes-back' })
  t.throws(() => online.submit(chain('b', [100]), Number.NaN), { code: 'time-goes-back' })
  t.equal(online.pending, 1)
  online.submit(chain('b', [100]), 10)
  t.equal(online.pending, 2)
})

t.test('more tasks than may be pending are refused, and nothing is lost', async (t) => {
  const online = new OnlineScheduler(platform, heft, { maxPending: 4 })
  const first = online.submit(chain('a', [100, 100, 100]), 0)
  t.throws(() => online.submit(chain('b', [100, 100]), 0), { name: 'SubmitError', code: 'too-many-tasks' })
  t.equal(online.pending, 3)
  online.submit(chain('c', [100]), 0)
  t.equal(online.pending, 4)
  online.submit(chain('d', [100, 100, 100, 100]), first.release + 100)
  t.equal(online.pending, 4)
})

t.test('a workflow that no host takes is refused, and the next one is taken', async (t) => {
  const online = new OnlineScheduler(platform, heft)
  t.throws(() => online.submit(chain('a', [100], 200), 0), { code: 'infeasible' })
  t.equal(online.pending, 0)
  t.equal(online.submit(chain('b', [100]), 0).tasks.length, 1)
})

t.test('a stream of workflows at random times is carried out without a violation', async (t) => {
  const random = xoroshiro128plus(42)
  const online = new OnlineScheduler(platform, heft)
  const slots: Slot[] = []
  const layers = new Map<string, number>()
  let time = 0
  for (let number = 0; number < 300; number++) {
    time -= 6 * Math.log(1 - uniformFloat64(random))
    const works = Array.from(
      { length: 1 + Math.floor(4 * uniformFloat64(random)) },
      () => 100 + 900 * uniformFloat64(random),
    )
    const workflow = chain(`w${number}`, works, 30 + Math.floor(40 * uniformFloat64(random)))
    const result = online.submit(workflow, time)
    t.equal(result.release, time)
    for (const { node, layer, finish } of result.downloads)
      layers.set(`${node} ${layer}`, Math.min(finish, layers.get(`${node} ${layer}`) ?? finish))
    let before = time
    for (const { vcpu, type, start, finish } of result.tasks) {
      const node = vcpu.split('/')[0]
      if (start < before) t.fail(`a task of w${number} starts before the one before has finished`)
      for (const layer of ['base', type])
        if (!((layers.get(`${node} ${layer}`) ?? Number.NaN) <= start))
          t.fail(`w${number} starts without ${layer}`)
      before = finish
    }
    slots.push(...slotsOf(result, workflow))
  }
  t.strictSame(violations(slots), [])
  t.ok(online.pending < 200, 'it keeps up')
})
