import t from 'tap'
import {
  ASSIGNMENT_TIMEOUT_MS,
  Assignments,
  MAX_ASSIGNMENTS,
} from '../../../src/forwarder/strategies/assignments.ts'
import { type PendingInterest, resultHash } from '../../../src/forwarder/strategies/index.ts'
import { Sticky } from '../../../src/forwarder/strategies/sticky.ts'
import { NackReason } from '../../../src/packet/index.ts'
import { dataWire, Fixture, hashesOf, name } from '../fixture.ts'
import { seeded } from './network.ts'
import { StickyNetwork } from './sticky-network.ts'

const { Congestion, NoRoute } = NackReason

t.test('all segments, versions and traces of a result go where its name went', async (t) => {
  const network = new StickyNetwork(4)
  for (let result = 0; result < 20; result++) {
    const hop = network.exchange(`/a/${result}`, 10)
    for (const part of ['v=1/seg=0', 'v=1/seg=1', 'v=1/32=trace', 'v=1/32=trace/v=1/seg=0', 'v=2'])
      t.equal(network.exchange(`/a/${result}/${part}`, 1), hop)
  }
})

t.test('a retry goes where the name went, though others have less to do', async (t) => {
  const network = new StickyNetwork(3)
  network.consumer.interest('/a/1', { lifetime: 100 })
  const [hop] = network.asked()
  for (let i = 0; i < 5; i++) network.consumer.interest(`/a/other/${i}`, { lifetime: 5000 })
  network.asked()
  network.now += 50
  network.consumer.interest('/a/1', { lifetime: 100 })
  t.same(network.asked(), [hop], 'while it is pending')
  network.wait(200)
  network.consumer.interest('/a/1', { lifetime: 100 })
  t.same(network.asked(), [hop], 'and after that')
})

t.test('a name stays with its next hop when another comes', async (t) => {
  const network = new StickyNetwork(1)
  network.exchange('/a/1', 10)
  const late = network.face()
  network.route('/a', late, 0)
  for (let segment = 0; segment < 10; segment++) t.equal(network.exchange(`/a/1/v=1/seg=${segment}`), 0)
  network.consumer.interest('/a/2')
  network.consumer.interest('/a/3')
  t.equal(late.take().length, 1, 'which gets new names')
})

t.test('new names go to the next hop that has the fewest in hand, if all are as fast', async (t) => {
  const network = new StickyNetwork(3)
  for (let i = 0; i < 9; i++) network.consumer.interest(`/a/${i}`)
  t.same(network.inHand, [3, 3, 3])
})

t.test(
  'new names go to the next hop with the shortest wait: those in hand times the response time',
  async (t) => {
    const network = new StickyNetwork(2)
    network.consumer.interest('/a/x')
    network.consumer.interest('/a/y')
    for (const [i, delay] of [10, 40].entries()) {
      network.wait(delay)
      const asked = network.hop(i).takeInterest()
      network.hop(i).data(asked.name)
    }
    for (let i = 0; i < 12; i++) network.consumer.interest(`/a/${i}`)
    t.same(network.inHand, [10, 2], '50 ms against 10')
  },
)

t.test('of next hops with equal waits the cheapest is asked', async (t) => {
  const network = new StickyNetwork(3, {}, (hop) => 10 - hop)
  t.equal(network.exchange('/a/1'), 2)
})

t.test('of next hops with equal waits and costs any is asked', async (t) => {
  const network = new StickyNetwork(3, { random: seeded(3) })
  const asked = new Set<number>()
  for (let i = 0; i < 30; i++) asked.add(network.exchange(`/a/${i}`))
  t.equal(asked.size, 3)
})

t.test('with more than eight next hops the better of two random ones is asked', async (t) => {
  const network = new StickyNetwork(20)
  for (let i = 0; i < 200; i++) network.consumer.interest(`/a/${i}`)
  const counts = network.inHand
  t.equal(
    counts.reduce((a, b) => a + b),
    200,
  )
  t.ok(Math.max(...counts) <= 13 && Math.min(...counts) >= 6, `${counts}`)
})

t.test('with no next hop there is a Nack of NoRoute', async (t) => {
  const network = new StickyNetwork(0)
  network.consumer.interest('/a/1')
  t.equal(network.consumer.takeNack().reason, NoRoute)
  t.equal(network.sticky.size, 0)
})

t.test('nothing is in hand any more after Data, Nack, expiry and the removal of a face', async (t) => {
  const network = new StickyNetwork(3)
  const random = seeded(9)
  for (let i = 0; i < 2000; i++) {
    const uri = `/a/${Math.floor(random() * 300)}${random() < 0.3 ? '/v=1/seg=0' : ''}`
    network.consumer.interest(uri, { lifetime: 50 + Math.floor(random() * 200) })
    for (const hop of network.hops) {
      for (const packet of hop.take()) {
        if (packet.kind !== 'interest') continue
        const fate = random()
        if (fate < 0.5) hop.data(packet.interest.name)
        else if (fate < 0.7) hop.nack(packet.interest, Congestion)
      }
    }
    network.wait(Math.floor(random() * 20))
  }
  const gone = network.hop(2)
  network.consumer.interest('/a/last', { lifetime: 100 })
  network.forwarder.removeFace(gone.id)
  network.wait(500)
  t.same(network.inHand, [0, 0, 0])
  t.equal(network.forwarder.pit.size, 0)
})

t.test(
  'nothing is in hand any more when an Interest is abandoned, and its next hop is not blamed',
  async (t) => {
    const network = new StickyNetwork(2, {}, (hop) => hop)
    network.consumer.interest('/a/1')
    t.same(network.inHand, [1, 0])
    network.sticky.afterAbandonInterest(pendingOf('/a/1', network.now))
    t.same(network.inHand, [0, 0])
    t.equal(network.exchange('/a/2'), 0)
  },
)

/** What a strategy that is told of the end of an Interest sees of it, as far as it looks. */
function pendingOf(uri: string, now: number): PendingInterest {
  const hash = resultHash(hashesOf(uri))
  return { resultHash: hash, now } as PendingInterest
}

t.test('what the guard answers is not in hand', async (t) => {
  const sticky = new Sticky()
  const fixture = new Fixture({ guard: (of) => dataWire(of) })
  fixture.forwarder.strategies.set(name('/'), sticky)
  const consumer = fixture.face()
  const f = fixture.functionFace('F')
  consumer.interest('F/a')
  t.equal(consumer.take().length, 1)
  t.equal(sticky.inHand(f.id), 0)
})

t.test('the name that was not asked for longest is forgotten when there are too many', async (t) => {
  const network = new StickyNetwork(2, { maxAssignments: 3 })
  for (const uri of ['/a/1', '/a/2', '/a/3', '/a/1/v=1', '/a/4']) network.consumer.interest(uri)
  t.equal(network.sticky.size, 3)
  t.equal(
    network.inHand.reduce((a, b) => a + b),
    3,
    'what is forgotten is not in hand',
  )
})

t.test('a name that was not asked for in ten minutes is forgotten', async (t) => {
  const network = new StickyNetwork(2)
  network.exchange('/a/1')
  network.exchange('/a/2')
  network.now += ASSIGNMENT_TIMEOUT_MS
  network.exchange('/a/2/v=1')
  network.now += 1
  network.exchange('/a/3')
  t.equal(network.sticky.size, 2)
})

t.test('65,536 names are remembered, and no more', async (t) => {
  let forgotten = 0
  const assignments = new Assignments(() => forgotten++)
  for (let hash = 0; hash <= MAX_ASSIGNMENTS; hash++) assignments.add(hash, 1, 0)
  t.equal(assignments.size, MAX_ASSIGNMENTS)
  t.equal(forgotten, 1)
  t.equal(assignments.find(0, 0), -1)
  t.not(assignments.find(MAX_ASSIGNMENTS, 0), -1)
})

t.test('an Interest that is sent again too soon is suppressed', async (t) => {
  const network = new StickyNetwork(2)
  network.consumer.interest('/a/1')
  network.asked()
  network.now += 9
  network.consumer.interest('/a/1')
  t.same(network.asked(), [])
  t.equal(network.consumer.counters.suppressed, 1)
})
