import t from 'tap'
import { heft, schedule, simulate } from '../../../scheduler/index.ts'
import { instance, processors, TOPCUOGLU } from '../golden.ts'
import { host, platform, task, workflow } from './instances.ts'

const three = processors(3)
const plan = schedule(heft, TOPCUOGLU, three)

t.test('the same seed gives the same run, another seed another', async (t) => {
  const run = (seed: number) => simulate(TOPCUOGLU, three, plan, { noise: 0.3, seed, contention: true })
  t.strictSame(run(7), run(7))
  t.not(run(7).makespan, run(8).makespan)
})

t.test('execution times have the mean of the model and the variation that was asked for', async (t) => {
  const many = instance(
    Array.from({ length: 10_000 }, () => [10]),
    [],
  )
  const one = processors(1)
  const { tasks } = simulate(many, one, schedule(heft, many, one), { noise: 0.5 })
  const factors = tasks.map(({ start, finish }) => (finish - start) / 10)
  const mean = factors.reduce((sum, factor) => sum + factor, 0) / factors.length
  const variance = factors.reduce((sum, factor) => sum + (factor - mean) ** 2, 0) / factors.length
  t.ok(Math.abs(mean - 1) < 0.02, `${mean}`)
  t.ok(Math.abs(Math.sqrt(variance) - 0.5) < 0.03, `${variance}`)
  t.ok(factors.every((factor) => factor > 0))
})

t.test('the noise of a task does not depend on what else happens', async (t) => {
  const durations = (contention: boolean) =>
    simulate(TOPCUOGLU, three, plan, { noise: 0.3, contention }).tasks.map(({ start, finish }) =>
      (finish - start).toFixed(9),
    )
  t.strictSame(durations(true), durations(false))
})

t.test('a negative noise is refused', async (t) => {
  t.throws(() => simulate(TOPCUOGLU, three, plan, { noise: -1 }), { code: 'bad-model' })
})

t.test('a task that comes to its end early lets the next one start early', async (t) => {
  const place = platform([host('x')])
  const two = workflow([task('a'), task('b')], [['a', 'b', 0]])
  const { tasks } = simulate(two, place, schedule(heft, two, place), { noise: 0.5, seed: 3 })
  t.equal(tasks[1]?.start, tasks[0]?.finish)
})
