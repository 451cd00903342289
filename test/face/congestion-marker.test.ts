import t from 'tap'
import {
  CongestionMarker,
  type CongestionOptions,
  DEFAULT_CONGESTION_INTERVAL_MS,
  DEFAULT_CONGESTION_THRESHOLD_BYTES,
} from '../../src/face/congestion-marker.ts'

const KIB = 1024
const LONG = 1024 * KIB

/** The times at which packets are marked, with one packet in each millisecond. */
function marks(
  marker: CongestionMarker,
  from: number,
  to: number,
  queue: (time: number) => number = () => LONG,
): number[] {
  const times: number[] = []
  for (let time = from; time < to; time++)
    if (marker.isCongested(queue(time)) && marker.isDue(time)) times.push(time)
  return times
}

const marker = (options: CongestionOptions = {}, capacity = 4 * LONG): CongestionMarker =>
  new CongestionMarker(options, capacity)

t.test('by default a link is congested when more than 64 KiB wait', async (t) => {
  t.equal(DEFAULT_CONGESTION_THRESHOLD_BYTES, 64 * KIB)
  t.equal(marker().isCongested(64 * KIB), false)
  t.equal(marker().isCongested(64 * KIB + 1), true)
  t.equal(marker({ threshold: 10 }).isCongested(10), false)
  t.equal(marker({ threshold: 10 }).isCongested(11), true)
})

t.test('the threshold is at most half of what the queue holds', async (t) => {
  t.equal(marker({}, 100 * KIB).isCongested(50 * KIB), false)
  t.equal(marker({}, 100 * KIB).isCongested(50 * KIB + 1), true)
})

t.test('while the queue is short nothing is marked', async (t) => {
  t.same(
    marks(marker(), 0, 5000, () => 64 * KIB),
    [],
  )
})

t.test(
  'the first packet is marked at once, and then at intervals that shrink with the root of their number',
  async (t) => {
    t.equal(DEFAULT_CONGESTION_INTERVAL_MS, 100)
    // 100/√1, then 100/√2 and so on are added up.
    const expected = [7]
    for (let due = 7, n = 1; n < 20; n++) {
      due += 100 / Math.sqrt(n)
      expected.push(Math.ceil(due))
    }
    t.same(marks(marker(), 7, 1 + (expected.at(-1) as number)), expected)
    t.same(marks(marker({ baseInterval: 10 }), 0, 25), [0, 10, 18, 23])
  },
)

t.test('when the queue was short in between, the intervals begin anew', async (t) => {
  const it = marker()
  t.equal(marks(it, 0, 1000).length, 33)
  t.equal(it.isCongested(1000), false)
  t.same(marks(it, 2000, 2150), [2000, 2100])
})

t.test(
  'a queue that grows and shrinks all the time is not marked more often than the base interval says',
  async (t) => {
    t.same(
      marks(marker(), 0, 400, (time) => (time % 10 < 5 ? LONG : 0)),
      [0, 100, 200, 300],
    )
  },
)
