import t from 'tap'
import { StartTimes } from '../../src/router/start-times.ts'

/** A start in which each of these comes so many milliseconds after what was before it. */
function start(steps: readonly (readonly ['begin' | 'created' | 'started' | 'connected', number])[]) {
  let now = 0
  const times = new StartTimes(() => now)
  for (const [step, ms] of steps) {
    now += ms
    times[step]()
  }
  return times.phases
}

t.test('each phase ends where the next begins', async (t) => {
  const all = [
    ['begin', 5],
    ['created', 20],
    ['started', 300],
    ['connected', 60],
  ] as const
  t.same(start(all), { create: { ms: 20 }, start: { ms: 300 }, ready: { ms: 60 } })
  t.same(start(all.slice(0, 3)), { create: { ms: 20 }, start: { ms: 300 } })
  t.same(start(all.slice(0, 2)), { create: { ms: 20 } })
  t.same(start(all.slice(0, 1)), {})
})

t.test('what connects before the engine has said that it runs is ready when it says so', async (t) => {
  const early = [
    ['begin', 0],
    ['created', 20],
    ['connected', 60],
  ] as const
  t.same(start(early), { create: { ms: 20 } })
  t.same(start([...early, ['started', 10]]), { create: { ms: 20 }, start: { ms: 70 }, ready: { ms: 0 } })
})
