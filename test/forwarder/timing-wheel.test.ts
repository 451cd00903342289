import fc from 'fast-check'
import t from 'tap'
import { SLOT_MS, TimingWheel } from '../../src/forwarder/timing-wheel.ts'

/** A wheel with entries whose end the test can look at and put off. */
class Watched {
  readonly expiries = new Float64Array(100)
  /** By entry, the times at which it expired. */
  readonly expiredAt: number[][] = []
  readonly removed = new Set<number>()
  readonly #wheel: TimingWheel

  constructor(now: number) {
    this.#wheel = new TimingWheel(now)
    this.#wheel.grow(this.expiries.length)
  }

  get all(): number[] {
    return [...this.expiredAt.keys()]
  }

  /** Entries that are in the wheel. */
  get alive(): number[] {
    return this.all.filter((entry) => this.expiredAt[entry]?.length === 0 && !this.removed.has(entry))
  }

  expiry(entry: number): number {
    return this.expiries[entry] as number
  }

  add(expiry: number): number {
    const entry = this.expiredAt.push([]) - 1
    this.expiries[entry] = expiry
    this.#wheel.add(entry, expiry)
    return entry
  }

  remove(entry: number): void {
    this.#wheel.remove(entry)
    this.removed.add(entry)
  }

  advance(now: number, onExpire: (entry: number) => void = () => {}): void {
    this.#wheel.advance(now, this.expiries, (entry) => {
      this.expiredAt[entry]?.push(now)
      onExpire(entry)
    })
  }
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
        const wheel = new Watched(start)
        const wait = (ms: number): void => {
          const end = now + ms
          while (now < end) {
            now = Math.min(end, now + tick)
            wheel.advance(now)
          }
        }
        for (const step of todo) {
          if (step.kind === 'wait') wait(step.ms)
          else if (step.kind === 'add') wheel.add(now + step.ms)
          else {
            const { alive } = wheel
            const entry = alive[step.index % alive.length]
            if (entry === undefined) continue
            if (step.kind === 'remove') wheel.remove(entry)
            else wheel.expiries[entry] = Math.max(wheel.expiry(entry), now + step.ms)
          }
        }
        wait(70_000)
        return wheel.all.every((entry) => {
          const [at = Number.NaN, ...more] = wheel.expiredAt[entry] ?? []
          if (wheel.removed.has(entry)) return Number.isNaN(at)
          const due = wheel.expiry(entry)
          return at >= due && at <= due + SLOT_MS + tick && more.length === 0
        })
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
        const wheel = new Watched(now)
        for (const ms of entries) wheel.add(now + ms)
        for (const ms of [...jumps, 100_000]) {
          now += ms
          wheel.advance(now)
          // After each turn nothing is left that was due a slot ago.
          if (wheel.alive.some((entry) => wheel.expiry(entry) <= now - SLOT_MS)) return false
        }
        return wheel.all.every((entry) => {
          const [at = Number.NaN, ...more] = wheel.expiredAt[entry] ?? []
          return at >= wheel.expiry(entry) && more.length === 0
        })
      },
    ),
    { numRuns: 300 },
  )
  t.pass()
})

t.test(
  'an entry that was put off by far and then lies in a slot that one long turn has passed is not late',
  async (t) => {
    const wheel = new Watched(0)
    const entry = wheel.add(40)
    wheel.expiries[entry] = 31_000
    for (const now of [30_000, 30_999, 31_008]) wheel.advance(now)
    t.same(wheel.expiredAt[entry], [31_008])
  },
)

t.test('an entry can be removed while others expire, be it due, later or gone', async (t) => {
  for (const isLaterFirst of [true, false]) {
    const wheel = new Watched(0)
    const expiries = [5, 5, 5]
    const entries = [...expiries, ...expiries].map((expiry) => wheel.add(expiry))
    const [due, later] = isLaterFirst
      ? [entries.slice(3), entries.slice(0, 2)]
      : [entries.slice(0, 3), entries.slice(3, 5)]
    const unused = isLaterFirst ? entries[2] : entries[5]
    wheel.remove(unused as number)
    for (const entry of later) wheel.expiries[entry] = 100
    let expired = 0
    wheel.advance(8, () => {
      expired++
      for (const entry of [...due, later[0] as number]) wheel.remove(entry)
    })
    t.equal(expired, 1)
    const left: number[] = []
    wheel.advance(200, (entry) => left.push(entry))
    t.same(left, [later[1]])
  }
})

t.test('a clock that goes back does no harm', async (t) => {
  const wheel = new Watched(1000)
  const entry = wheel.add(1100)
  wheel.advance(500)
  t.same(wheel.expiredAt[entry], [])
  wheel.advance(1104)
  t.same(wheel.expiredAt[entry], [1104])
})
