import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { type Run, timeAlone } from '../../src/controller/time-alone.ts'

const run = (start: number, end: number, vcpu: number | undefined = 0): Run => ({ start, end, vcpu })

/** How long each of these had taken alone. */
function alone(...runs: Run[]): number[] {
  return runs.map((one) =>
    timeAlone(
      one,
      runs.filter((other) => other !== one),
    ),
  )
}

t.test('while n are executed on a vCPU, each has an nth of it', async (t) => {
  t.same(alone(run(0, 10)), [10])
  t.same(alone(run(0, 10), run(10, 20)), [10, 10], 'one after the other')
  t.same(alone(run(0, 10), run(0, 10)), [5, 5])
  t.same(alone(run(0, 10), run(6, 14)), [8, 6])
  t.same(alone(run(0, 12), run(3, 9), run(3, 6)), [3 + 1 + 1.5 + 3, 1 + 1.5, 1])
})

t.test('elsewhere, or where it had the choice, it had a vCPU to itself', async (t) => {
  t.same(alone(run(0, 10, 0), run(0, 10, 1)), [10, 10])
  t.same(alone({ start: 0, end: 10, vcpu: undefined }, { start: 0, end: 10, vcpu: undefined }), [10, 10])
})

t.test('all together they take as long as their vCPU was in use', async () => {
  const time = fc.integer({ min: 0, max: 30 })
  const runs = fc.array(
    fc.tuple(time, time).map(([start, length]) => run(start, start + length)),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(runs, (all) => {
      let inUse = 0
      for (let at = 0; at < 60; at++) if (all.some(({ start, end }) => start <= at && at < end)) inUse++
      const sum = alone(...all).reduce((total, one) => total + one, 0)
      assert.ok(Math.abs(sum - inUse) < 1e-9, `${sum} of ${inUse}`)
    }),
  )
})
