import t from 'tap'
import { Fixture, token } from './fixture.ts'

t.test('a face that is removed is forgotten, with its routes', async (t) => {
  const fixture = new Fixture()
  const [consumer, gone, stays] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', gone, 1)
  fixture.route('/a', stays, 2)
  fixture.route('/only', gone)
  fixture.forwarder.removeFace(gone.id)
  t.equal(fixture.forwarder.counters(gone.id), undefined)
  t.equal(fixture.forwarder.form(gone.id), undefined)
  t.equal(fixture.forwarder.fib.size, 1)
  consumer.interest('/a/1')
  t.equal(stays.take().length, 1)
  consumer.interest('/only/1')
  t.equal(consumer.takeNack().reason, 150)
  gone.interest('/a/2')
  t.same([...gone.take(), ...stays.take()], [], 'what still comes from it is for nobody')
  fixture.forwarder.removeFace(gone.id)
  t.not(fixture.face().id, gone.id, 'its number is not used again')
})

t.test('what a removed face was asked is asked elsewhere, otherwise nacked', async (t) => {
  const fixture = new Fixture()
  const [consumer, gone, other] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', gone, 1)
  fixture.route('/a', other, 2)
  fixture.route('/only', gone)
  consumer.interest('/a/1', { nonce: 5, pitToken: token('a') })
  consumer.interest('/only/1', { pitToken: token('only') })
  fixture.forwarder.removeFace(gone.id)
  const nack = consumer.takeNack()
  t.equal(nack.pitToken, 'only')
  t.equal(nack.reason, 150)
  t.equal(other.takeInterest().nonce, 5)
  other.data('/a/1')
  t.equal(consumer.takeData().pitToken, 'a')
})

t.test('what others were asked too is not nacked when one of them goes', async (t) => {
  const fixture = new Fixture()
  const [consumer, gone, other] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', gone, 1)
  consumer.interest('/a/1')
  fixture.route('/a', other, 2)
  gone.nack(gone.takeInterest(), 50)
  t.equal(other.take().length, 1)
  fixture.forwarder.removeFace(gone.id)
  t.same(consumer.take(), [])
  fixture.forwarder.removeFace(other.id)
  t.equal(consumer.takeNack().reason, 50, 'in the end the least severe reason is what the consumer learns')
})

t.test('what only a removed face waited for is pending no more', async (t) => {
  const fixture = new Fixture()
  const [gone, other, producer] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  gone.interest('/a/1')
  gone.interest('/a/2')
  other.interest('/a/2')
  fixture.forwarder.removeFace(gone.id)
  t.equal(fixture.forwarder.pit.size, 1)
  producer.data('/a/1')
  t.equal(producer.drops('unsolicited'), 1)
  producer.data('/a/2')
  t.equal(other.take().length, 1)
  t.same(gone.take(), [])
  t.equal(fixture.forwarder.pit.bytes, 0)
})

t.test('a function whose face goes asks for nothing more and is nacked for', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  const f = fixture.functionFace('F')
  fixture.route('/x', producer)
  consumer.interest('F/x')
  f.interest('/x')
  fixture.forwarder.removeFace(f.id)
  t.equal(consumer.takeNack().reason, 150)
  t.equal(fixture.forwarder.pit.size, 0)
})
