import t from 'tap'
import { Endpoint, type FetchOptions, fetchObject } from '../../src/endpoint/index.ts'
import { backOffAfter, CongestionWindow, RttEstimator } from '../../src/endpoint/window.ts'
import { NackReason, Name } from '../../src/packet/index.ts'
import { bytesOf, FakeObject } from './fixtures/objects.ts'
import { type Ask, Peer } from './fixtures/peer.ts'
import { VirtualClock } from './fixtures/virtual-clock.ts'

const X = Name.parse('/x')
const CONTENT = bytesOf(20_000)
const object = new FakeObject({ content: CONTENT, segmentSize: 100 })

/** Fetches from a peer with a script; `widest` is how many Interests came at most before the first of them was answered. */
async function run(script: (ask: Ask, peer: Peer, clock: VirtualClock) => void, options: FetchOptions = {}) {
  const clock = new VirtualClock()
  let inFlight = 0
  let widest = 0
  const peer = new Peer((ask, peer) => {
    widest = Math.max(widest, ++inFlight)
    clock.after(10, () => {
      inFlight--
      script(ask, peer, clock)
    })
  })
  const result = await clock
    .run(fetchObject(new Endpoint(peer.face, { clock }), X, options))
    .catch((error: unknown) => error)
  return { result, peer, time: clock.now(), widest, timers: clock.timers }
}

t.test('a refusal for congestion is waited out, ever longer', async (t) => {
  const times: number[] = []
  const { result } = await run((ask, peer, clock) => {
    times.push(clock.now())
    if (times.length <= 10)
      peer.nack(ask, times.length % 2 === 0 ? NackReason.Congestion : NackReason.Duplicate)
    else object.answer(ask, peer)
  })
  t.match(result, { segments: 200, retransmissions: 10 })
  const pauses = times.slice(1, 11).map((time, i) => time - (times[i] as number) - 10)
  t.same(pauses, [10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000])
})

t.test('congestion that stays ends with the time for the object, and is told as such', async (t) => {
  const { result, time, timers } = await run((ask, peer) => peer.nack(ask, NackReason.Congestion), {
    timeout: 5000,
  })
  t.match(result, {
    name: 'FetchError',
    code: 'congestion',
    message: 'the network refused /x: Congestion, and went on refusing until the time was over',
  })
  t.equal(time, 5000)
  t.equal(timers, 0)
})

t.test(
  'a segment that is refused for congestion is asked for again, after a pause, until it comes',
  async (t) => {
    let refused = 0
    const times: number[] = []
    const { result } = await run((ask, peer, clock) => {
      if (ask.interest.name.at(-1)?.number !== 50 || refused === 12) object.answer(ask, peer)
      else {
        refused++
        times.push(clock.now())
        peer.nack(ask, NackReason.Congestion)
      }
    })
    t.match(result, { segments: 200, retransmissions: 12 })
    const pauses = times.slice(1).map((time, i) => time - (times[i] as number) - 10)
    t.same(pauses, [10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000, 1000])
  },
)

t.test('a segment that is refused to the end is told as congestion', async (t) => {
  const { result, time, timers } = await run(
    (ask, peer) => {
      if (ask.interest.name.at(-1)?.number === 50) peer.nack(ask, NackReason.Congestion)
      else object.answer(ask, peer)
    },
    { timeout: 5000 },
  )
  t.match(result, {
    code: 'congestion',
    message: /after 199 segments; the network went on refusing the next/,
  })
  t.equal(time, 5000)
  t.equal(timers, 0)
})

t.test(
  'congestion marks and refusals keep the window small, and nothing is asked for twice for a mark',
  async (t) => {
    const { widest: free } = await run(object.answer)
    t.ok(free > 60, `${free} Interests in flight without congestion`)
    const marked = await run((ask, peer) => {
      const segment = object.find(ask)
      if (segment !== undefined) peer.data(segment, { pitToken: ask.pitToken, congestionMark: 1 })
    })
    t.match(marked.result, { segments: 200, retransmissions: 0 })
    t.ok(marked.widest <= 4, `${marked.widest} Interests in flight with every Data marked`)
    let asks = 0
    const refused = await run((ask, peer) => {
      if (++asks % 10 === 0) peer.nack(ask, NackReason.Congestion)
      else object.answer(ask, peer)
    })
    t.match(refused.result, { segments: 200 })
    t.ok(refused.widest < free / 2, `${refused.widest} Interests in flight with refusals`)
  },
)

t.test('the window grows by one an answer, then by one a window, and is halved once a window', async (t) => {
  const window = new CongestionWindow()
  t.equal(window.size, 4)
  for (let i = 0; i < 60; i++) window.increase()
  t.equal(window.size, 64)
  t.ok(window.decrease(5, 10))
  t.equal(window.size, 32)
  t.notOk(window.decrease(9, 11), 'sent before the window was halved')
  t.equal(window.size, 32)
  for (let i = 0; i < 33; i++) window.increase()
  t.equal(window.size, 33)
  t.ok(window.decrease(12, 13))
  t.equal(window.size, 16)
  for (let i = 0; i < 10; i++) window.decrease(20 + i, 20 + i)
  t.equal(window.size, 2)
  for (let i = 0; i < 100_000; i++) window.increase()
  t.equal(window.size, 256)
})

t.test('the retransmission time-out follows the round-trip time, within bounds', async (t) => {
  const rtt = new RttEstimator()
  t.equal(rtt.rto, 1000)
  rtt.sample(300)
  t.equal(rtt.rto, 300 + 4 * 150)
  rtt.backOff()
  t.equal(rtt.rto, 1800)
  for (let i = 0; i < 50; i++) rtt.sample(300)
  t.ok(Math.abs(rtt.rto - 300) < 1)
  for (let i = 0; i < 50; i++) rtt.sample(1)
  t.equal(rtt.rto, 200)
  for (let i = 0; i < 9; i++) rtt.backOff()
  t.equal(rtt.rto, 4000)
})

t.test('the pause after a refusal is doubled up to a second', async (t) => {
  t.same([1, 2, 3, 7, 8, 2000].map(backOffAfter), [10, 20, 40, 640, 1000, 1000])
})
