import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import {
  ALGORITHMS,
  check,
  type ExactResult,
  InfeasibleError,
  type Platform,
  type ScheduleOptions,
  schedule,
  solveExactly,
  type Workflow,
} from '../../../scheduler/index.ts'
import { instances } from '../arbitraries.ts'
import { ARABNEJAD, processors, TOPCUOGLU } from '../golden.ts'
import { occupations, platforms, TINY, workflows } from './arbitrary.ts'
import { bruteForce } from './brute-force.ts'
import { milpOptimum } from './milp.ts'

/** More than any of these instances needs. */
const NODES = 200_000

const ROUNDING = 1e-9

/** The optimum, which must be proven. */
function optimum(workflow: Workflow, platform: Platform, options: ScheduleOptions = {}): ExactResult {
  const result = solveExactly(workflow, platform, {
    ...options,
    timeLimit: Number.POSITIVE_INFINITY,
    nodeLimit: NODES,
  })
  assert.equal(result.isOptimal, true)
  assert.equal(result.bound, result.makespan)
  assert.equal(result.gap, 0)
  check(workflow, platform, result.schedule, options)
  return result
}

/** Instances of whole seconds that can run. */
const tiny = fc
  .record({
    workflow: workflows(TINY),
    platform: platforms(),
    policy: fc.constantFrom('on-demand', 'ahead'),
    occupy: fc.option(occupations(3)),
  })
  .map(({ workflow, platform, policy, occupy }) => ({
    workflow,
    platform,
    options: { policy, ...(occupy === null ? {} : { release: 3, occupation: occupy(platform) }) },
  }))
  .filter(({ workflow, platform }) => canRun(workflow, platform))

function canRun(workflow: Workflow, platform: Platform): boolean {
  try {
    schedule(ALGORITHMS[0] as (typeof ALGORITHMS)[number], workflow, platform)
    return true
  } catch (error) {
    if (error instanceof InfeasibleError) return false
    throw error
  }
}

t.test('the optima of the golden instances are proven', async (t) => {
  t.equal(optimum(TOPCUOGLU, processors(3)).makespan, 73)
  t.equal(optimum(ARABNEJAD, processors(3)).makespan, 113)
})

t.test(
  'playing every choice of vCPUs with every order of starts finds nothing shorter, and the same',
  async () => {
    fc.assert(
      fc.property(tiny, ({ workflow, platform, options }) => {
        const { makespan } = optimum(workflow, platform, options)
        assert.equal(makespan, bruteForce(workflow, platform, options))
      }),
      { numRuns: 500, seed: 1 },
    )
  },
)

t.test('five tasks of two types that share layers', async () => {
  const five = fc.record({
    workflow: workflows({ tasks: 5, types: 2, layers: 3, longest: 4 }),
    platform: platforms(),
  })
  fc.assert(
    fc.property(five, ({ workflow, platform }) => {
      fc.pre(canRun(workflow, platform))
      assert.equal(optimum(workflow, platform).makespan, bruteForce(workflow, platform))
    }),
    { numRuns: 12, seed: 2 },
  )
})

t.test('tasks and hosts that differ in their names only', async () => {
  fc.assert(
    fc.property(tiny, fc.integer({ min: 2, max: 3 }), ({ workflow, platform }, count) => {
      const [first, ...others] = workflow.tasks
      const [host] = platform.hosts
      if (first === undefined || host === undefined) return
      const alike = { ...first, demands: { architecture: undefined, labels: {} }, usage: 50, input: 0 }
      const twins = {
        ...workflow,
        tasks: [alike, ...others.map(({ name }) => ({ ...alike, name }))],
        edges: workflow.edges.map((edge) => ({ ...edge, data: 2 })),
      }
      const socket = { speed: 1, cores: 1, vcpusPerCore: 1, maximumUsage: 100 }
      const hosts = Array.from({ length: count }, (_, number) => ({
        ...host,
        name: `h${number}`,
        sockets: [socket],
        machines: [],
        images: [],
      }))
      const same = { ...platform, hosts: [...hosts, ...platform.hosts.slice(-1)] }
      assert.equal(optimum(twins, same).makespan, bruteForce(twins, same))
    }),
    { numRuns: 40, seed: 3 },
  )
})

t.test('HiGHS finds the same on the disjunctive model where there are no images and no caps', async () => {
  fc.assert(
    fc.property(workflows({ ...TINY, tasks: 6 }, true), platforms(true), (workflow, platform) => {
      const { makespan } = optimum(workflow, platform)
      assert.ok(Math.abs(makespan - milpOptimum(workflow, platform)) < 1e-4)
    }),
    { numRuns: 12, seed: 4 },
  )
})

t.test('HiGHS finds the same where each task has an image of its own', async () => {
  fc.assert(
    fc.property(
      workflows({ ...TINY, tasks: 4 }, true),
      platforms(true),
      fc.array(fc.nat(6), { minLength: 4, maxLength: 4 }),
      (bare, platform, sizes) => {
        const workflow = {
          ...bare,
          types: bare.tasks.map((_, number) => ({
            name: `type${number}`,
            layers: [
              { name: `a${number}`, size: sizes[number] as number },
              { name: `b${number}`, size: 1 },
            ],
            architectures: undefined,
          })),
          tasks: bare.tasks.map((task, number) => ({ ...task, type: `type${number}` })),
        }
        const { makespan } = optimum(workflow, platform)
        assert.ok(Math.abs(makespan - milpOptimum(workflow, platform)) < 1e-4)
      },
    ),
    { numRuns: 10, seed: 5 },
  )
})

t.test('one more vCPU or one more host never makes it longer', async () => {
  fc.assert(
    fc.property(tiny, ({ workflow, platform, options }) => {
      const { makespan } = optimum(workflow, platform, options)
      const [first, ...others] = platform.hosts
      if (first === undefined) return
      const extra = { speed: 1, cores: 1, vcpusPerCore: 1, maximumUsage: 100 }
      const machines = first.machines.map((machine, number, { length }) =>
        number === length - 1 ? { ...machine, vcpus: machine.vcpus + 1 } : machine,
      )
      const wider = {
        ...platform,
        hosts: [{ ...first, machines, sockets: [...first.sockets, extra] }, ...others],
      }
      const more = {
        ...platform,
        hosts: [...platform.hosts, { ...first, name: 'more', machines: [], sockets: [extra] }],
      }
      assert.ok(optimum(workflow, wider, options).makespan <= makespan)
      assert.ok(optimum(workflow, more, options).makespan <= makespan)
    }),
    { numRuns: 150, seed: 6 },
  )
})

t.test('names change nothing', async () => {
  fc.assert(
    fc.property(tiny, ({ workflow, platform, options }) => {
      const renamed = {
        ...workflow,
        tasks: workflow.tasks.map((task, number) => ({ ...task, name: `z${9 - number}` })),
        edges: workflow.edges.map(({ from, to, data }) => ({
          from: renamedTask(from),
          to: renamedTask(to),
          data,
        })),
      }
      const before = optimum(workflow, platform, options)
      const after = optimum(renamed, platform, options)
      assert.equal(after.nodes, before.nodes)
      assert.deepEqual(
        after.schedule.tasks.map(({ task: _, ...rest }) => rest),
        before.schedule.tasks.map(({ task: _, ...rest }) => rest),
      )
      function renamedTask(name: string): string {
        return `z${9 - Number(name.slice(1))}`
      }
    }),
    { numRuns: 60, seed: 7 },
  )
})

t.test('with few nodes, the bound is not above the optimum, nor the schedule below it', async () => {
  fc.assert(
    fc.property(tiny, fc.integer({ min: 0, max: 30 }), ({ workflow, platform, options }, nodeLimit) => {
      const best = optimum(workflow, platform, options).makespan
      const { bound, makespan, gap, isOptimal, schedule } = solveExactly(workflow, platform, {
        ...options,
        nodeLimit,
      })
      assert.ok(bound <= best * (1 + ROUNDING))
      assert.ok(makespan >= best * (1 - ROUNDING))
      assert.equal(isOptimal, gap === 0)
      assert.equal(gap, makespan === 0 ? 0 : (makespan - bound) / makespan)
      check(workflow, platform, schedule, options)
    }),
    { numRuns: 300, seed: 8 },
  )
})

t.test('a limited search of any instance keeps the rules, and to what was decided before', async () => {
  fc.assert(
    fc.property(instances(), ({ workflow, platform, options }) => {
      const { schedule, bound, makespan } = solveExactly(workflow, platform, { ...options, nodeLimit: 300 })
      check(workflow, platform, schedule, options)
      assert.ok(bound <= makespan)
    }),
    { numRuns: 150, seed: 9 },
  )
})

t.test('no algorithm is better', async () => {
  fc.assert(
    fc.property(tiny, ({ workflow, platform, options }) => {
      const { makespan } = optimum(workflow, platform, options)
      for (const algorithm of ALGORITHMS) {
        const other = schedule(algorithm, workflow, platform, options)
        assert.ok(makespan <= other.makespan * (1 + ROUNDING), algorithm.name)
      }
    }),
    { numRuns: 200, seed: 10 },
  )
})

t.test('who fixes tasks as the optimum has them gets the optimum', async () => {
  fc.assert(
    fc.property(workflows(TINY, true), platforms(true), fc.nat(4), (workflow, platform, count) => {
      const { makespan, schedule } = optimum(workflow, platform)
      const fixed = schedule.tasks
        .toSorted((a, b) => a.start - b.start || a.finish - b.finish)
        .slice(0, count)
      const result = optimum(workflow, platform, { fixed })
      assert.ok(Math.abs(result.makespan - makespan) <= makespan * ROUNDING)
      for (const { task, vcpu, start } of fixed) {
        const own = result.schedule.tasks.find((other) => other.task === task)
        assert.deepEqual({ vcpu: own?.vcpu, start: own?.start }, { vcpu, start })
      }
    }),
    { numRuns: 100, seed: 11 },
  )
})
