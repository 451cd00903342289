import t from 'tap'
import { Random } from '../../../src/forwarder/strategies/random.ts'
import { NackReason } from '../../../src/packet/index.ts'
import { Network, seeded } from './network.ts'

t.test('each next hop is as likely as another, whatever it costs', async (t) => {
  const network = new Network(new Random({ random: seeded(1) }), 4)
  const counts = [0, 0, 0, 0]
  for (let i = 0; i < 4000; i++) {
    const hop = network.exchange(`/a/${i}`)
    counts[hop] = (counts[hop] as number) + 1
  }
  for (const count of counts) t.ok(count > 900 && count < 1100, `${count} of 4000`)
})

t.test('the ends of the range of random numbers give next hops, too', async (t) => {
  for (const [number, hop] of [
    [0, 0],
    [1 - Number.EPSILON, 2],
  ] as const) {
    const network = new Network(new Random({ random: () => number }), 3)
    t.equal(network.exchange('/a/1'), hop)
  }
})

t.test('after a Nack another is asked, until all have sent one', async (t) => {
  const network = new Network(new Random({ random: seeded(2) }), 4)
  network.consumer.interest('/a/1')
  const seen = new Set<number>()
  for (let i = 0; i < 4; i++) {
    t.same(network.consumer.take(), [])
    const [at = -1, interest] = network.askedWith()
    seen.add(at)
    if (interest !== undefined) network.hop(at).nack(interest, NackReason.NoRoute)
  }
  t.equal(seen.size, 4)
  t.equal(network.consumer.takeNack().reason, NackReason.NoRoute)
})

t.test(
  'an Interest that is sent again goes to one that was not asked, and otherwise not to one that sent a Nack',
  async (t) => {
    const network = new Network(new Random({ random: () => 0 }), 3)
    network.consumer.interest('/a/1')
    network.hop(0).nack(network.hop(0).takeInterest(), NackReason.NoRoute)
    t.same(network.asked(), [1])
    network.now += 5
    network.consumer.interest('/a/1')
    t.same(network.asked(), [], 'too soon')
    network.now += 5
    network.consumer.interest('/a/1')
    t.same(network.asked(), [2])
    network.now += 100
    network.consumer.interest('/a/1')
    t.same(network.asked(), [1])
  },
)

t.test('with one next hop no random number is drawn', async (t) => {
  const random = (): number => t.fail('drawn') as never
  const network = new Network(new Random({ random }), 1)
  t.equal(network.exchange('/a/1'), 0)
})

t.test('with no next hop there is a Nack of NoRoute', async (t) => {
  const network = new Network(new Random(), 0)
  network.consumer.interest('/a/1')
  t.equal(network.consumer.takeNack().reason, NackReason.NoRoute)
})
