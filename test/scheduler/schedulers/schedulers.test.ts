import t from 'tap'
import {
  ALGORITHMS,
  check,
  findScheduler,
  planWithin,
  SCHEDULERS,
  type Scheduler,
  schedule,
  sourceWorkflow,
  testbed,
} from '../../../scheduler/index.ts'
import { processors, TOPCUOGLU } from '../golden.ts'

const workflow = sourceWorkflow(3)
const platform = testbed()

function find(name: string): Scheduler {
  const scheduler = findScheduler(name)
  if (scheduler === undefined) throw new Error(`there is no ${name}`)
  return scheduler
}

t.test('each scheduler is found by its name, and there are no two of one name', async (t) => {
  for (const scheduler of SCHEDULERS) t.equal(findScheduler(scheduler.name), scheduler)
  t.equal(new Set(SCHEDULERS.map(({ name }) => name)).size, SCHEDULERS.length)
  t.equal(SCHEDULERS.length, ALGORITHMS.length + 2)
  t.equal(findScheduler('none'), undefined)
})

for (const { title, name } of SCHEDULERS) {
  t.test(`${title} gives a plan that breaks no rule, under its name`, async (t) => {
    // One step of a search is enough.
    const plan = await planWithin(find(name), workflow, platform, { timeLimit: 0, clock: () => 0 })
    check(workflow, platform, plan)
    t.equal(plan.scheduler, name)
  })
}

t.test('a list scheduler gives what it plans, without a word before', async (t) => {
  for (const algorithm of ALGORITHMS) {
    const step = find(algorithm.name).plan(workflow, platform).next()
    t.equal(step.done, true)
    t.strictSame(step.value, schedule(algorithm, workflow, platform))
  }
})

t.test('a search is stopped when its time is over, and the best so far is taken', async (t) => {
  let time = 0
  const steps: number[] = []
  let turns = 0
  const turnsBefore: number[] = []
  const searching: Scheduler = {
    name: 'searching',
    title: 'searching',
    summary: '',
    *plan(...args) {
      const [best] = [schedule(ALGORITHMS[0] as (typeof ALGORITHMS)[number], ...args)]
      for (;;) {
        time += 300
        steps.push(time)
        turnsBefore.push(turns)
        setImmediate(() => turns++)
        yield { makespan: best.makespan, evaluations: steps.length, schedule: () => best }
      }
    },
  }
  const plan = await planWithin(searching, workflow, platform, { clock: () => time })
  check(workflow, platform, plan)
  t.strictSame(steps, [300, 600, 900, 1200], 'the default is one second')
  t.strictSame(turnsBefore, [0, 1, 2, 3], 'others have their turn')
})

t.test('a search is ended between two steps, with the reason', async (t) => {
  const enough = new AbortController()
  let steps = 0
  const endless: Scheduler = {
    ...{ name: 'endless', title: 'endless', summary: '' },
    *plan(...args) {
      const best = schedule(ALGORITHMS[0] as (typeof ALGORITHMS)[number], ...args)
      for (;;) {
        if (++steps === 3) enough.abort(new Error('enough'))
        yield { makespan: best.makespan, evaluations: steps, schedule: () => best }
      }
    },
  }
  const { signal } = enough
  await t.rejects(planWithin(endless, workflow, platform, { clock: () => 0, signal }), { message: 'enough' })
  t.equal(steps, 3)
})

t.test('the last word of the exact search is what it has proven', async (t) => {
  const search = find('exact').plan(TOPCUOGLU, processors(3))
  let last: number | undefined
  for (let step = search.next(); !step.done; step = search.next()) last = step.value.bound
  t.equal(last, 73)
})
