import t from 'tap'
import { heft, type Progress, type Schedule, type Scheduler, schedule } from '../../scheduler/index.ts'
import { chooseScheduler, plan, requireValid } from '../../src/cli/planning.ts'
import { processors, TOPCUOGLU } from '../scheduler/golden.ts'

const PLATFORM = processors(3)
const FOUND = schedule(heft, TOPCUOGLU, PLATFORM)

/** Finds a better schedule with every step, after which `step` is called, and ends after so many. */
function searcher(steps: number, step: (number: number) => void = () => {}): Scheduler & { isLeft: boolean } {
  return {
    name: 'searcher',
    title: 'Searcher',
    summary: '',
    isLeft: false,
    *plan(): Generator<Progress, Schedule> {
      try {
        for (let number = 1; number <= steps; number++) {
          step(number)
          const best = { ...FOUND, makespan: 1000 - number }
          yield { schedule: () => best, makespan: best.makespan, bound: 80, evaluations: number }
        }
        return { ...FOUND, makespan: 80 }
      } finally {
        this.isLeft = true
      }
    },
  }
}

/** A clock that goes on a millisecond whenever it is looked at. */
function clock(): () => number {
  let time = 0
  return () => time++
}

t.test('a search that ends by itself has found what there is', async (t) => {
  const found = await plan(searcher(3), TOPCUOGLU, PLATFORM, { timeLimit: 1000, now: clock() })
  t.match(found, { end: 'complete', schedule: { makespan: 80 }, bound: 80 })
})

t.test('a search is left when its time is up, and the best so far counts', async (t) => {
  const scheduler = searcher(Number.POSITIVE_INFINITY)
  const seen: number[] = []
  const found = await plan(scheduler, TOPCUOGLU, PLATFORM, {
    timeLimit: 20,
    now: clock(),
    onProgress: ({ makespan }) => seen.push(makespan),
  })
  t.equal(found.end, 'time-limit')
  t.equal(found.schedule.makespan, seen.at(-1))
  t.ok(seen.length > 1)
  t.ok(found.ms >= 20)
  t.ok(scheduler.isLeft, 'it can clean up')
})

t.test('ctrl-C leaves a search, and the best so far counts', async (t) => {
  const before = process.listeners('SIGINT')
  const interrupt = (number: number): void => {
    if (number !== 5) return
    for (const listener of process.listeners('SIGINT')) if (!before.includes(listener)) listener('SIGINT')
  }
  const scheduler = searcher(Number.POSITIVE_INFINITY, interrupt)
  const found = await plan(scheduler, TOPCUOGLU, PLATFORM, { timeLimit: 1e9 })
  t.match(found, { end: 'interrupted', schedule: { makespan: 995 }, reason: { exitCode: 130 } })
  t.ok(scheduler.isLeft)
  t.same(process.listeners('SIGINT'), before, 'the signal is left to others again')
})

t.test('an algorithm that does not search is not told to stop', async (t) => {
  const found = await plan(searcher(0), TOPCUOGLU, PLATFORM, { timeLimit: 1, now: clock() })
  t.match(found, { end: 'complete', ms: 1, bound: undefined })
})

t.test('what a search finds out at once stands, however short its time', async (t) => {
  const { end, schedule } = await plan(searcher(9), TOPCUOGLU, PLATFORM, { timeLimit: 1, now: clock() })
  t.equal(end, 'time-limit')
  t.equal(schedule.makespan, 999)
})

t.test('a scheduler that is not there is answered with the nearest, or with all', async (t) => {
  const all = ['sf-cuv', 'heft', 'peft'].map((name) => ({ ...searcher(0), name }))
  t.equal(chooseScheduler('heft', all), all[1])
  t.throws(() => chooseScheduler('hefft', all), { message: /did you mean heft\?/, exitCode: 2 })
  t.throws(() => chooseScheduler('best', all), { message: /there are sf-cuv, heft and peft/, exitCode: 2 })
})

t.test('a schedule that breaks rules is not shown, but reported', async (t) => {
  t.doesNotThrow(() => requireValid(FOUND, []))
  const violations = Array.from({ length: 7 }, (_, task) => ({
    kind: 'overlap' as const,
    message: `task ${task}`,
  }))
  t.throws(() => requireValid(FOUND, violations), {
    exitCode: 1,
    message: /schedule of heft breaks .* please report this.*\n {2}overlap: task 0\n(.*\n){4} {2}and 2 more$/,
  })
})
