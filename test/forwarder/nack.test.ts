import t from 'tap'
import { encodeLp, NackReason } from '../../src/packet/index.ts'
import { Fixture, interestWire, token } from './fixture.ts'

const { Congestion, Duplicate, NoRoute, None } = NackReason

t.test('an Interest that no FIB entry leads on is nacked with NoRoute', async (t) => {
  const fixture = new Fixture()
  const consumer = fixture.face()
  consumer.interest('F3:F2/camera', { form: 'extended', pitToken: token('x') })
  const { reason, interest, pitToken } = consumer.takeNack()
  t.equal(reason, NoRoute)
  t.equal(pitToken, 'x')
  t.equal(interest.form, 'extended', 'the Interest goes back as it came')
  t.equal(consumer.drops('no-route'), 1)
  t.equal(fixture.forwarder.pit.size, 0)
})

t.test('after a Nack the next cheapest is asked', async (t) => {
  const fixture = new Fixture()
  const [consumer, ...hops] = [fixture.face(), fixture.face(), fixture.face(), fixture.face()]
  for (const [i, hop] of hops.entries()) fixture.route('/a', hop, i)
  consumer.interest('/a/1', { nonce: 7 })
  for (const [i, hop] of hops.entries()) {
    const interest = hop.takeInterest()
    t.equal(interest.nonce, 7)
    t.same(consumer.take(), [], `nothing is said while hop ${i} may answer`)
    if (i < 2) hop.nack(interest, NoRoute)
  }
  hops[2]?.data('/a/1')
  t.equal(consumer.takeData().data.name.toString(), '/a/1')
})

for (const [said, answer] of [
  [[NoRoute, Congestion, Duplicate], Congestion],
  [[Duplicate, NoRoute], Duplicate],
  [[None, NoRoute], NoRoute],
  [[None], None],
] as const) {
  t.test(
    `Nacks ${said.join(', ')} from all next hops become one of the least severe: ${answer}`,
    async (t) => {
      const fixture = new Fixture()
      const [one, other, ...hops] = [fixture.face(), fixture.face(), ...said.map(() => fixture.face())]
      for (const [i, hop] of hops.entries()) fixture.route('/a', hop, i)
      one.interest('/a/1', { nonce: 1, pitToken: token('one') })
      other.interest('/a/1', { nonce: 2 })
      for (const [i, hop] of hops.entries()) hop.nack(hop.takeInterest(), said[i] as number)
      const nack = one.takeNack()
      t.equal(nack.reason, answer)
      t.equal(nack.pitToken, 'one')
      t.equal(nack.interest.nonce, 1)
      t.equal(other.takeNack().interest.nonce, 2, 'each gets its own Interest back')
      t.equal(fixture.forwarder.pit.size, 0)
      hops[0]?.data('/a/1')
      t.equal(hops[0]?.drops('unsolicited'), 1)
    },
  )
}

t.test('a function nacks in the form in which it was asked', async (t) => {
  const fixture = new Fixture()
  const consumer = fixture.face()
  const f = fixture.functionFace('F')
  consumer.interest('F:G/a')
  f.nack(f.takeInterest(), Congestion)
  const { reason, interest } = consumer.takeNack()
  t.equal(reason, Congestion)
  t.equal(interest.form, 'flat')
})

t.test('a Nack is ignored unless it is for what was last sent to that face', async (t) => {
  const fixture = new Fixture()
  const [consumer, near, far] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', near, 1)
  fixture.route('/a', far, 2)
  consumer.interest('/a/1', { nonce: 1 })
  const old = near.takeInterest()
  // All that lead there were asked: then it is the turn of the first again.
  for (const nonce of [2, 3]) {
    fixture.now += 20
    consumer.interest('/a/1', { nonce })
  }
  const current = near.takeInterest()
  t.equal(far.takeInterest().nonce, 2)
  near.nack(old, NoRoute)
  t.equal(near.drops('unexpected-nack'), 1, 'wrong nonce')
  far.nack(current, NoRoute)
  t.equal(far.drops('unexpected-nack'), 1, 'not sent there so')
  consumer.send(encodeLp(interestWire('/a/2'), { nackReason: NoRoute }))
  t.equal(consumer.drops('unexpected-nack'), 1, 'not pending')
  t.same([...consumer.take(), ...far.take()], [])

  near.nack(current, NoRoute)
  t.equal(near.counters.nacksIn, 2)
  t.equal(near.drops('unexpected-nack'), 1)
  near.nack(current, NoRoute)
  t.equal(near.drops('unexpected-nack'), 2, 'said already')
})

t.test('a Nack without a nonce from a face that was not asked is ignored', async (t) => {
  const fixture = new Fixture()
  const [consumer, near, stranger] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', near)
  consumer.interest('/a/1', { nonce: 1, lifetime: 1000 })
  const wire = Buffer.from(near.takeInterest().wire)
  const at = wire.indexOf(Buffer.of(10, 4, 0, 0, 0, 1))
  const bare = Buffer.concat([wire.subarray(0, at), wire.subarray(at + 6)])
  bare[1] = (bare[1] as number) - 6
  // So that nobody who was asked can answer any more: another waits longer than the first had asked for.
  const patient = fixture.face()
  patient.interest('/a/1', { nonce: 2, lifetime: 4000 })
  fixture.wait(1010)
  stranger.send(encodeLp(bare, { nackReason: NoRoute }))
  t.equal(stranger.drops('unexpected-nack'), 1)
  t.equal(fixture.forwarder.pit.size, 1)
})

t.test('only those who still wait are nacked', async (t) => {
  const fixture = new Fixture()
  const [hasty, patient, near] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', near)
  hasty.interest('/a/1', { lifetime: 10 })
  patient.interest('/a/1', { lifetime: 1000 })
  near.take()
  fixture.now += 10
  patient.interest('/a/1', { lifetime: 1000 })
  fixture.wait(100)
  near.nack(near.takeInterest(), NoRoute)
  t.equal(patient.take().length, 1)
  t.same(hasty.take(), [])
})

t.test('the next hop after a Nack is asked for who still waits', async (t) => {
  const fixture = new Fixture()
  const [hasty, patient, near, far] = [fixture.face(), fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', near, 1)
  fixture.route('/a', far, 2)
  hasty.interest('/a/1', { nonce: 1, lifetime: 10 })
  patient.interest('/a/1', { nonce: 2, lifetime: 1000 })
  const asked = near.takeInterest()
  fixture.wait(100)
  near.nack(asked, NoRoute)
  t.equal(far.takeInterest().nonce, 2)
})

t.test('the next hop after a Nack is one that the Interest of somebody who waits may take', async (t) => {
  const fixture = new Fixture()
  const [hasty, patient, near] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', near, 1)
  fixture.route('/a', hasty, 2)
  hasty.interest('/a/1', { nonce: 1, lifetime: 1000 })
  patient.interest('/a/1', { nonce: 2, lifetime: 1000 })
  near.nack(near.takeInterest(), NoRoute)
  t.equal(hasty.takeInterest().nonce, 2, 'not its own back')
})

t.test('a full PIT answers with a Nack of Congestion', async (t) => {
  const fixture = new Fixture({ maxPending: 2 })
  const [consumer, other, producer] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  consumer.interest('/a/1')
  consumer.interest('/a/2')
  consumer.interest('/a/3', { pitToken: token('3') })
  const nack = consumer.takeNack()
  t.equal(nack.reason, Congestion)
  t.equal(nack.pitToken, '3')
  t.equal(consumer.drops('pit-full'), 1)
  t.equal(fixture.forwarder.pit.size, 2)
  other.interest('/a/1')
  t.same(other.take(), [], 'who asks for something pending is taken in')
  producer.data('/a/1')
  consumer.take()
  consumer.interest('/a/3')
  t.same(consumer.take(), [], 'and there is room again')
  t.equal(producer.take().length, 3)
})
