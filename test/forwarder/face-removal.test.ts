import t from 'tap'
import { NackReason } from '../../src/packet/index.ts'
import { Fixture, token } from './fixture.ts'

t.test('the face that asked first goes: who asked after it is answered all the same', async (t) => {
  const fixture = new Fixture()
  const [first, second, third, producer] = [fixture.face(), fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  first.interest('/a/1', { nonce: 1, pitToken: token('1') })
  second.interest('/a/1', { nonce: 2, pitToken: token('2') })
  third.interest('/a/1', { nonce: 3, pitToken: token('3') })
  const { pit } = fixture.forwarder
  const { bytes } = pit
  fixture.forwarder.removeFace(first.id)
  fixture.forwarder.removeFace(third.id)
  t.ok(pit.bytes < bytes)
  producer.data('/a/1')
  t.equal(second.takeData().pitToken, '2')
  t.same([...first.take(), ...third.take()], [])
  t.same([pit.size, pit.bytes], [0, 0])
})

t.test('after the face that asked first is gone a next hop is asked in the name of who waits', async (t) => {
  const fixture = new Fixture()
  const [first, second, near, far] = [fixture.face(), fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', near, 1)
  fixture.route('/a', far, 2)
  first.interest('/a/1', { nonce: 1 })
  second.interest('/a/1', { nonce: 2 })
  const asked = near.takeInterest()
  fixture.forwarder.removeFace(first.id)
  near.nack(asked, NackReason.NoRoute)
  const onward = far.takeInterest()
  t.equal(onward.nonce, 2)
  far.nack(onward, NackReason.NoRoute)
  t.equal(second.takeNack().interest.nonce, 2)
  t.equal(fixture.forwarder.pit.size, 0)
})

t.test('a face that goes gives its share of the PIT back to the others', async (t) => {
  const fixture = new Fixture({ maxPending: 100 })
  const [greedy, polite, producer] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/', producer)
  for (let i = 0; i < 200; i++) greedy.interest(`/g/${i}`)
  for (let i = 0; i < 5; i++) polite.interest(`/g/${i}`)
  t.ok(fixture.forwarder.pit.size >= 80)
  fixture.forwarder.removeFace(greedy.id)
  t.equal(fixture.forwarder.pit.size, 5, 'what another waits for too stays')
  for (let i = 5; i < 70; i++) polite.interest(`/p/${i}`)
  t.equal(polite.drops('pit-full'), 0)
  for (let i = 0; i < 70; i++) producer.data(i < 5 ? `/g/${i}` : `/p/${i}`)
  t.equal(polite.counters.dataOut, 70)
  t.equal(fixture.forwarder.pit.bytes, 0)
})
