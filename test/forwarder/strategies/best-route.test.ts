import t from 'tap'
import { BestRoute } from '../../../src/forwarder/strategies/best-route.ts'
import { NackReason } from '../../../src/packet/index.ts'
import { Network } from './network.ts'

const { Congestion } = NackReason

t.test('the cheapest next hop is asked', async (t) => {
  const network = new Network(new BestRoute(), 3, (hop) => 10 - hop)
  network.consumer.interest('/a/1')
  t.same(network.asked(), [2])
})

t.test('one sent again goes to the cheapest not asked yet, then to the one asked longest ago', async (t) => {
  const network = new Network(new BestRoute(), 3)
  for (const hop of [0, 1, 2, 0, 1, 2]) {
    network.consumer.interest('/a/1', { lifetime: 10_000 })
    t.same(network.asked(), [hop])
    network.now += 250
  }
})

t.test('one sent again does not go to a next hop that sent a Nack, while another is left', async (t) => {
  const network = new Network(new BestRoute(), 3)
  network.consumer.interest('/a/1', { lifetime: 10_000 })
  network.hop(0).nack(network.hop(0).takeInterest(), Congestion)
  t.same(network.asked(), [1], 'the next cheapest is asked at once')
  for (const hop of [2, 1, 2]) {
    network.now += 250
    network.consumer.interest('/a/1', { lifetime: 10_000 })
    t.same(network.asked(), [hop])
  }
})

t.test(
  'an Interest that is sent again goes to one that was not asked, if all that were are gone',
  async (t) => {
    const network = new Network(new BestRoute(), 2)
    network.consumer.interest('/a/1')
    network.forwarder.removeFace(network.hop(0).id)
    t.same(network.asked(), [0, 1])
  },
)

t.test(
  'an Interest that is sent again within 10 ms is suppressed, and twice as long each time up to 250 ms',
  async (t) => {
    const network = new Network(new BestRoute(), 1)
    network.consumer.interest('/a/1', { lifetime: 10_000 })
    network.asked()
    for (const interval of [10, 20, 40, 80, 160, 250, 250]) {
      network.now += interval - 1
      network.consumer.interest('/a/1', { lifetime: 10_000 })
      t.same(network.asked(), [], `not within ${interval} ms`)
      network.now += 1
      network.consumer.interest('/a/1', { lifetime: 10_000 })
      t.same(network.asked(), [0], `after ${interval} ms`)
    }
    t.equal(network.consumer.counters.suppressed, 7)
  },
)

t.test('the suppression of Interests that are sent again can be set', async (t) => {
  const options = { initialSuppressionMs: 100, maxSuppressionMs: 200, suppressionMultiplier: 1.5 }
  const network = new Network(new BestRoute(options), 1)
  network.consumer.interest('/a/1')
  network.asked()
  for (const interval of [100, 150, 200]) {
    network.now += interval - 1
    network.consumer.interest('/a/1')
    t.same(network.asked(), [])
    network.now += 1
    network.consumer.interest('/a/1')
    t.same(network.asked(), [0])
  }
})
