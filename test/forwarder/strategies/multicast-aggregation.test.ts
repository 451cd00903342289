import t from 'tap'
import { Multicast } from '../../../src/forwarder/strategies/multicast.ts'
import { name } from '../fixture.ts'
import { Network } from './network.ts'

t.test('those who ask for the same are asked by one another', async (t) => {
  const network = new Network(new Multicast(), 2)
  const [one, two] = [network.hop(0), network.hop(1)]
  network.forwarder.strategies.set(name('/a'), new Multicast())
  one.interest('/a/1')
  t.same(network.asked(), [1])
  two.interest('/a/1')
  t.same(network.asked(), [0])
  t.equal(two.counters.aggregated, 1)
})
