import t from 'tap'
import { NackReason } from '../../src/packet/index.ts'
import { Fixture } from './fixture.ts'

t.test('no Nack goes out on a link with more than one peer', async (t) => {
  const fixture = new Fixture({ maxPending: 1 })
  const [group, other, producer] = [fixture.face({ isMultiAccess: true }), fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  group.interest('/nowhere/1')
  group.interest('/a/1', { nonce: 1 })
  group.interest('/a/2')
  t.equal(group.drops('no-route'), 1)
  t.equal(group.drops('pit-full'), 1)
  other.interest('/a/1', { nonce: 2 })
  group.interest('/a/1', { nonce: 2 })
  t.equal(group.drops('duplicate-nonce'), 1)
  producer.nack(producer.takeInterest(), NackReason.NoRoute)
  t.equal(other.takeNack().reason, NackReason.NoRoute, 'on other links it does')
  t.same(group.take(), [])
  t.equal(group.counters.nacksOut, 0)
  t.equal(fixture.forwarder.pit.size, 0, 'but what was refused is pending no more')
})

t.test('a Nack from a link with more than one peer is not taken: another of them may answer', async (t) => {
  const fixture = new Fixture()
  const [consumer, group, next] = [fixture.face(), fixture.face({ isMultiAccess: true }), fixture.face()]
  fixture.route('/a', group, 1)
  fixture.route('/a', next, 2)
  consumer.interest('/a/1')
  group.nack(group.takeInterest(), NackReason.NoRoute)
  t.equal(group.drops('unexpected-nack'), 1)
  t.same([...consumer.take(), ...next.take()], [])
  group.data('/a/1')
  t.equal(consumer.take().length, 1)
})

t.test(
  'Interests and Data pass over a link with more than one peer, but not back where they came from',
  async (t) => {
    const fixture = new Fixture()
    const [consumer, group] = [fixture.face(), fixture.face({ isMultiAccess: true })]
    fixture.route('/a', group)
    fixture.route('/b', consumer)
    group.interest('/a/1')
    t.same(group.take(), [])
    group.interest('/b/1')
    consumer.data('/b/1')
    t.equal(group.take().length, 1)
  },
)
