import t from 'tap'
import { LAST_RESORT_COST } from '../../../src/forwarder/index.ts'
import { NackReason } from '../../../src/packet/index.ts'
import { StickyNetwork } from './sticky-network.ts'

/** Of three next hops the last is a last resort, as dear as that or dearer. */
const makeNetwork = (): StickyNetwork =>
  new StickyNetwork(3, {}, (hop) => (hop === 2 ? LAST_RESORT_COST : hop))

t.test('a last resort gets no new name while there is another next hop, however busy that is', async (t) => {
  const network = makeNetwork()
  for (let i = 0; i < 50; i++) {
    network.consumer.interest(`/a/${i}`)
    t.notSame(network.asked(), [2])
  }
  t.equal(network.inHand[2], 0)
})

t.test('nor when a faster one than the others is one', async (t) => {
  const network = new StickyNetwork(10, {}, (hop) => (hop === 9 ? 2 * LAST_RESORT_COST : 0))
  for (let i = 0; i < 200; i++) t.not(network.exchange(`/a/${i}`), 9, 'of two taken at random neither')
})

t.test('it gets one where all others have sent a Nack', async (t) => {
  const network = makeNetwork()
  network.consumer.interest('/a/1')
  for (let i = 0; i < 2; i++) {
    const [hop = -1, interest] = network.askedWith()
    t.not(hop, 2)
    if (interest !== undefined) network.hop(hop).nack(interest, NackReason.NoRoute)
  }
  t.same(network.asked(), [2])
})

t.test('what it has in hand stays there', async (t) => {
  const costs = [10, 0]
  const network = new StickyNetwork(2, {}, (hop) => costs[hop] as number)
  t.equal(network.exchange('/a/1'), 1)
  network.route('/a', network.hop(1), LAST_RESORT_COST)
  t.equal(network.exchange('/a/1/v=1/seg=1'), 1)
  t.equal(network.exchange('/a/2'), 0)
})
