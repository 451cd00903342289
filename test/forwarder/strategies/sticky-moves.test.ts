import t from 'tap'
import { NackReason, type Packet } from '../../../src/packet/index.ts'
import { StickyNetwork } from './sticky-network.ts'

const { Congestion, Duplicate, NoRoute } = NackReason

t.test('a name moves on when its next hop sends a Nack, and stays there', async (t) => {
  const network = new StickyNetwork(3)
  network.consumer.interest('/a/1')
  const [first = -1, interest] = network.askedWith()
  if (interest !== undefined) network.hop(first).nack(interest, Congestion)
  const [second = -1] = network.asked()
  t.not(second, first)
  t.equal(network.inHand[first], 0)
  t.equal(network.inHand[second], 1)
  network.hop(second).data('/a/1')
  t.equal(network.exchange('/a/1/v=1/seg=0'), second)
})

t.test('Interests for a name that has moved on follow it when they get their Nacks', async (t) => {
  const network = new StickyNetwork(4)
  for (const uri of ['/a/1', '/a/1/v=1', '/a/1/v=2']) network.consumer.interest(uri)
  const first = network.hops.findIndex((hop) => network.sticky.inHand(hop.id) === 1)
  const [one, two, three] = network.hop(first).take()
  const nack = (packet: Packet | undefined): number[] => {
    if (packet?.kind === 'interest') network.hop(first).nack(packet.interest, Congestion)
    return network.asked()
  }
  const moved = nack(one)
  t.equal(moved.length, 1)
  t.notSame(moved, [first])
  t.same(nack(two), moved)
  t.same(nack(three), moved)
  t.equal(network.sticky.size, 1)
  t.equal(
    network.inHand.reduce((a, b) => a + b),
    1,
  )
})

t.test('who asks gets a Nack when all next hops have sent one', async (t) => {
  for (const count of [1, 3]) {
    const network = new StickyNetwork(count)
    network.consumer.interest('/a/1')
    for (let i = 0; i < count; i++) {
      t.same(network.consumer.take(), [])
      const [hop = -1, interest] = network.askedWith()
      if (interest !== undefined) network.hop(hop).nack(interest, i === 0 ? Congestion : NoRoute)
    }
    t.equal(network.consumer.takeNack().reason, Congestion)
    t.same(network.inHand, Array(count).fill(0))
    t.equal(network.sticky.size, 0)
  }
})

t.test('a next hop that sent a Nack gets no new names for a second, twice as long each time', async (t) => {
  const network = new StickyNetwork(2, {}, (hop) => hop)
  const refuse = (uri: string): void => {
    network.consumer.interest(uri)
    network.hop(0).nack(network.hop(0).takeInterest(), Congestion)
    network.hop(1).data(uri)
    network.asked()
  }
  network.exchange('/a/first', 10)
  network.consumer.interest('/a/second/v=1')
  network.asked()
  network.hop(0).data('/a/second/v=1')
  for (const [i, pause] of [1000, 2000, 4000].entries()) {
    refuse(`/a/${i}`)
    network.now += pause - 1
    t.equal(network.exchange(`/a/${i}/before`, 0), 1)
    network.now += 40_000
  }
  network.consumer.take()
  t.equal(network.exchange('/a/again'), 0)
})

t.test('a Nack of Duplicate says nothing about other names', async (t) => {
  const network = new StickyNetwork(2, {}, (hop) => hop)
  network.consumer.interest('/a/1')
  network.hop(0).nack(network.hop(0).takeInterest(), Duplicate)
  network.hop(1).data('/a/1')
  network.asked()
  network.consumer.interest('/a/2')
  t.same(network.asked(), [0])
})

t.test('a name moves on at once when its next hop is gone', async (t) => {
  const network = new StickyNetwork(2)
  network.consumer.interest('/a/1')
  const [first = -1] = network.asked()
  network.forwarder.removeFace(network.hop(first).id)
  t.same(network.asked(), [1 - first])
  t.same(network.inHand[first], 0)
  t.same(network.inHand[1 - first], 1)
})

t.test('an answered name moves on when its next hop is gone', async (t) => {
  const network = new StickyNetwork(2)
  const first = network.exchange('/a/1')
  network.forwarder.removeFace(network.hop(first).id)
  t.equal(network.exchange('/a/1/v=1/seg=0'), 1 - first)
})

t.test('a name moves on after four time-outs in a row, or as many as are set', async (t) => {
  for (const [maxTimeouts, count] of [
    [undefined, 4],
    [2, 2],
  ] as const) {
    const network = new StickyNetwork(2, { maxTimeouts })
    const asked: number[] = []
    for (let i = 0; i <= count; i++) {
      network.consumer.interest('/a/1', { lifetime: 1000 })
      asked.push(...network.asked())
      network.wait(1100)
      t.same(network.inHand, [0, 0], 'nobody waits')
    }
    const [first = -1] = asked
    t.same(asked, [...Array(count).fill(first), 1 - first])
  }
})

t.test('Interests that time out together count as one time-out', async (t) => {
  const network = new StickyNetwork(2, { maxTimeouts: 2 })
  const first = network.exchange('/a/1')
  for (let segment = 0; segment < 10; segment++)
    network.consumer.interest(`/a/1/v=1/seg=${segment}`, { lifetime: 100 })
  network.asked()
  network.wait(300)
  network.consumer.interest('/a/1/v=1/seg=0', { lifetime: 100 })
  t.same(network.asked(), [first])
  network.wait(300)
  network.consumer.interest('/a/1/v=1/seg=0', { lifetime: 100 })
  t.same(network.asked(), [1 - first])
})

t.test('a name does not move on as long as its next hop answers other names', async (t) => {
  const network = new StickyNetwork(2, { maxTimeouts: 1 })
  const other = network.exchange('/a/other')
  let long = ''
  for (let i = 0; long === ''; i++) {
    network.consumer.interest(`/a/long/${i}`, { lifetime: 1000 })
    if (network.asked()[0] === other) long = `/a/long/${i}`
  }
  for (let i = 0; i < 5; i++) {
    network.wait(500)
    t.equal(network.exchange(`/a/other/v=1/seg=${i}`), other)
    network.wait(1000)
    network.consumer.interest(long, { lifetime: 1000 })
    t.same(network.asked(), [other])
  }
})

t.test('a next hop that let an Interest time out gets no new names for a while', async (t) => {
  const network = new StickyNetwork(2, {}, (hop) => hop)
  network.consumer.interest('/a/1', { lifetime: 100 })
  t.same(network.asked(), [0])
  network.wait(200)
  for (let i = 0; i < 5; i++) network.consumer.interest(`/a/new/${i}`)
  t.same(network.asked(), [1])
  network.hop(0).data('/a/1')
})

t.test('where the first answer comes from, the rest is asked for', async (t) => {
  const network = new StickyNetwork(2, { maxTimeouts: 1 })
  network.consumer.interest('/a/1', { lifetime: 100 })
  const [first = -1] = network.asked()
  const patient = network.face()
  network.wait(50)
  patient.interest('/a/1', { lifetime: 5000 })
  network.consumer.interest('/a/1/v=1', { lifetime: 10 })
  network.wait(100)
  network.consumer.interest('/a/1', { lifetime: 5000 })
  const [second = -1] = network.asked()
  t.equal(second, 1 - first, 'it was moved on')
  network.hop(first).data('/a/1')
  t.equal(network.exchange('/a/1/v=1/seg=0'), first)
})
