import t from 'tap'
import { cellSize } from '../../src/forwarder/byte-store.ts'
import { MAX_NAME_COMPONENTS } from '../../src/forwarder/index.ts'
import { IN_RECORD_OCTETS } from '../../src/forwarder/pit.ts'
import { Component, encodeTlv, MAX_PACKET_SIZE, NackReason, Name, TT } from '../../src/packet/index.ts'
import { dataWire, Fixture, interestWire, name, token } from './fixture.ts'

t.test('the PIT is bounded in octets, Interests and all who ask counted', async (t) => {
  const fixture = new Fixture({ maxPendingBytes: 50_000 })
  const [consumer, other, producer] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/', producer)
  const long = (i: number): Name => Name.parse(`/${i}/${'x'.repeat(8000)}`)
  const each = cellSize(interestWire(long(0)).length) + IN_RECORD_OCTETS
  for (let i = 0; i < 10; i++) consumer.interest(long(i))
  t.equal(fixture.forwarder.pit.bytes, 5 * each)
  t.equal(consumer.drops('pit-full'), 5)
  t.same(new Set(consumer.take().map((p) => p.kind === 'nack' && p.reason)), new Set([NackReason.Congestion]))
  consumer.interest(long(0))
  t.equal(consumer.drops('pit-full'), 5, 'who asks again takes nothing more')

  other.interest(long(9))
  t.equal(fixture.forwarder.pit.bytes, 6 * each, 'what one face may not have is left for another')
  t.ok(fixture.forwarder.pit.bytes <= 50_000)
  fixture.face().interest(long(10))
  t.equal(fixture.forwarder.pit.size, 6, 'as far as there is any')
  for (let i = 0; i < 10; i++) producer.data(long(i))
  t.equal(fixture.forwarder.pit.bytes, 0)
})

t.test('however many faces flood the PIT, who does not finds room', async (t) => {
  const fixture = new Fixture({ maxPending: 1000 })
  const flooders = Array.from({ length: 20 }, () => fixture.face())
  const [polite, producer] = [fixture.face(), fixture.face()]
  fixture.route('/', producer)
  for (let i = 0; i < 1000; i++) for (const face of flooders) face.interest(`/${face.id}/${i}`)
  for (const face of flooders) t.ok(face.drops('pit-full') > 900)
  for (let i = 0; i < 5; i++) polite.interest(`/polite/${i}`)
  t.equal(polite.drops('pit-full'), 0)
  t.ok(fixture.forwarder.pit.size <= 1000)
})

t.test('octets of pending Interests come back whichever way they end', async (t) => {
  const fixture = new Fixture()
  const [consumer, other, producer] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  for (const face of [consumer, other]) {
    for (const i of [1, 2, 3]) {
      face.interest(`/a/${i}`, { pitToken: token('four'), lifetime: 100 })
      face.interest(`/a/${i}`, { pitToken: token('a longer one'), lifetime: 100, hopLimit: 3 })
    }
  }
  const asked = producer.take().findLast((p) => p.kind === 'interest' && `${p.interest.name}` === '/a/1')
  producer.data('/a/2')
  if (asked?.kind === 'interest') producer.nack(asked.interest, NackReason.NoRoute)
  t.equal(fixture.forwarder.pit.size, 1)
  t.ok(fixture.forwarder.pit.bytes > 0)
  fixture.wait(200)
  t.equal(fixture.forwarder.pit.size, 0)
  t.equal(fixture.forwarder.pit.bytes, 0)
})

t.test('a pending Interest does not depend on the chunk that it came in', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  const wire = interestWire('/a/1')
  const chunk = Buffer.alloc(65_536)
  chunk.set(wire, 99)
  consumer.send(chunk.subarray(99, 99 + wire.length))
  chunk.fill(0)
  const { pit } = fixture.forwarder
  t.same(
    pit.entries().map((entry) => String(pit.nameOf(entry))),
    ['/a/1'],
  )
  fixture.forwarder.removeFace(producer.id)
  t.same(consumer.takeNack().interest.wire, wire)
})

t.test('an Interest with more components than are looked at is dropped', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  fixture.route('/', producer)
  const of = (components: number): Name => Name.parse('/x'.repeat(components))
  consumer.interest(of(MAX_NAME_COMPONENTS))
  t.equal(producer.take().length, 1)
  consumer.interest(of(MAX_NAME_COMPONENTS + 1))
  consumer.interest(of(2000))
  t.equal(consumer.drops('name-too-long'), 2)
  t.same(producer.take(), [])
  consumer.interest(of(1), { canBePrefix: true })
  producer.data(of(2000))
  t.equal(consumer.take().length, 1, 'a Data may have as many as it likes')
})

/** An Interest of exactly so many octets, the most of them in its name; without a Nonce if asked for. */
function interestOfSize(prefix: string, size: number, { withNonce = true } = {}): Uint8Array {
  const build = (fill: number): Uint8Array => {
    const of = Name.of(...name(prefix).components, Component.generic('x'.repeat(fill)))
    const nonce = withNonce ? [encodeTlv(TT.Nonce, Buffer.alloc(4))] : []
    return encodeTlv(
      TT.Interest,
      encodeTlv(TT.Name, of.value),
      ...nonce,
      encodeTlv(TT.HopLimit, Buffer.of(9)),
    )
  }
  return build(4000 + size - build(4000).length)
}

t.test(
  'an Interest that would outgrow a packet on its way out is nacked, and its next hop spared',
  async (t) => {
    const fixture = new Fixture()
    const [consumer, plain, router] = [fixture.face(), fixture.face(), fixture.face({ form: 'extended' })]
    const f = fixture.functionFace('F')
    fixture.route('/a', plain)
    fixture.route('/128=R', router)

    consumer.send(interestOfSize('/a', MAX_PACKET_SIZE))
    t.equal(
      plain.takeInterest().wire.length,
      MAX_PACKET_SIZE,
      'one of the full size that stays as it is passes',
    )
    const growing: [Uint8Array, typeof plain][] = [
      [interestOfSize('/a', MAX_PACKET_SIZE - 2, { withNonce: false }), plain],
      [interestOfSize('R/a', MAX_PACKET_SIZE - 1), router],
      [interestOfSize('F:G/a', MAX_PACKET_SIZE - 1), f],
    ]
    for (const [i, [wire, hop]] of growing.entries()) {
      consumer.send(wire)
      t.same(hop.take(), [])
      t.equal(
        consumer.drops('oversized'),
        2 * i + 1,
        'where it can be sent as it came a Nack does not fit either',
      )
    }
    t.same(consumer.take(), [])
    t.equal(fixture.forwarder.pit.size, 1)

    consumer.send(interestOfSize('/a', MAX_PACKET_SIZE - 20, { withNonce: false }))
    t.equal(plain.take().length, 1)
  },
)

t.test('a next hop that cannot take an Interest in its form is passed over after a Nack', async (t) => {
  const fixture = new Fixture()
  const [consumer, near, middle, far] = [
    fixture.face(),
    fixture.face(),
    fixture.face({ form: 'extended' }),
    fixture.face(),
  ]
  for (const [i, face] of [near, middle, far].entries()) fixture.route('/128=F', face, i)
  consumer.send(interestOfSize('F:G/a', MAX_PACKET_SIZE - 1))
  const asked = near.takeInterest()
  const { length } = asked.wire
  t.equal(length, MAX_PACKET_SIZE - 1)
  // The Nack itself has no room for a reason of its own.
  fixture.forwarder.removeFace(near.id)
  t.same(middle.take(), [])
  t.equal(far.take().length, 1)
})

t.test('a Data that leaves no room for a PIT token is dropped and counted', async (t) => {
  const fixture = new Fixture()
  const [plain, withToken, producer] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  const small = dataWire('/a/1', { content: Buffer.alloc(8000) })
  const wire = dataWire('/a/1', { content: Buffer.alloc(8000 + MAX_PACKET_SIZE - small.length) })
  t.equal(wire.length, MAX_PACKET_SIZE)
  plain.interest('/a/1')
  withToken.interest('/a/1', { pitToken: token('x') })
  producer.send(wire)
  t.equal(plain.take().length, 1)
  t.same(withToken.take(), [])
  t.equal(withToken.drops('oversized'), 1)
  t.equal(withToken.counters.dataOut, 0)
  withToken.interest('/a/1', { pitToken: token('x') })
  t.equal(withToken.drops('oversized'), 2, 'nor from the Content Store')
})

t.test('an Interest of nearly the full size is sent again to the next instance', async (t) => {
  const fixture = new Fixture()
  const [consumer, f] = [fixture.face(), fixture.functionFace('F')]
  const content = encodeTlv(TT.Name, name(`/${'x'.repeat(8770)}`).value)
  const parts = [encodeTlv(TT.FunctionNames, name('/128=F').value), encodeTlv(TT.Nonce, Buffer.alloc(4))]
  const wire = encodeTlv(TT.Interest, content, ...parts)
  t.ok(wire.length > MAX_PACKET_SIZE - 8 && wire.length <= MAX_PACKET_SIZE, `${wire.length} octets`)
  consumer.send(wire)
  const first = f.takeInterest()
  // So that an InterestLifetime would be added.
  fixture.now += 100
  t.equal(fixture.forwarder.resend(f.id), 1)
  t.same(f.takeInterest().wire, first.wire)
})
