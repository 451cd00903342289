import t from 'tap'
import { NackReason } from '../../src/packet/index.ts'
import { dataWire, Fixture, interestWire, localWire } from './fixture.ts'

const NO_CACHE = 1

t.test('NextHopFaceId on a face with local fields decides where an Interest goes', async (t) => {
  const fixture = new Fixture()
  const client = fixture.face({ isLocal: true, hasLocalFields: true })
  const [routed, chosen] = [fixture.face(), fixture.face()]
  fixture.route('/a', routed)
  client.send(localWire(interestWire('/a/1'), { nextHopFaceId: chosen.id }))
  client.send(localWire(interestWire('/nowhere/1'), { nextHopFaceId: chosen.id }))
  t.same(routed.take(), [])
  t.equal(chosen.take().length, 2, 'with a route elsewhere, and with none')
  chosen.data('/a/1')
  t.equal(client.takeData().data.name.toString(), '/a/1')
})

t.test('NextHopFaceId of a face that there is not gives a Nack of NoRoute', async (t) => {
  const fixture = new Fixture()
  const client = fixture.face({ isLocal: true, hasLocalFields: true })
  const routed = fixture.face()
  fixture.route('/a', routed)
  client.send(localWire(interestWire('/a/1'), { nextHopFaceId: 9999 }))
  t.equal(client.takeNack().reason, NackReason.NoRoute)
  t.same(routed.take(), [])
  t.equal(fixture.forwarder.pit.size, 0)
})

t.test('NextHopFaceId leads no Interest out of its scope, nor back where it came from', async (t) => {
  const fixture = new Fixture()
  const client = fixture.face({ isLocal: true, hasLocalFields: true })
  const [away, here] = [fixture.face(), fixture.face({ isLocal: true })]
  client.send(localWire(interestWire('/localhost/1'), { nextHopFaceId: away.id }))
  client.send(localWire(interestWire('/a/1', { hopLimit: 1 }), { nextHopFaceId: away.id }))
  client.send(localWire(interestWire('/a/2'), { nextHopFaceId: client.id }))
  t.same(away.take(), [])
  t.same(
    client.take().map((packet) => packet.kind),
    ['nack', 'nack', 'nack'],
  )
  client.send(localWire(interestWire('/localhost/1'), { nextHopFaceId: here.id }))
  t.equal(here.take().length, 1)
  client.send(localWire(interestWire('/localhop/1'), { nextHopFaceId: away.id }))
  t.equal(away.take().length, 1)
})

t.test('NextHopFaceId on a face without local fields is ignored', async (t) => {
  const fixture = new Fixture()
  const stranger = fixture.face({ isLocal: true })
  const [routed, chosen] = [fixture.face(), fixture.face()]
  fixture.route('/a', routed)
  stranger.send(localWire(interestWire('/a/1'), { nextHopFaceId: chosen.id }))
  t.equal(routed.take().length, 1)
  fixture.forwarder.setLocalFields(stranger.id, true)
  stranger.send(localWire(interestWire('/a/2'), { nextHopFaceId: chosen.id }))
  t.equal(chosen.take().length, 1, 'until it is given them')
  t.same(routed.take(), [])
  fixture.forwarder.setLocalFields(stranger.id, false)
  stranger.send(localWire(interestWire('/a/3'), { nextHopFaceId: chosen.id }))
  t.equal(routed.take().length, 1, 'and once they are taken from it')
})

for (const hasLocalFields of [true, false]) {
  const what = hasLocalFields ? 'kept out of the Content Store' : 'kept all the same on other faces'
  t.test(`a Data with the CachePolicy NoCache is ${what}`, async (t) => {
    const fixture = new Fixture({ unsolicited: 'admit-all' })
    const consumer = fixture.face()
    const producer = fixture.face({ isLocal: true, hasLocalFields })
    fixture.route('/a', producer)
    consumer.interest('/a/1')
    producer.send(localWire(dataWire('/a/1'), { cachePolicy: NO_CACHE }))
    t.equal(consumer.take().length, 1, 'who asked gets it')
    producer.send(localWire(dataWire('/a/2'), { cachePolicy: NO_CACHE }))
    t.equal(fixture.forwarder.contentStore.packets, hasLocalFields ? 0 : 2, 'asked for or not')
    producer.send(localWire(dataWire('/a/3'), { cachePolicy: 2 }))
    producer.data('/a/4')
    t.equal(fixture.forwarder.contentStore.packets, hasLocalFields ? 2 : 4, 'another policy means nothing')
  })
}

t.test('an Interest says to a face with local fields which face it came from', async (t) => {
  const fixture = new Fixture()
  const [one, other] = [fixture.face(), fixture.face()]
  const manager = fixture.face({ isLocal: true, hasLocalFields: true })
  const plain = fixture.face({ isLocal: true })
  fixture.route('/m', manager)
  fixture.route('/p', plain)
  const incoming = (): (number | undefined)[] => manager.take().map((packet) => packet.incomingFaceId)
  one.interest('/m/1')
  other.interest('/m/2')
  t.same(incoming(), [one.id, other.id])
  one.interest('/p/1')
  t.same(
    plain.take().map((packet) => packet.incomingFaceId),
    [undefined],
  )
  fixture.forwarder.setLocalFields(manager.id, false)
  one.interest('/m/3')
  t.same(incoming(), [undefined])
})

t.test('IncomingFaceId is of who waits, where an Interest goes on after a Nack', async (t) => {
  const fixture = new Fixture()
  const [one, other, near] = [fixture.face(), fixture.face(), fixture.face()]
  const manager = fixture.face({ isLocal: true, hasLocalFields: true })
  fixture.route('/m', near, 1)
  fixture.route('/m', manager, 2)
  one.interest('/m/1', { lifetime: 10 })
  other.interest('/m/1', { lifetime: 1000 })
  const asked = near.takeInterest()
  fixture.wait(50)
  near.nack(asked, NackReason.NoRoute)
  const [packet] = manager.take()
  t.equal(packet?.incomingFaceId, other.id)
})
