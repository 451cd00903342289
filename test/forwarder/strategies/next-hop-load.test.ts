import t from 'tap'
import { LeastWait, MAX_COMPARED } from '../../../src/forwarder/strategies/least-wait.ts'
import { NextHopLoad } from '../../../src/forwarder/strategies/next-hop-load.ts'
import { StickyNetwork } from './sticky-network.ts'

t.test('a pause is a second, and twice as long each time, up to a minute', async (t) => {
  const load = new NextHopLoad()
  let now = 0
  for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
    load.pause(now)
    load.pause(now)
    t.equal(load.isPaused(now + seconds * 1000 - 1), true)
    now += seconds * 1000
    t.equal(load.isPaused(now), false)
  }
})

t.test('an answer ends a pause, and the next one is a second again', async (t) => {
  const load = new NextHopLoad()
  load.pause(0)
  load.pause(1000)
  load.answered(1001)
  t.equal(load.isPaused(1001), false)
  load.pause(1001)
  t.equal(load.isPaused(2000), true)
  t.equal(load.isPaused(2001), false)
})

t.test('response times are smoothed, a new one by a quarter', async (t) => {
  const load = new NextHopLoad()
  t.ok(Number.isNaN(load.responseTime(0)))
  load.measure(100, 0)
  t.equal(load.responseTime(0), 100)
  load.measure(200, 0)
  t.equal(load.responseTime(0), 125)
})

t.test('the response time of an idle next hop is forgotten after 30 s, and of a busy one not', async (t) => {
  const load = new NextHopLoad()
  load.measure(100, 0)
  t.equal(load.responseTime(30_000), 100)
  t.ok(Number.isNaN(load.responseTime(30_001)))
  load.inHand = 1
  t.equal(load.responseTime(30_001), 100)
})

t.test('a next hop that was slow once is tried again', async (t) => {
  const network = new StickyNetwork(2)
  const slow = network.exchange('/a/slow', 3000)
  let tries = 0
  while (tries < 20 && network.exchange(`/a/first/${tries}`, 10) === slow) tries++
  t.ok(tries < 20, 'the other, which is not measured, counts as fast as this one')
  for (let i = 0; i < 20; i++) t.equal(network.exchange(`/a/${i}`, 10), 1 - slow)
  network.now += 30_001
  const asked = new Set<number>()
  for (let i = 20; i < 40; i++) asked.add(network.exchange(`/a/${i}`, 10))
  t.ok(asked.has(slow))
})

t.test(
  'the response time counts from the first Interest over retries, but not while nobody waits',
  async (t) => {
    for (const [gap, shares] of [
      [900, [1, 5]],
      [1100, [5, 1]],
    ] as const) {
      const network = new StickyNetwork(2, {}, (hop) => hop)
      network.consumer.interest('/a/retried', { lifetime: 1000 })
      t.same(network.asked(), [0])
      network.wait(1008)
      t.equal(network.exchange('/a/other', 500), 1)
      network.wait(gap - 500)
      t.equal(network.exchange('/a/retried', 100), 0)
      for (let i = 0; i < 6; i++) network.consumer.interest(`/a/${i}`)
      t.same(
        network.inHand,
        shares,
        `asked again ${gap} ms after the time-out: 2 s or 100 ms, against 500 ms`,
      )
    }
  },
)

t.test('of up to eight next hops the best is taken, of more one of two', async (t) => {
  for (const count of [MAX_COMPARED, MAX_COMPARED + 1]) {
    const network = new StickyNetwork(count, { random: () => 0.99 }, (hop) => (hop === 0 ? 0 : 1))
    t.equal(network.exchange('/a/1') === 0, count <= MAX_COMPARED)
  }
})

t.test('what is known of a next hop goes with its face', async (t) => {
  const waits = new LeastWait(() => 0)
  waits.of(1).inHand = 3
  waits.remove(1)
  t.equal(waits.get(1), undefined)
})
