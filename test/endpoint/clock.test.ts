import t from 'tap'
import { pause, systemClock } from '../../src/endpoint/index.ts'
import { VirtualClock } from './fixtures/virtual-clock.ts'

t.test('the system’s clock goes forward, calls back, and can be told not to', async (t) => {
  const before = systemClock.now()
  const never = systemClock.after(1, () => t.fail('was taken back'))
  never()
  await new Promise<void>((resolve) => systemClock.after(5, resolve))
  t.ok(systemClock.now() >= before + 4)
})

t.test('a time beyond what a timer can do is not over at once', async (t) => {
  const cancel = systemClock.after(2 ** 40, () => t.fail('called back'))
  await new Promise<void>((resolve) => systemClock.after(10, resolve))
  cancel()
})

t.test('a pause lasts its time', async (t) => {
  const clock = new VirtualClock()
  await clock.run(pause(clock, 50))
  t.equal(clock.now(), 50)
})

t.test('the signal ends a pause, or keeps it from beginning', async (t) => {
  const clock = new VirtualClock()
  const abort = new AbortController()
  const reason = new Error('enough')
  const pausing = pause(clock, 50, abort.signal)
  abort.abort(reason)
  await t.rejects(pausing, reason)
  await t.rejects(pause(clock, 50, abort.signal), reason)
  t.equal(clock.timers, 0)
})
