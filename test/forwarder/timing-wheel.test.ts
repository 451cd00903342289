import fc from 'fast-check'
import t from 'tap'
import { type Expiring, SLOT_MS, TimingWheel } from '../../src/forwarder/timing-wheel.ts'

interface Timed extends Expiring {
  expiredAt: number[]
}

function timed(expiry: number): Timed {
  return { expiry, wheelSlot: -1, wheelPosition: 0, expiredAt: [] }
}

/** A turn of the wheel is about 8 s: lifetimes on both sides of it, and at its very edges. */
const lifetimes = fc.oneof(
  fc.integer({ min: 0, max: 200 }),
  fc.integer({ min: 8000, max: 8400 }),
  fc.integer({ min: 0, max: 60_000 }),
  fc.double({ min: 0, max: 20_000, noNaN: true }),
)

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), ms: lifetimes }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), index: fc.nat() }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('extend' as const), index: fc.nat(), ms: lifetimes }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: lifetimes }) },
  ),
  { maxLength: 60 },
)

t.test('every entry expires once, never early, at most one slot late', async (t) => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      fc.integer({ min: 1, max: 20 }),
      steps,
      (start, tick, todo) => {
        let now = start
        const wheel = new TimingWheel<Timed>(start)
        const all: Timed[] = []
        const removed = new Set<Timed>()
        const alive = (index: number): Timed | undefined => {
          const candidates = all.filter((entry) => entry.expiredAt.length === 0 && !removed.has(entry))
          return candidates[index % candidates.length]
        }
        const wait = (ms: number): void => {
          const end = now + ms
          while (now < end) {
            now = Math.min(end, now + tick)
            wheel.advance(now, (entry) => entry.expiredAt.push(now))
          }
        }
        for (const step of todo) {
          if (step.kind === 'wait') wait(step.ms)
          else if (step.kind === 'add') {
            const entry = timed(now + step.ms)
            all.push(entry)
            wheel.add(entry)
          } else {
            const entry = alive(step.index)
            if (entry === undefined) continue
            if (step.kind === 'extend') entry.expiry = Math.max(entry.expiry, now + step.ms)
            else {
              wheel.remove(entry)
              removed.add(entry)
            }
          }
        }
        wait(70_000)
        for (const entry of all) {
          if (removed.has(entry)) {
            if (entry.expiredAt.length > 0) return false
            continue
          }
          const [at = Number.NaN, ...more] = entry.expiredAt
          if (!(at >= entry.expiry && at <= entry.expiry + SLOT_MS + tick) || more.length > 0) return false
        }
        return true
      },
    ),
    { numRuns: 60 },
  )
  t.pass()
})

t.test('however long nobody turned the wheel, nothing is lost and nothing early', async (t) => {
  fc.assert(
    fc.property(
      fc.array(lifetimes, { maxLength: 50 }),
      fc.array(lifetimes, { maxLength: 10 }),
      (entries, jumps) => {
        let now = 12_345
        const wheel = new TimingWheel<Timed>(now)
        const all = entries.map((ms) => timed(now + ms))
        for (const entry of all) wheel.add(entry)
        for (const ms of [...jumps, 100_000]) {
          now += ms
          wheel.advance(now, (entry) => entry.expiredAt.push(now))
          // After each turn nothing is left that was due a slot ago.
          const overdue = all.filter((entry) => entry.expiredAt.length === 0 && entry.expiry <= now - SLOT_MS)
          if (overdue.length > 0) return false
        }
        return all.every(({ expiry, expiredAt: [at = 0, ...more] }) => at >= expiry && more.length === 0)
      },
    ),
    { numRuns: 300 },
  )
  t.pass()
})

t.test(
  'an entry that was put off by far and then lies in a slot that one long turn has passed is not late',
  async (t) => {
    const wheel = new TimingWheel<Timed>(0)
    const entry = timed(40)
    wheel.add(entry)
    entry.expiry = 31_000
    wheel.advance(30_000, () => t.fail('early'))
    wheel.advance(30_999, () => t.fail('early'))
    wheel.advance(31_008, (expired) => expired.expiredAt.push(31_008))
    t.same(entry.expiredAt, [31_008])
  },
)

t.test('an entry can be removed while others expire, be it due, later or gone', async (t) => {
  for (const isLaterFirst of [true, false]) {
    const wheel = new TimingWheel<Timed>(0)
    const due = [timed(5), timed(5), timed(5)]
    const later = [timed(5), timed(5)]
    for (const entry of isLaterFirst ? [...later, ...due] : [...due, ...later]) wheel.add(entry)
    for (const entry of later) entry.expiry = 100
    let expired = 0
    wheel.advance(8, () => {
      expired++
      for (const entry of [...due, later[0] as Timed]) wheel.remove(entry)
    })
    t.equal(expired, 1)
    const left: Timed[] = []
    wheel.advance(200, (entry) => left.push(entry))
    t.same(left, [later[1]])
  }
})

t.test('a clock that goes back does no harm', async (t) => {
  const wheel = new TimingWheel<Timed>(1000)
  wheel.add(timed(1100))
  wheel.advance(500, () => t.fail('early'))
  let expired = 0
  wheel.advance(1104, () => expired++)
  t.equal(expired, 1)
})
