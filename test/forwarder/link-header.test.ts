import t from 'tap'
import {
  encodeLp,
  encodeTlv,
  MAX_PIT_TOKEN_SIZE,
  NackReason,
  type Packet,
  TT,
} from '../../src/packet/index.ts'
import { dataWire, type FakeFace, Fixture, interestWire, name } from './fixture.ts'

function marks(face: FakeFace): (number | undefined)[] {
  return face.take().map((packet: Packet) => packet.congestionMark)
}

t.test(
  'a CongestionMark goes on with the Interest or Data that it came with, and with no other',
  async (t) => {
    const fixture = new Fixture()
    const [consumer, other, producer] = [fixture.face(), fixture.face(), fixture.face()]
    fixture.route('/a', producer)
    consumer.send(encodeLp(interestWire('/a/1'), { congestionMark: 3 }))
    consumer.interest('/a/2')
    t.same(marks(producer), [3, undefined])
    other.interest('/a/1')
    producer.send(encodeLp(dataWire('/a/1'), { congestionMark: 300 }))
    t.same(marks(consumer), [300])
    t.same(marks(other), [300], 'to all who asked')
    producer.data('/a/2')
    t.same(marks(consumer), [undefined])
  },
)

t.test('a CongestionMark stays with the PIT token and the IncomingFaceId that a packet gets', async (t) => {
  const fixture = new Fixture()
  const [consumer, manager] = [fixture.face(), fixture.face({ hasLocalFields: true })]
  fixture.route('/a', manager)
  const pitToken = Buffer.from('token')
  consumer.send(encodeLp(interestWire('/a/1'), { congestionMark: 1, pitToken }))
  const [asked] = manager.take()
  t.equal(asked?.congestionMark, 1)
  t.equal(asked?.incomingFaceId, consumer.id)
  manager.send(encodeLp(dataWire('/a/1'), { congestionMark: 2 }))
  const [answer] = consumer.take()
  t.equal(answer?.congestionMark, 2)
  t.same(Buffer.from(answer?.pitToken ?? []), pitToken)
})

t.test(
  'what goes out because a face is gone or an instance is new has no mark of a packet before it',
  async (t) => {
    const fixture = new Fixture()
    const [consumer, gone, next] = [fixture.face(), fixture.face(), fixture.face()]
    fixture.route('/a', gone, 1)
    fixture.route('/a', next, 2)
    consumer.send(encodeLp(interestWire('/a/1'), { congestionMark: 1 }))
    fixture.forwarder.removeFace(gone.id)
    t.same(marks(next), [undefined])
    consumer.send(encodeLp(interestWire('/a/2'), { congestionMark: 1 }))
    t.same(marks(next), [1])
    fixture.forwarder.resend(next.id)
    t.same(marks(next), [undefined, undefined])
    consumer.send(encodeLp(interestWire('/a/3'), { congestionMark: 1 }))
    fixture.forwarder.answerPending(next.id, (name) => dataWire(name))
    t.same(marks(consumer), [undefined, undefined, undefined])
  },
)

t.test(
  'frames with nothing in them for the network layer are counted as idle, and are no error',
  async (t) => {
    const fixture = new Fixture()
    const face = fixture.face()
    face.send(encodeTlv(TT.LpPacket))
    face.send(encodeTlv(TT.LpPacket, encodeTlv(TT.LpPitToken, Buffer.of(1))))
    t.equal(face.counters.idleIn, 2)
    t.same(fixture.dropped, [])
    t.equal(face.counters.interestsIn + face.counters.dataIn + face.counters.nacksIn, 0)
  },
)

t.test('each who asks gets back a PIT token of its own, of 1 octet or of 32', async (t) => {
  const fixture = new Fixture()
  const [short, long, none, producer] = [fixture.face(), fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  const tokens = new Map([
    [short, Buffer.of(0)],
    [long, Buffer.alloc(MAX_PIT_TOKEN_SIZE, 0xab)],
  ])
  const tokenOf = (face: FakeFace): Buffer | undefined => {
    const [packet] = face.take()
    return packet?.pitToken && Buffer.from(packet.pitToken)
  }
  const ask = (uri: string): void => {
    for (const face of [long, short, none]) face.interest(uri, { pitToken: tokens.get(face) as Buffer })
  }
  ask('/a/1')
  const asked = producer.takeInterest()
  producer.data('/a/1')
  for (const face of [short, long, none]) t.same(tokenOf(face), tokens.get(face), 'with a Data')
  ask('/a/1')
  for (const face of [short, long, none]) t.same(tokenOf(face), tokens.get(face), 'from the Content Store')
  t.equal(asked.name.toString(), '/a/1')
  ask('/a/2')
  producer.nack(producer.takeInterest(), NackReason.NoRoute)
  for (const face of [short, long, none]) t.same(tokenOf(face), tokens.get(face), 'with a Nack')
  t.equal(fixture.forwarder.pit.bytes, 0)
})

t.test('a PIT token of the last Interest that a face sent counts, also where that has none', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  for (const [i, pitToken] of [Buffer.alloc(MAX_PIT_TOKEN_SIZE, 1), Buffer.of(2), undefined].entries()) {
    consumer.interest('/a/1', { nonce: 2 * i, pitToken: Buffer.alloc(9, 9) })
    consumer.interest('/a/1', { nonce: 2 * i + 1, ...(pitToken && { pitToken }) })
    producer.data('/a/1')
    const [packet] = consumer.take()
    t.same(packet?.pitToken && Buffer.from(packet.pitToken), pitToken)
    fixture.forwarder.contentStore.erase(name('/a'))
  }
})

t.test('a PIT token of more octets, or of none, makes a frame malformed', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  for (const size of [0, MAX_PIT_TOKEN_SIZE + 1]) {
    const pitToken = encodeTlv(TT.LpPitToken, Buffer.alloc(size))
    consumer.send(encodeTlv(TT.LpPacket, pitToken, encodeTlv(TT.LpFragment, interestWire('/a/1'))))
  }
  t.equal(consumer.drops('malformed'), 2)
  t.same(producer.take(), [])
})
