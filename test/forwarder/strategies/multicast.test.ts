import t from 'tap'
import { Multicast } from '../../../src/forwarder/strategies/multicast.ts'
import { NackReason } from '../../../src/packet/index.ts'
import { Network } from './network.ts'

const { Congestion, Duplicate, NoRoute } = NackReason

t.test('all next hops are asked but the one that asks', async (t) => {
  const network = new Network(new Multicast(), 3)
  network.consumer.interest('/a/1')
  t.same(network.asked(), [0, 1, 2])
  network.hop(1).interest('/a/2')
  t.same(network.asked(), [0, 2])
})

t.test('the first answer goes to who asks, and a later one is a straggler', async (t) => {
  const network = new Network(new Multicast(), 2)
  network.consumer.interest('/a/1')
  network.hop(1).data('/a/1')
  t.equal(network.consumer.take().length, 1)
  network.hop(0).data('/a/1')
  t.same(network.consumer.take(), [])
  t.equal(network.hop(0).drops('straggler'), 1)
})

t.test('who asks gets a Nack when all next hops have sent one, with the least severe reason', async (t) => {
  const network = new Network(new Multicast(), 3)
  network.consumer.interest('/a/1')
  for (const [i, reason] of [NoRoute, Congestion, Duplicate].entries()) {
    t.same(network.consumer.take(), [], 'nothing while another may answer')
    const hop = network.hop(i)
    hop.nack(hop.takeInterest(), reason)
  }
  t.equal(network.consumer.takeNack().reason, Congestion)
})

t.test('with no next hop there is a Nack of NoRoute', async (t) => {
  const network = new Network(new Multicast(), 0)
  network.consumer.interest('/a/1')
  t.equal(network.consumer.takeNack().reason, NoRoute)
})

t.test('an Interest that is sent again is suppressed for each next hop by itself', async (t) => {
  const network = new Network(new Multicast(), 2)
  network.consumer.interest('/a/1', { lifetime: 10_000 })
  t.same(network.asked(), [0, 1])
  const late = network.face()
  network.route('/a', late, 9)
  network.now += 9
  network.consumer.interest('/a/1', { lifetime: 10_000 })
  t.same(network.asked(), [], 'after 9 ms those that have it do not get it again')
  t.equal(late.take().length, 1, 'one that does not have it gets it')
  t.equal(network.consumer.counters.suppressed, 0, 'so it went further')

  network.now += 1
  network.consumer.interest('/a/1', { lifetime: 10_000 })
  t.same(network.asked(), [0, 1])
  t.same(late.take(), [])

  network.now += 10
  network.consumer.interest('/a/1', { lifetime: 10_000 })
  t.same(network.asked(), [], '20 ms for the second time')
  t.equal(late.take().length, 1)
  network.consumer.interest('/a/1', { lifetime: 10_000 })
  t.equal(network.consumer.counters.suppressed, 1)
})

t.test(
  'an Interest that is sent again goes to one that sent a Nack, too, once that is a while ago',
  async (t) => {
    const network = new Network(new Multicast(), 2)
    network.consumer.interest('/a/1')
    network.hop(0).nack(network.hop(0).takeInterest(), NoRoute)
    network.asked()
    network.now += 10
    network.consumer.interest('/a/1')
    t.same(network.asked(), [0, 1])
  },
)
