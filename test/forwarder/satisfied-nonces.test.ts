import t from 'tap'
import { NackReason } from '../../src/packet/index.ts'
import { dataOf, Fixture } from './fixture.ts'

t.test('the nonces of every PIT entry that one Data satisfies go to the dead nonce list', async (t) => {
  const fixture = new Fixture({ contentStore: { maxPackets: 0 } })
  const [consumer, producer, back] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  const digest = Buffer.from(dataOf('/a/b/1').implicitDigest).toString('hex')
  const asked = [
    { of: '/a/b/1', nonce: 1 },
    { of: '/a/b/1', nonce: 2, mustBeFresh: true },
    { of: '/a/b/1', nonce: 3, canBePrefix: true },
    { of: '/a/b', nonce: 4, canBePrefix: true },
    { of: '/a', nonce: 5, canBePrefix: true, mustBeFresh: true },
    { of: `/a/b/1/sha256digest=${digest}`, nonce: 6 },
  ]
  for (const { of, ...fields } of asked) consumer.interest(of, fields)
  t.equal(fixture.forwarder.pit.size, asked.length)
  producer.data('/a/b/1')
  t.equal(consumer.take().length, asked.length)
  t.equal(fixture.forwarder.pit.size, 0)
  for (const { of, ...fields } of asked) {
    back.interest(of, fields)
    t.equal(back.takeNack().reason, NackReason.Duplicate, `${of} with nonce ${fields.nonce}`)
  }
  t.equal(back.drops('duplicate-nonce'), asked.length)
  back.interest('/a/b', { nonce: 1, canBePrefix: true })
  t.same(back.take(), [], 'a nonce of another name is no loop')
})

t.test('every nonce that went out to one of several next hops is remembered', async (t) => {
  const fixture = new Fixture({ contentStore: { maxPackets: 0 } })
  const [one, other, near, far] = [fixture.face(), fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', near, 1)
  fixture.route('/a', far, 2)
  one.interest('/a/1', { nonce: 1, lifetime: 10 })
  const asked = near.takeInterest()
  other.interest('/a/1', { nonce: 2 })
  fixture.wait(50)
  near.nack(asked, NackReason.NoRoute)
  t.equal(far.takeInterest().nonce, 2)
  far.data('/a/1')
  t.equal(other.take().length, 1)
  for (const nonce of [1, 2]) {
    one.interest('/a/1', { nonce })
    t.equal(one.takeNack().reason, NackReason.Duplicate)
  }
})
