import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import {
  ALGORITHMS,
  check,
  type Host,
  InfeasibleError,
  NO_DEMANDS,
  type Platform,
  Problem,
  type Schedule,
  type ScheduleOptions,
  SEEK_NAME,
  schedule,
  seek,
  type Task,
  type Workflow,
} from '../../scheduler/index.ts'
import { type Instance, instances } from './arbitraries.ts'

interface Planner {
  readonly name: string
  readonly title: string
  /** Tasks of the largest workflow that it is tried on. */
  readonly most: number
  plan(workflow: Workflow, platform: Platform, options?: ScheduleOptions): Schedule
}

/** Plans that the search looks at here. */
const EVALUATIONS = 24

const planners: readonly Planner[] = [
  ...ALGORITHMS.map((algorithm) => ({
    name: algorithm.name,
    title: algorithm.title,
    most: 1e4,
    plan: (workflow: Workflow, platform: Platform, options?: ScheduleOptions) =>
      schedule(algorithm, workflow, platform, options),
  })),
  {
    name: SEEK_NAME,
    title: 'SF-SEEK',
    // It lets all others plan first.
    most: 2000,
    plan: (workflow, platform, options) => {
      const search = seek(new Problem(workflow, platform, options), {
        ...options,
        evaluations: EVALUATIONS,
      })
      for (;;) {
        const { done, value } = search.next()
        if (done) return value
      }
    },
  },
]

/** Room for the rounding of sums. */
const ROUNDING = 1 - 1e-9

/** Execution time of each task on the fastest vCPU that it may have, in seconds. */
function shortest(problem: Problem): number[] {
  return problem.workflow.tasks.map((_, task) => {
    const times = [...problem.candidates(task)].map((vcpu) => problem.execution(task, vcpu))
    return Math.min(...times)
  })
}

/** Length of the longest way, each task at its shortest, in seconds. */
function criticalPath({ workflow, order }: Problem, times: readonly number[]): number {
  const numbers = new Map(workflow.tasks.map(({ name }, number) => [name, number]))
  const ends = times.slice()
  for (const task of order) {
    for (const { from, to } of workflow.edges) {
      if (numbers.get(from) !== task) continue
      const next = numbers.get(to) as number
      ends[next] = Math.max(ends[next] as number, (ends[task] as number) + (times[next] as number))
    }
  }
  return Math.max(0, ...ends)
}

function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}

/** Other names for tasks and types, in another alphabetical order. */
function renamed({ workflow, platform, options }: Instance): Instance {
  const task = (name: string): string => `${999 - Number(name.slice(1))} again`
  const type = (name: string): string => `${'CBA'[Number(name.slice(1))]}-type`
  const holder = <T extends { readonly images: readonly string[] }>(one: T): T => ({
    ...one,
    images: one.images.map(type),
  })
  return {
    workflow: {
      ...workflow,
      types: workflow.types.map((one) => ({ ...one, name: type(one.name) })),
      tasks: workflow.tasks.map((one) => ({ ...one, name: task(one.name), type: type(one.type) })),
      edges: workflow.edges.map((edge) => ({ ...edge, from: task(edge.from), to: task(edge.to) })),
    },
    platform: {
      ...platform,
      hosts: platform.hosts.map((host) => ({ ...holder(host), machines: host.machines.map(holder) })),
    },
    options,
  }
}

function withoutNames({ tasks, downloads, ...rest }: Schedule) {
  return {
    ...rest,
    tasks: tasks.map(({ task: _task, type: _type, ...run }) => run),
    downloads: downloads.map(({ type: _type, ...download }) => download),
  }
}

const HOST: Host = {
  name: '',
  network: 'lab',
  bandwidth: 10,
  architecture: 'amd64',
  labels: {},
  sockets: [{ speed: 10, cores: 2, vcpusPerCore: 2, maximumUsage: 60 }],
  machines: [],
  images: [],
  layers: [],
}

function lab(...hosts: readonly Partial<Host>[]): Platform {
  return {
    name: 'lab',
    networks: [{ name: 'lab', bandwidth: 10 }],
    hosts: hosts.map((host, number) => ({ ...HOST, name: `h${number}`, ...host })),
    repository: 'h0',
    fileServer: undefined,
  }
}

function alike(count: number, edges: Workflow['edges'], changes: Partial<Task> = {}): Workflow {
  return {
    name: 'alike',
    types: [{ name: 'F', layers: [{ name: 'f', size: 5 }], architectures: ['amd64', 'arm64'] }],
    tasks: Array.from({ length: count }, (_, number) => ({
      name: `t${number}`,
      type: 'F',
      work: 10,
      times: undefined,
      usage: 40,
      input: 0,
      demands: NO_DEMANDS,
      ...changes,
    })),
    edges,
  }
}

/** Two hosts with four vCPUs each; the image comes to the second within 0.5 s. */
const PAIR = lab({}, {})

for (const { name, title, most, plan: planFor } of planners) {
  const run = ({ workflow, platform, options }: Instance): Schedule => planFor(workflow, platform, options)

  t.test(`${title} breaks no rule`, async (t) => {
    fc.assert(
      fc.property(instances(), (instance) => {
        check(instance.workflow, instance.platform, run(instance), instance.options)
      }),
    )
    t.pass()
  })

  t.test(`${title} is not faster than the critical path at the highest speeds`, async (t) => {
    fc.assert(
      fc.property(instances(), (instance) => {
        const problem = new Problem(instance.workflow, instance.platform)
        return run(instance).makespan >= criticalPath(problem, shortest(problem)) * ROUNDING
      }),
    )
    t.pass()
  })

  t.test(`${title} is not faster than all vCPUs together, nor than all cores under their caps`, async (t) => {
    fc.assert(
      fc.property(instances(20), (instance) => {
        const problem = new Problem(instance.workflow, instance.platform)
        const { machine, usage } = problem
        const { makespan } = run(instance)
        const times = shortest(problem)
        const used = sum(times.map((time, task) => time * (usage[task] as number)))
        if (makespan < (sum(times) / machine.vcpuCount) * ROUNDING) return false
        if (makespan < (used / sum(machine.coreLimit)) * ROUNDING) return false
        if (instance.workflow.tasks.some((task) => task.times !== undefined)) return true
        return makespan >= (sum(problem.work) / sum(machine.vcpuSpeed)) * ROUNDING
      }),
    )
    t.pass()
  })

  t.test(`${title} sees no names of tasks and types`, async (t) => {
    fc.assert(
      fc.property(instances(), (instance) => {
        assert.deepEqual(withoutNames(run(renamed(instance))), withoutNames(run(instance)))
      }),
      { numRuns: 50 },
    )
    t.pass()
  })

  t.test(`${title} says the same of the same`, async (t) => {
    fc.assert(
      fc.property(instances(), (instance) => {
        assert.deepEqual(run(instance), run(structuredClone(instance)))
      }),
      { numRuns: 50 },
    )
    t.pass()
  })

  t.test(`${title} does an empty workflow in no time`, async (t) => {
    const empty = planFor(alike(0, []), PAIR, { release: 5 })
    t.strictSame(empty, {
      scheduler: name,
      policy: 'on-demand',
      release: 5,
      tasks: [],
      downloads: [],
      makespan: 0,
    })
  })

  t.test(`${title} places one task`, async (t) => {
    const workflow = alike(1, [])
    const plan = planFor(workflow, PAIR)
    check(workflow, PAIR, plan)
    t.equal(plan.tasks.length, 1)
  })

  t.test(`${title} places ${most} independent tasks`, async (t) => {
    const workflow = alike(most, [])
    const plan = planFor(workflow, PAIR)
    check(workflow, PAIR, plan)
    t.equal(plan.tasks.length, most)
  })

  t.test(`${title} places a chain of ${most} tasks`, async (t) => {
    const edges = Array.from({ length: most - 1 }, (_, n) => ({ from: `t${n}`, to: `t${n + 1}`, data: 1 }))
    const workflow = alike(most, edges)
    const plan = planFor(workflow, PAIR)
    check(workflow, PAIR, plan)
    t.ok(plan.makespan >= most)
  })

  t.test(`${title} tells of every host why it takes no such task`, async (t) => {
    const workflow = alike(1, [], { usage: 70, demands: { architecture: 'amd64', labels: { zone: 'edge' } } })
    const labels = { zone: 'edge' }
    const platform = {
      ...lab(
        { labels },
        { architecture: 'arm64' },
        { architecture: 'riscv64' },
        { labels: { zone: 'core' } },
        {},
        { sockets: [] },
        { labels, sockets: [{ speed: 10, cores: 1, vcpusPerCore: 2, maximumUsage: 30 }] },
        { labels, sockets: [{ speed: 10, cores: 1, vcpusPerCore: 1, maximumUsage: 80 }] },
      ),
      repository: undefined,
    }
    try {
      planFor(workflow, platform)
      t.fail('it throws')
    } catch (error) {
      if (!(error instanceof InfeasibleError)) throw error
      t.strictSame(error.message.split('\n'), [
        'no host takes task t0:',
        '  h0: it does not hold the image of F, and there is no SF repository to fetch it from',
        '  h1: its architecture is arm64, and the task demands amd64',
        '  h2: its architecture is riscv64, and the task demands amd64',
        '  h3: its label is zone=core, and the task demands zone=edge',
        '  h4: it has no label zone, and the task demands zone=edge',
        '  h5: it has no vCPU',
        '  h6: task t0 uses 70 % of a vCPU, and a core of 2 takes at most 30 % of each',
        '  h7: it does not hold the image of F, and there is no SF repository to fetch it from',
      ])
    }
  })
}
