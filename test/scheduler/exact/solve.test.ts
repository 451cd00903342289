import t from 'tap'
import {
  check,
  type Host,
  InfeasibleError,
  NO_DEMANDS,
  type Platform,
  Problem,
  type SfType,
  searchExactly,
  solveExactly,
  type Task,
  type Workflow,
} from '../../../scheduler/index.ts'
import { instance, processors, TOPCUOGLU } from '../golden.ts'

const SERVER: Host = {
  name: 'store',
  network: 'lab',
  bandwidth: 1,
  architecture: 'amd64',
  labels: {},
  sockets: [],
  machines: [],
  images: [],
  layers: [],
}

/** One host whose vCPUs are of one MIPS, two to a core; a megabyte takes a second. */
function oneHost(cores: number, maximumUsage: number): Platform {
  const sockets = [{ speed: 1, cores, vcpusPerCore: 2, maximumUsage }]
  return {
    name: 'one',
    networks: [{ name: 'lab', bandwidth: 1 }],
    hosts: [{ ...SERVER, name: 'h', sockets }, SERVER],
    repository: 'store',
    fileServer: undefined,
  }
}

function task(name: string, type: string, work: number, usage = 50): Task {
  return { name, type, work, times: undefined, usage, input: 0, demands: NO_DEMANDS }
}

function type(name: string, layers: Record<string, number>): SfType {
  return {
    name,
    layers: Object.entries(layers).map(([layer, size]) => ({ name: layer, size })),
    architectures: undefined,
  }
}

function workflow(types: SfType[], tasks: Task[], edges: [string, string][] = []): Workflow {
  return { name: 'by hand', types, tasks, edges: edges.map(([from, to]) => ({ from, to, data: 0 })) }
}

t.test('an empty workflow takes no time', async (t) => {
  const { schedule, ...rest } = solveExactly(workflow([], []), oneHost(1, 60))
  t.strictSame(rest, { makespan: 0, bound: 0, isOptimal: true, gap: 0, nodes: 0 })
  t.strictSame(schedule.tasks, [])
  t.equal(schedule.scheduler, 'exact')
})

t.test('a workflow that no host takes is refused', async (t) => {
  const picky = { ...task('a', 'F', 1), demands: { architecture: 'riscv', labels: {} } }
  t.throws(() => solveExactly(workflow([type('F', {})], [picky]), oneHost(1, 60)), InfeasibleError)
})

t.test('one request brings the image that a task with a later request begins with', async (t) => {
  // F's image takes 10 s. a is an F that may begin at once, b one that comes after c, which takes 4 s and needs no image; d, 20
  // s, comes after b. Only one of a and b fits on the core. b goes first, at 10, since a's request has brought the image.
  const one = workflow(
    [type('F', { f: 10 }), type('G', {})],
    [task('a', 'F', 5, 100), task('b', 'F', 3, 100), task('c', 'G', 4, 20), task('d', 'G', 20, 20)],
    [
      ['c', 'b'],
      ['b', 'd'],
    ],
  )
  const platform = oneHost(1, 60)
  const { schedule, isOptimal } = solveExactly(one, platform, { timeLimit: Number.POSITIVE_INFINITY })
  check(one, platform, schedule)
  t.ok(isOptimal)
  t.equal(schedule.tasks[1]?.start, 10)
  t.equal(schedule.makespan, 33)
  t.strictSame(schedule.downloads, [{ node: 'h', layer: 'f', type: 'F', start: 0, finish: 10 }])
})

t.test('a layer that two types share is there for one as soon as the other has it', async (t) => {
  // F fetches x 0–6, then would fetch y 6–12; G asks for y at once, and has it at 6. So F begins at 6.
  const two = workflow(
    [type('F', { x: 6, y: 6 }), type('G', { y: 6 })],
    [task('a', 'F', 4, 50), task('b', 'G', 1, 50)],
  )
  const platform = oneHost(1, 60)
  const { schedule, isOptimal } = solveExactly(two, platform)
  check(two, platform, schedule)
  t.ok(isOptimal)
  t.equal(schedule.makespan, 10)
})

t.test('a cap lets tasks that fit together go together', async (t) => {
  // 120 % of a core: 70 with 50 twice. Two and two of 10 s take 20; 70 with 70, or 50 with 50 and then 70 after 70, take more.
  const four = workflow(
    [type('F', {})],
    [task('a', 'F', 10, 70), task('b', 'F', 10, 70), task('c', 'F', 10, 50), task('d', 'F', 10, 50)],
  )
  const { makespan, isOptimal } = solveExactly(four, oneHost(1, 60))
  t.ok(isOptimal)
  t.equal(makespan, 20)
})

t.test(
  'what was decided before and what others do is waited for, times being those of the clock',
  async (t) => {
    const release = 1_700_000_000
    const chain = workflow([type('F', {})], [task('a', 'F', 5), task('b', 'F', 5)], [['a', 'b']])
    const options = {
      release,
      fixed: [{ task: 'a', vcpu: 'h/1', start: release - 1, finish: release + 4 }],
      occupation: {
        tasks: [
          { vcpu: 'h/0', start: release, finish: release + 9, usage: 50 },
          { vcpu: 'h/1', start: release + 5, finish: release + 7, usage: 50 },
        ],
        layers: [],
      },
    }
    const platform = oneHost(1, 60)
    const { makespan, isOptimal, schedule } = solveExactly(chain, platform, options)
    check(chain, platform, schedule, options)
    t.ok(isOptimal)
    t.equal(makespan, 12)
  },
)

t.test('the first report is the best of the algorithms; later ones only come nearer', async (t) => {
  const reports = [...searchExactly(new Problem(TOPCUOGLU, processors(3)))]
  t.equal(reports[0]?.makespan, 80)
  for (const [number, { makespan, bound, nodes, result }] of reports.entries()) {
    const before = reports[number - 1] ?? { makespan: 80, bound: 0, nodes: 0 }
    t.ok(makespan <= before.makespan)
    t.ok(bound >= before.bound)
    t.ok(nodes >= before.nodes)
    t.equal(result().schedule.makespan, makespan)
  }
  t.ok(reports.length > 2)
})

t.test('when the time is up, the best so far is returned with its gap', async (t) => {
  let time = 0
  const clock = () => time++
  const { makespan, bound, isOptimal, gap, schedule } = solveExactly(TOPCUOGLU, processors(3), {
    timeLimit: 1,
    clock,
  })
  check(TOPCUOGLU, processors(3), schedule)
  t.equal(time, 2)
  t.equal(makespan, 80)
  t.notOk(isOptimal)
  t.ok(bound < 73)
  t.equal(gap, (80 - bound) / 80)
})

t.test('what is too large is not searched, and has a bound all the same', async (t) => {
  const tasks = Array.from({ length: 200 }, () => [2, 3, 4])
  const many = instance(tasks, [[0, 1, 5]])
  const { makespan, bound, nodes, isOptimal, schedule } = solveExactly(many, processors(3))
  check(many, processors(3), schedule)
  t.equal(nodes, 0)
  t.notOk(isOptimal)
  // 200 times 2 s on 3 vCPUs.
  t.equal(bound, 400 / 3)
  t.ok(makespan > bound)
  const chain = instance(
    tasks,
    tasks.slice(1).map((_, number) => [number, number + 1, 5]),
  )
  t.match(solveExactly(chain, processors(3)), { makespan: 400, bound: 400, isOptimal: true })
})
