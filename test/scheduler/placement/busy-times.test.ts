import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { BusyTimes } from '../../../scheduler/placement/busy-times.ts'
import { CoreUsage } from '../../../scheduler/placement/core-usage.ts'
import { earliestBy, type Interval, isFree, isUnder } from './naive.ts'

/** What is asked for, one after another: whole numbers, so that nothing is rounded. */
const wishes = fc.array(
  fc.record({
    ready: fc.integer({ min: 0, max: 40 }),
    duration: fc.integer({ min: 1, max: 8 }),
    usage: fc.constantFrom(10, 30, 50, 60, 90, 120),
    /** Now and then a question is but asked. */
    taken: fc.boolean(),
  }),
  { maxLength: 40 },
)

t.test('a vCPU is free first when a search through all its intervals says so', async (t) => {
  fc.assert(
    fc.property(wishes, (all) => {
      const busy = new BusyTimes()
      const taken: Interval[] = []
      for (const { ready, duration, taken: take } of all) {
        const start = busy.earliest(ready, duration)
        assert.equal(
          start,
          earliestBy(ready, taken, (time) => isFree(taken, time, duration)),
        )
        if (!take) continue
        busy.add(start, start + duration)
        taken.push({ start, end: start + duration, usage: 0 })
        assert.equal(busy.end, Math.max(0, ...taken.map(({ end }) => end)))
      }
      // Kept in order, and joined where they touch.
      for (const [i, start] of busy.starts.entries()) {
        assert.ok(start < (busy.ends[i] as number) && start > (busy.ends[i - 1] ?? Number.NEGATIVE_INFINITY))
      }
    }),
    { numRuns: 150 },
  )
  t.pass()
})

t.test('a vCPU is busy where any of what others do is, though it overlaps', async (t) => {
  const given = fc.array(fc.record({ start: fc.nat({ max: 30 }), duration: fc.nat({ max: 8 }) }), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(given, wishes, (all, asked) => {
      const busy = new BusyTimes()
      for (const { start, duration } of all) busy.add(start, start + duration)
      const taken = all
        .filter(({ duration }) => duration > 0)
        .map(({ start, duration }) => ({ start, end: start + duration, usage: 0 }))
      for (const { ready, duration } of asked) {
        assert.equal(
          busy.earliest(ready, duration),
          earliestBy(ready, taken, (time) => isFree(taken, time, duration)),
        )
      }
    }),
    { numRuns: 150 },
  )
  t.pass()
})

t.test('a core has room first when a search through all its tasks says so', async (t) => {
  fc.assert(
    fc.property(wishes, (all) => {
      const limit = 120
      const core = new CoreUsage(limit)
      const taken: Interval[] = []
      for (const { ready, duration, usage, taken: take } of all) {
        const start = core.earliest(ready, duration, usage)
        assert.equal(
          start,
          earliestBy(ready, taken, (time) => isUnder(taken, time, duration, limit - usage)),
        )
        if (!take) continue
        core.add(start, start + duration, usage)
        taken.push({ start, end: start + duration, usage })
      }
      core.clear()
      assert.equal(core.earliest(3, 4, limit), 3, 'and all of it when it is cleared')
    }),
    { numRuns: 150 },
  )
  t.pass()
})

t.test('usages that add up to the limit but for rounding fit', async (t) => {
  const core = new CoreUsage(0.3)
  core.add(0, 10, 0.1)
  t.equal(core.earliest(0, 5, 0.2), 0)
})
