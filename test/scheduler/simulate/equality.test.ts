import { deepStrictEqual, ok } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { ALGORITHMS, heft, type Schedule, schedule, simulate } from '../../../scheduler/index.ts'
import { ARABNEJAD, instance, processors, TOPCUOGLU } from '../golden.ts'
import { host, instances, platform, task, workflow } from './instances.ts'

/** Seconds to nine places, since a sum may be made up in another order. */
function rounded({ tasks, downloads, makespan }: Schedule): unknown {
  const round = <T extends { start: number; finish: number }>(thing: T): T => ({
    ...thing,
    start: Number(thing.start.toFixed(9)) + 0,
    finish: Number(thing.finish.toFixed(9)) + 0,
  })
  const byPlace = downloads
    .map(round)
    .sort((a, b) => (`${a.node} ${a.layer}` < `${b.node} ${b.layer}` ? -1 : 1))
  return { tasks: tasks.map(round), downloads: byPlace, makespan: Number(makespan.toFixed(9)) }
}

t.test('an undisturbed simulation is the schedule, to the last start and download', async () => {
  fc.assert(
    fc.property(
      instances,
      fc.constantFrom(...ALGORITHMS),
      fc.constantFrom('on-demand' as const, 'ahead' as const),
      fc.constantFrom(0, 17.3),
      ({ workflow, platform }, algorithm, policy, release) => {
        const plan = schedule(algorithm, workflow, platform, { policy, release })
        const result = simulate(workflow, platform, plan)
        deepStrictEqual(rounded(result.schedule), rounded(plan))
        ok(result.isComplete)
      },
    ),
    { numRuns: 400 },
  )
})

t.test('without waits of its own a schedule comes out as it is or better', async () => {
  fc.assert(
    fc.property(instances, ({ workflow, platform }) => {
      const plan = schedule(heft, workflow, platform)
      const { tasks } = simulate(workflow, platform, plan, { eager: true })
      deepStrictEqual(tasks.length, plan.tasks.length)
      for (const [number, { task, finish }] of tasks.entries())
        ok(finish <= (plan.tasks[number]?.finish as number) + 1e-9, `${task} finishes later, at ${finish}`)
    }),
    { numRuns: 100 },
  )
})

t.test('golden instances come out to the last bit', async (t) => {
  for (const workflow of [TOPCUOGLU, ARABNEJAD]) {
    const plan = schedule(heft, workflow, processors(3))
    t.strictSame(simulate(workflow, processors(3), plan).schedule, plan)
    t.strictSame(simulate(workflow, processors(3), plan, { eager: true }).schedule, plan)
  }
})

t.test('an image without content needs no repository, in the simulation as in the plan', async (t) => {
  const types = [{ name: 'empty', layers: [{ name: 'nothing', size: 0 }], architectures: undefined }]
  const one = { ...workflow([task('a', { type: 'empty', work: 100 })]), types }
  const bare = { ...platform([host('x')]), repository: undefined }
  const plan = schedule(heft, one, bare)
  t.strictSame(plan.downloads.length, 1)
  t.strictSame(simulate(one, bare, plan).schedule, plan)
})

t.test('ten thousand independent tasks, and a chain of ten thousand, come out as planned', async (t) => {
  const row = Array.from({ length: 10_000 }, () => [3, 2])
  for (const edges of [[], row.slice(1).map((_, number) => [number, number + 1, 1] as const)]) {
    const workflow = instance(row, edges)
    const plan = schedule(heft, workflow, processors(2))
    t.equal(simulate(workflow, processors(2), plan).makespan, plan.makespan)
  }
})

t.test('tasks that were decided before the release are as they were', async (t) => {
  // 0 has finished and 2 runs when the rest is scheduled anew.
  const before = schedule(heft, TOPCUOGLU, processors(3))
  const fixed = before.tasks.filter(({ start }) => start < 10)
  t.strictSame(
    fixed.map(({ task }) => task),
    ['0', '2'],
  )
  const plan = schedule(heft, TOPCUOGLU, processors(3), { release: 10, fixed })
  t.strictSame(simulate(TOPCUOGLU, processors(3), plan).schedule, plan)
})
