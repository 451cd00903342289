import t from 'tap'
import { cellSize } from '../../src/forwarder/byte-store.ts'
import { dataOf, dataWire, type FakeFace, Fixture, name } from './fixture.ts'

/** A forwarder that has been given some Data, in order. */
function filled(...packets: [string, number][]): {
  fixture: Fixture
  consumer: FakeFace
  producer: FakeFace
} {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  fixture.route('/', producer)
  for (const [of, freshnessPeriod] of packets) {
    consumer.interest(of)
    producer.data(of, { freshnessPeriod })
  }
  consumer.take()
  producer.take()
  return { fixture, consumer, producer }
}

t.test('a Data that was passed on answers the next Interest for its name', async (t) => {
  const { fixture, consumer, producer } = filled(['F2:F1/camera/lobby', 0])
  consumer.interest('F2:F1/camera/lobby', { form: 'extended', pitToken: Buffer.from('again') })
  const { data, pitToken } = consumer.takeData()
  t.equal(data.name.toString(), '/128=F2/128=F1/camera/lobby')
  t.equal(pitToken, 'again')
  t.same(producer.take(), [])
  t.equal(fixture.forwarder.pit.size, 0)
  const { hits, misses, insertions } = fixture.forwarder.contentStore
  t.same({ hits, misses, insertions }, { hits: 1, misses: 1, insertions: 1 })
})

t.test('another name, a longer or a shorter one, is not answered from it', async (t) => {
  const { consumer, producer } = filled(['/a/1', 0])
  for (const name of ['/a/2', '/a', '/a/1/x', 'F/a/1']) {
    consumer.interest(name)
    t.equal(producer.take().length, 1, name)
  }
  t.same(consumer.take(), [])
})

t.test(
  'an Interest with CanBePrefix is answered with what is below, the first segment of an object',
  async (t) => {
    const { consumer } = filled(['/o/v=1/seg=0', 0], ['/o/v=1/seg=1', 0], ['/o/v=1/seg=2', 0])
    for (const prefix of ['/o', '/o/v=1', '/o/v=1/seg=0']) {
      consumer.interest(prefix, { canBePrefix: true })
      t.equal(consumer.takeData().data.name.toString(), '/o/v=1/seg=0', prefix)
    }
  },
)

t.test('the first segment is the answer whatever order they came in', async (t) => {
  const { consumer } = filled(['/o/v=1/seg=2', 50], ['/o/v=1/seg=0', 50], ['/o/v=1/seg=1', 50])
  consumer.interest('/o', { canBePrefix: true })
  t.equal(consumer.takeData().data.name.toString(), '/o/v=1/seg=0')
  consumer.interest('/o/v=1', { canBePrefix: true, mustBeFresh: true })
  t.equal(consumer.takeData().data.name.toString(), '/o/v=1/seg=0')
})

t.test('a new version takes the place of one that is no longer fresh', async (t) => {
  const { fixture, consumer, producer } = filled(['/o/v=1/seg=0', 10], ['/o/v=1/seg=1', 10])
  fixture.now += 20
  consumer.interest('/o', { canBePrefix: true, mustBeFresh: true })
  t.equal(producer.take().length, 1)
  producer.data('/o/v=2/seg=0', { freshnessPeriod: 10 })
  consumer.take()
  consumer.interest('/o', { canBePrefix: true, mustBeFresh: true })
  t.equal(consumer.takeData().data.name.toString(), '/o/v=2/seg=0')
})

t.test('an Interest with MustBeFresh is answered while the Data is fresh by the clock', async (t) => {
  const { fixture, consumer, producer } = filled(['/a', 100])
  consumer.interest('/a', { mustBeFresh: true })
  t.equal(consumer.take().length, 1)
  fixture.now += 99
  consumer.interest('/a', { mustBeFresh: true })
  t.equal(consumer.take().length, 1)
  fixture.now += 1
  consumer.interest('/a', { mustBeFresh: true })
  t.same(consumer.take(), [])
  t.equal(producer.take().length, 1)
  consumer.interest('/a')
  t.equal(consumer.take().length, 1, 'without MustBeFresh it still does')
  producer.data('/a', { freshnessPeriod: 100 })
  consumer.take()
  consumer.interest('/a', { mustBeFresh: true })
  t.equal(consumer.take().length, 1, 'fresh again')
})

t.test('a Data with a FreshnessPeriod of 0 is never fresh', async (t) => {
  const { consumer, producer } = filled(['/a', 0])
  consumer.interest('/a', { mustBeFresh: true })
  t.equal(producer.take().length, 1)
  t.same(consumer.take(), [])
})

t.test('an Interest with an implicit digest is answered by the Data that has it', async (t) => {
  const { consumer, producer } = filled(['/a/1', 0])
  const { implicitDigest } = dataOf('/a/1')
  const digest = (bytes: Uint8Array): string => `sha256digest=${Buffer.from(bytes).toString('hex')}`
  consumer.interest(`/a/1/${digest(implicitDigest)}`)
  t.equal(consumer.takeData().data.name.toString(), '/a/1')
  for (const name of [`/a/1/${digest(Buffer.alloc(32))}`, `/a/${digest(implicitDigest)}`]) {
    consumer.interest(name)
    t.same(consumer.take(), [])
    t.equal(producer.take().length, 1)
  }
  consumer.interest(`/a/1/${digest(implicitDigest)}`, { mustBeFresh: true })
  t.same(consumer.take(), [], 'but it is not fresh')
})

t.test('a Data of the same name takes the place of the old one', async (t) => {
  const { fixture, consumer, producer } = filled(['/a/b', 0])
  consumer.interest('/a/b', { mustBeFresh: true })
  const wire = dataWire('/a/b', { content: Buffer.from('new'), freshnessPeriod: 50 })
  producer.send(wire)
  consumer.take()
  t.equal(fixture.forwarder.contentStore.packets, 1)
  t.equal(fixture.forwarder.contentStore.bytes, cellSize(wire.length))
  for (const [of, canBePrefix] of [
    ['/a/b', false],
    ['/a', true],
  ] as const) {
    consumer.interest(of, { canBePrefix, mustBeFresh: true })
    t.same(consumer.takeData().data.wire, wire)
  }
})

t.test('an unsolicited Data is dropped and not cached', async (t) => {
  const { fixture, consumer, producer } = filled()
  producer.data('/a/1', { freshnessPeriod: 1000 })
  t.equal(producer.drops('unsolicited'), 1)
  t.equal(fixture.forwarder.contentStore.packets, 0)
  consumer.interest('/a/1')
  t.same(consumer.take(), [])
})

t.test('every Data under a prefix can be erased', async (t) => {
  const { fixture, consumer, producer } = filled(['/a/1', 0], ['/a/2', 0], ['/ab', 0], ['/b/1', 0])
  t.equal(fixture.forwarder.contentStore.erase(name('/a')), 2)
  t.equal(fixture.forwarder.contentStore.packets, 2)
  for (const uri of ['/a/1', '/a/2']) consumer.interest(uri)
  consumer.interest('/a', { canBePrefix: true })
  t.equal(producer.take().length, 3)
  for (const uri of ['/ab', '/b/1']) consumer.interest(uri)
  t.equal(consumer.take().length, 2)
  t.equal(fixture.forwarder.contentStore.erase(name('/')), 2)
  t.equal(fixture.forwarder.contentStore.bytes, 0)
})

t.test('a Content Store of no packets keeps nothing', async (t) => {
  for (const limits of [{ maxPackets: 0 }, { maxBytes: 0 }]) {
    const fixture = new Fixture({ contentStore: limits })
    const [consumer, producer] = [fixture.face(), fixture.face()]
    fixture.route('/', producer)
    consumer.interest('/a')
    producer.data('/a')
    t.equal(consumer.take().length, 1)
    t.equal(fixture.forwarder.contentStore.packets, 0)
    consumer.interest('/a')
    t.same(consumer.take(), [])
  }
})
