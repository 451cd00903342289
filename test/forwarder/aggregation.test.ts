import { createHash } from 'node:crypto'
import t from 'tap'
import { dataWire, Fixture, interestWire, token } from './fixture.ts'

t.test(
  'Interests for one name are aggregated and one Data answers all, with the PIT token of each',
  async (t) => {
    const fixture = new Fixture()
    const consumers = [fixture.face(), fixture.face(), fixture.face()]
    const producer = fixture.face()
    fixture.route('/a', producer)
    for (const [i, consumer] of consumers.entries())
      consumer.interest('/a/1', { pitToken: token(`token ${i}`) })
    t.equal(producer.take().length, 1, 'one Interest goes on')
    t.same(
      consumers.map(({ counters }) => counters.aggregated),
      [0, 1, 1],
    )
    t.equal(fixture.forwarder.pit.size, 1)

    const wire = dataWire('/a/1', { content: Buffer.from('answer') })
    producer.send(wire)
    for (const [i, consumer] of consumers.entries()) {
      const { data, pitToken } = consumer.takeData()
      t.equal(pitToken, `token ${i}`)
      t.same(data.wire, wire, 'the Data is passed on octet by octet')
    }
    t.same(producer.take(), [], 'and not back to where it came from')
    t.equal(fixture.forwarder.pit.size, 0)

    producer.send(wire)
    t.equal(producer.drops('unsolicited'), 1, 'it answers once')
  },
)

t.test('a Data does not go back to the face that it came from, though that one had asked too', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  consumer.interest('/a/1')
  producer.interest('/a/1')
  producer.take()
  producer.data('/a/1')
  t.equal(consumer.take().length, 1)
  t.same(producer.take(), [])
})

t.test('an answer without a PIT token goes bare to who sent none', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  consumer.interest('/a/1')
  producer.data('/a/1')
  t.equal(consumer.takeData().pitToken, undefined)
})

t.test('Interests in extended and in flat form for one chain are aggregated', async (t) => {
  const fixture = new Fixture()
  const [one, other] = [fixture.face(), fixture.face()]
  const f = fixture.functionFace('F')
  one.interest('F:G/a', { form: 'extended' })
  other.interest('F:G/a', { form: 'flat' })
  t.equal(f.take().length, 1)
  f.data('F:G/a')
  t.same(one.takeData().data.wire, other.takeData().data.wire)
})

t.test('Interests that differ in a selector are not aggregated, and one Data can answer each', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  const selectors = [
    { canBePrefix: false, mustBeFresh: false },
    { canBePrefix: true, mustBeFresh: false },
    { canBePrefix: false, mustBeFresh: true },
    { canBePrefix: true, mustBeFresh: true },
  ]
  for (const fields of selectors) consumer.interest('/a', { ...fields, pitToken: token('x') })
  t.equal(producer.take().length, 4)
  t.equal(fixture.forwarder.pit.size, 4)
  producer.data('/a/1', { freshnessPeriod: 10 })
  t.equal(consumer.take().length, 2, 'the two with CanBePrefix')
  t.equal(fixture.forwarder.pit.size, 2)
  producer.data('/a')
  t.equal(consumer.take().length, 2)
  t.equal(fixture.forwarder.pit.size, 0)
})

t.test(
  'an Interest for a prefix is not answered with a Data of that prefix unless it says CanBePrefix',
  async (t) => {
    const fixture = new Fixture()
    const [consumer, producer] = [fixture.face(), fixture.face()]
    fixture.route('/a', producer)
    consumer.interest('/a')
    producer.data('/a/1')
    t.equal(producer.drops('unsolicited'), 1)
    t.same(consumer.take(), [])
  },
)

t.test('an Interest with an implicit digest is answered by that Data only', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  const wire = dataWire('/a/1', { content: Buffer.from('right') })
  const digest = createHash('sha256').update(wire).digest()
  consumer.interest(`/a/1/sha256digest=${digest.toString('hex')}`)
  producer.data('/a/1', { content: Buffer.from('wrong') })
  t.equal(producer.drops('unsolicited'), 1)
  producer.send(wire)
  t.same(consumer.takeData().data.wire, wire)
})

t.test('a retransmission is forwarded again, to another face where there is one', async (t) => {
  const fixture = new Fixture()
  const [consumer, other, near, far] = [fixture.face(), fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', near, 1)
  fixture.route('/a', far, 2)
  consumer.interest('/a/1', { nonce: 1, pitToken: token('old') })
  t.equal(near.takeInterest().nonce, 1)
  fixture.now += 10
  consumer.interest('/a/1', { nonce: 2, pitToken: token('new') })
  t.equal(far.takeInterest().nonce, 2)
  fixture.now += 20
  consumer.interest('/a/1', { nonce: 2, pitToken: token('new') })
  t.equal(near.takeInterest().nonce, 2, 'also with the nonce that it had before')
  t.equal(consumer.counters.aggregated, 0)

  other.interest('/a/1', { nonce: 3 })
  t.same([...near.take(), ...far.take()], [], 'from elsewhere it is not a retransmission')
  near.data('/a/1')
  t.equal(consumer.takeData().pitToken, 'new', 'one answer, with the last PIT token')
  t.equal(other.take().length, 1)
})

t.test('a retransmission goes no further than the one before it for 10 ms, then 20, 40, … 250', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  consumer.interest('/a/1')
  producer.take()
  let suppressed = 0
  for (const interval of [10, 20, 40, 80, 160, 250, 250]) {
    fixture.now += interval - 1
    consumer.interest('/a/1')
    t.same(producer.take(), [], `${interval - 1} ms`)
    t.equal(consumer.counters.suppressed, ++suppressed)
    fixture.now += 1
    consumer.interest('/a/1')
    t.equal(producer.take().length, 1, `${interval} ms`)
  }
})

t.test('a nonce is added where an Interest has none', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  const wire = Buffer.from(interestWire('/a/1', { nonce: 0x01020304 }))
  const at = wire.indexOf(Buffer.of(10, 4, 1, 2, 3, 4))
  const bare = Buffer.concat([wire.subarray(0, at), wire.subarray(at + 6)])
  bare[1] = (bare[1] as number) - 6
  consumer.send(bare)
  const sent = producer.takeInterest()
  t.type(sent.nonce, 'number')
  t.equal(sent.name.toString(), '/a/1')
  producer.nack(sent, 150)
  t.same(consumer.takeNack().interest.wire, sent.wire, 'and a Nack has the Interest as it was sent')
})

t.test('who asks in vain does not end the wait of others', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  consumer.interest('/a/1')
  // Twice, so that it counts as a retransmission: its only next hop is itself.
  producer.take()
  producer.interest('/a/1')
  producer.interest('/a/1')
  // Its HopLimit does not let it off this host.
  const impatient = fixture.face()
  impatient.interest('/a/1', { hopLimit: 1 })
  impatient.interest('/a/1', { hopLimit: 1 })
  t.equal(fixture.forwarder.pit.size, 1)
  t.same(consumer.take(), [], 'no Nack')
  producer.data('/a/1')
  t.equal(consumer.takeData().data.name.toString(), '/a/1')
})
