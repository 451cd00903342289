import t from 'tap'
import { NackReason } from '../../src/packet/index.ts'
import { Fixture, token } from './fixture.ts'

t.test(
  'an Interest that comes back by another face while it is pending is nacked with Duplicate',
  async (t) => {
    const fixture = new Fixture()
    const [consumer, next, back] = [fixture.face(), fixture.face(), fixture.face()]
    fixture.route('/a', next)
    consumer.interest('/a/1', { nonce: 42 })
    next.take()
    back.interest('/a/1', { nonce: 42, pitToken: token('back') })
    const { reason, pitToken } = back.takeNack()
    t.equal(reason, NackReason.Duplicate)
    t.equal(pitToken, 'back')
    t.equal(back.drops('duplicate-nonce'), 1)
    t.same(next.take(), [])
    next.interest('/a/1', { nonce: 42 })
    t.equal(next.takeNack().reason, NackReason.Duplicate, 'also from where it was sent to')
    next.data('/a/1')
    t.equal(consumer.take().length, 1, 'who asked first is answered all the same')
  },
)

t.test('an Interest that comes back after it was satisfied is known by the dead nonce list', async (t) => {
  const fixture = new Fixture({ contentStore: { maxPackets: 0 } })
  const [consumer, next, back] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', next)
  consumer.interest('/a/1', { nonce: 42 })
  next.data('/a/1')
  back.interest('/a/1', { nonce: 42 })
  t.equal(back.takeNack().reason, NackReason.Duplicate)
  back.interest('/a/1', { nonce: 43 })
  t.equal(next.take().length, 2, 'another nonce is another Interest')
  consumer.take()
  const third = fixture.face()
  third.interest('/a/1', { nonce: 42 })
  t.equal(third.takeNack().reason, NackReason.Duplicate, 'also while the name is pending again')
  consumer.interest('/a/2', { nonce: 42 })
  t.equal(next.take().length, 1, 'and so is another name')
})

t.test('the dead nonce list knows nonces of expired, nacked and retransmitted Interests', async (t) => {
  const fixture = new Fixture()
  const [consumer, next, back] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', next)
  consumer.interest('/a/1', { nonce: 1, lifetime: 10 })
  fixture.wait(20)
  consumer.interest('/a/2', { nonce: 2 })
  next.take()
  consumer.interest('/a/3', { nonce: 3 })
  next.nack(next.takeInterest(), NackReason.NoRoute)
  consumer.interest('/a/4', { nonce: 4 })
  fixture.now += 10
  consumer.interest('/a/4', { nonce: 5 })
  for (const [i, nonce] of [
    [1, 1],
    [3, 3],
    [4, 4],
    [4, 5],
  ] as const) {
    back.interest(`/a/${i}`, { nonce })
    t.equal(back.takeNack().reason, NackReason.Duplicate, `/a/${i} nonce ${nonce}`)
  }
})

t.test('an Interest that went nowhere may come again with its nonce', async (t) => {
  const fixture = new Fixture()
  const [consumer, next] = [fixture.face(), fixture.face()]
  consumer.interest('/a/1', { nonce: 1 })
  consumer.take()
  fixture.route('/a', next)
  consumer.interest('/a/1', { nonce: 1 })
  t.equal(next.take().length, 1)
})

t.test('an Interest with HopLimit 0 is dropped', async (t) => {
  const fixture = new Fixture()
  const [consumer, next] = [fixture.face(), fixture.face({ isLocal: true })]
  fixture.route('/a', next)
  consumer.interest('/a/1', { hopLimit: 0 })
  t.same(next.take(), [])
  t.same(consumer.take(), [])
  t.equal(consumer.drops('hop-limit'), 1)
  t.equal(fixture.forwarder.pit.size, 0)
})

t.test('HopLimit is one less when an Interest is passed on', async (t) => {
  const fixture = new Fixture()
  const consumer = fixture.face()
  const faces = [fixture.face(), fixture.face({ form: 'extended' })]
  fixture.route('/128=A', faces[0] as never)
  fixture.route('/128=B', faces[1] as never)
  consumer.interest('A:F/1', { hopLimit: 64 })
  t.equal(faces[0]?.takeInterest().hopLimit, 63)
  consumer.interest('B:F/1', { hopLimit: 255, lifetime: 77, mustBeFresh: true })
  const { hopLimit, lifetime, mustBeFresh } = faces[1]?.takeInterest() ?? {}
  t.same(
    { hopLimit, lifetime, mustBeFresh },
    { hopLimit: 254, lifetime: 77, mustBeFresh: true },
    'in another form too',
  )
  consumer.interest('A:F/2')
  t.equal(faces[0]?.takeInterest().hopLimit, undefined, 'none is added')
})

t.test('an Interest whose HopLimit comes to 0 stays on this host', async (t) => {
  const fixture = new Fixture()
  const [consumer, away, here] = [fixture.face(), fixture.face(), fixture.face({ isLocal: true })]
  const f = fixture.functionFace('F')
  fixture.route('/a', away, 1)
  fixture.route('/a', here, 2)
  fixture.route('/away', away)
  consumer.interest('/a/1', { hopLimit: 1 })
  t.same(away.take(), [])
  t.equal(here.takeInterest().hopLimit, 0)
  consumer.interest('F/x', { hopLimit: 1 })
  t.equal(f.takeInterest().hopLimit, 0)
  consumer.interest('/away/1', { hopLimit: 1 })
  t.equal(consumer.takeNack().reason, NackReason.NoRoute)
  consumer.interest('/away/2', { hopLimit: 2 })
  t.equal(away.takeInterest().hopLimit, 1)
})

t.test("each sends its own HopLimit on, less one, when it is another's turn to be asked", async (t) => {
  const fixture = new Fixture()
  const [one, two, near, far] = [fixture.face(), fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', near, 1)
  fixture.route('/a', far, 2)
  one.interest('/a/1', { hopLimit: 9 })
  two.interest('/a/1')
  near.nack(near.takeInterest(), NackReason.NoRoute)
  t.equal(far.takeInterest().hopLimit, 8, 'not the whole one')
})
