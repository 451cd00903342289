import t from 'tap'
import { MAX_INTEREST_LIFETIME_MS } from '../../src/forwarder/index.ts'
import { SLOT_MS } from '../../src/forwarder/timing-wheel.ts'
import { Fixture } from './fixture.ts'

for (const lifetime of [1, 7, 8, 9, 100, 4000, 8184, 8192, 8200, 20_000, 100_000]) {
  t.test(`a pending Interest expires after its InterestLifetime of ${lifetime} ms`, async (t) => {
    const fixture = new Fixture()
    const [consumer, producer] = [fixture.face(), fixture.face()]
    fixture.route('/a', producer)
    consumer.interest('/a/1', { lifetime })
    fixture.wait(lifetime - 1)
    t.equal(fixture.forwarder.pit.size, 1, 'not early')
    fixture.wait(1 + SLOT_MS)
    t.equal(fixture.forwarder.pit.size, 0, 'not late')
    t.equal(fixture.forwarder.pit.bytes, 0)
    t.equal(consumer.counters.expired, 1)
    t.equal(producer.counters.expired, 0)
    producer.data('/a/1')
    t.same(consumer.take(), [], 'no answer after that')
    t.equal(producer.drops('unsolicited'), 1)
    t.equal(fixture.forwarder.contentStore.packets, 0)
  })
}

t.test('an Interest without InterestLifetime is pending for 4 s', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  consumer.interest('/a/1')
  fixture.wait(3999)
  t.equal(fixture.forwarder.pit.size, 1)
  fixture.wait(1 + SLOT_MS)
  t.equal(fixture.forwarder.pit.size, 0)
})

t.test('an answer within the InterestLifetime is passed on, however late', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  consumer.interest('/a/1', { lifetime: 30_000 })
  fixture.wait(29_999)
  producer.data('/a/1')
  t.equal(consumer.take().length, 1)
})

t.test('no answer after expiry, even where the wheel has not come round yet', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  consumer.interest('/a/1', { lifetime: 100 })
  fixture.now += 101
  producer.data('/a/1')
  t.same(consumer.take(), [])
  t.equal(producer.drops('unsolicited'), 1)
  t.equal(fixture.forwarder.contentStore.packets, 0, 'and it is not cached')

  producer.take()
  consumer.interest('/a/1', { lifetime: 100 })
  t.equal(producer.take().length, 1, 'who asks then begins anew')
  t.equal(consumer.counters.expired, 1)
  t.equal(consumer.counters.aggregated, 0)
  fixture.wait(100 + SLOT_MS)
  t.equal(consumer.counters.expired, 2)
})

t.test('only those whose own time is not over are answered', async (t) => {
  const fixture = new Fixture()
  const [patient, hasty, producer] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  patient.interest('/a/1', { lifetime: 4000 })
  hasty.interest('/a/1', { lifetime: 50 })
  fixture.wait(60)
  t.equal(fixture.forwarder.pit.size, 1)
  producer.data('/a/1')
  t.equal(patient.take().length, 1)
  t.same(hasty.take(), [])
})

t.test('who asks later extends the entry, and nobody can cut it short', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  consumer.interest('/a/1', { lifetime: 100 })
  fixture.wait(90)
  consumer.interest('/a/1', { lifetime: 100 })
  fixture.wait(90)
  t.equal(fixture.forwarder.pit.size, 1, 'a retransmission extends it')
  consumer.interest('/a/1', { lifetime: 1000 })
  consumer.interest('/a/1', { lifetime: 1 })
  fixture.wait(900)
  producer.data('/a/1')
  t.equal(consumer.take().length, 1, 'a short one after a long one does not shorten it')
})

t.test('nobody can have an Interest pending for longer than MAX_INTEREST_LIFETIME_MS', async (t) => {
  for (const lifetime of [MAX_INTEREST_LIFETIME_MS + 1, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
    const fixture = new Fixture()
    const [consumer, producer] = [fixture.face(), fixture.face()]
    fixture.route('/a', producer)
    consumer.interest('/a/1', { lifetime })
    t.equal(producer.takeInterest().lifetime, lifetime, 'it is passed on as it is')
    fixture.wait(MAX_INTEREST_LIFETIME_MS - 1, 1000)
    t.equal(fixture.forwarder.pit.size, 1)
    fixture.wait(1 + SLOT_MS)
    t.equal(fixture.forwarder.pit.size, 0)
  }
})

t.test('an Interest with an InterestLifetime of 0 does not stay', async (t) => {
  const fixture = new Fixture()
  const [consumer, producer] = [fixture.face(), fixture.face()]
  fixture.route('/a', producer)
  consumer.interest('/a/1', { lifetime: 0 })
  fixture.wait(SLOT_MS)
  t.equal(fixture.forwarder.pit.size, 0)
})
