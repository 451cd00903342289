import t from 'tap'
import { type PendingInterest, STRAGGLER_MS, type Strategy } from '../../src/forwarder/index.ts'
import { SLOT_MS } from '../../src/forwarder/timing-wheel.ts'
import { NackReason } from '../../src/packet/index.ts'
import { type FakeFace, Fixture, name } from './fixture.ts'

/** Sends to all next hops, and notes what it is told of their answers. */
class Observer implements Strategy {
  readonly name = 'observer'
  readonly version = 1
  readonly answers: { face: number; rtt: number }[] = []
  expired = 0

  afterReceiveInterest(interest: PendingInterest): void {
    for (const { face } of interest.nextHops) interest.send(face)
  }

  afterReceiveNack(): void {}

  beforeSatisfyInterest(_: PendingInterest, face: number, rtt: number): void {
    this.answers.push({ face, rtt })
  }

  beforeExpireInterest(_: PendingInterest): void {
    this.expired++
  }
}

function scene(): {
  fixture: Fixture
  observer: Observer
  consumer: FakeFace
  fast: FakeFace
  slow: FakeFace
} {
  const fixture = new Fixture({ contentStore: { maxPackets: 0 } })
  const observer = new Observer()
  fixture.forwarder.strategies.set(name('/'), observer)
  const [consumer, fast, slow] = [fixture.face(), fixture.face(), fixture.face()]
  fixture.route('/a', fast)
  fixture.route('/a', slow)
  return { fixture, observer, consumer, fast, slow }
}

t.test(
  `an answered Interest is kept for ${STRAGGLER_MS} ms while another who was asked may answer`,
  async (t) => {
    const { fixture, observer, consumer, fast, slow } = scene()
    consumer.interest('/a/1')
    fixture.now += 5
    fast.data('/a/1')
    t.equal(consumer.take().length, 1)
    t.equal(fixture.forwarder.pit.size, 1)
    fixture.wait(STRAGGLER_MS - 1)
    t.equal(fixture.forwarder.pit.size, 1, 'not shorter')
    slow.data('/a/1')
    t.same(consumer.take(), [], 'nobody waits for the second answer')
    t.same(observer.answers, [
      { face: fast.id, rtt: 5 },
      { face: slow.id, rtt: STRAGGLER_MS + 4 },
    ])
    t.equal(slow.drops('straggler'), 1)
    t.equal(slow.drops('unsolicited'), 0)
    fixture.wait(1 + SLOT_MS)
    t.equal(fixture.forwarder.pit.size, 0, 'not longer')
    t.equal(fixture.forwarder.pit.bytes, 0)
    t.equal(consumer.counters.expired + observer.expired, 0, 'it was answered')
    slow.data('/a/1')
    t.equal(slow.drops('unsolicited'), 1)
  },
)

t.test('an answered Interest is not kept where nobody else can answer', async (t) => {
  const { fixture, consumer, fast, slow } = scene()
  consumer.interest('/a/1')
  slow.nack(slow.takeInterest(), NackReason.NoRoute)
  fast.data('/a/1')
  t.equal(fixture.forwarder.pit.size, 0, 'the other has said no')
  consumer.interest('/a/2')
  fixture.forwarder.answerPending(fast.id, () => undefined)
  fixture.forwarder.removeFace(slow.id)
  fast.data('/a/2')
  t.equal(fixture.forwarder.pit.size, 0, 'the other is gone')
})

t.test('who answers twice is measured once', async (t) => {
  const { fixture, observer, consumer, fast, slow } = scene()
  consumer.interest('/a/1')
  fast.data('/a/1')
  fixture.now += 10
  fast.data('/a/1')
  t.same(observer.answers, [{ face: fast.id, rtt: 0 }])
  slow.data('/a/1')
  slow.data('/a/1')
  t.same(observer.answers.slice(1), [{ face: slow.id, rtt: 10 }])
  t.equal(fast.drops('straggler'), 1)
  t.equal(slow.drops('straggler'), 2)
})

t.test('a new Interest for the name of one that is only kept for stragglers starts afresh', async (t) => {
  const { fixture, consumer, fast, slow } = scene()
  consumer.interest('/a/1', { nonce: 1 })
  fast.data('/a/1')
  consumer.take()
  for (const face of [fast, slow]) face.take()
  consumer.interest('/a/1', { nonce: 2 })
  t.equal(fast.takeInterest().nonce, 2)
  t.equal(slow.takeInterest().nonce, 2)
  t.equal(fixture.forwarder.pit.size, 1)
  t.equal(consumer.counters.aggregated + consumer.counters.suppressed + consumer.counters.expired, 0)
  slow.data('/a/1')
  t.equal(consumer.take().length, 1, 'and the straggler of the first answers it')
  t.equal(slow.drops('straggler'), 0)
  const other = fixture.face()
  other.interest('/a/1', { nonce: 1 })
  t.equal(other.takeNack().reason, NackReason.Duplicate, 'the nonce of the first is not forgotten')
})

t.test('a Nack for an Interest that is only kept for stragglers is nobody’s concern', async (t) => {
  const { fixture, consumer, fast, slow } = scene()
  consumer.interest('/a/1')
  fast.data('/a/1')
  consumer.take()
  slow.nack(slow.takeInterest(), NackReason.NoRoute)
  t.same(consumer.take(), [])
  fixture.forwarder.removeFace(slow.id)
  t.same(consumer.take(), [])
  fixture.wait(STRAGGLER_MS + SLOT_MS)
  t.equal(fixture.forwarder.pit.size, 0)
})

t.test('a strategy that rejects, or sends, what is over already does no harm', async (t) => {
  const { fixture, observer, consumer, fast, slow } = scene()
  const meddle = (interest: PendingInterest): void => {
    interest.reject(NackReason.NoRoute)
    interest.send(slow.id)
  }
  observer.beforeSatisfyInterest = meddle
  observer.beforeExpireInterest = meddle
  for (let i = 0; i < 100; i++) consumer.interest(`/a/${i}`, { lifetime: 20 })
  for (let i = 0; i < 50; i++) fast.data(`/a/${i}`)
  slow.take()
  fixture.wait(500)
  t.same(slow.take(), [])
  t.equal(consumer.counters.dataOut, 50)
  t.equal(consumer.counters.expired, 50)
  t.equal(consumer.counters.nacksOut, 0)
  t.equal(fixture.forwarder.pit.size, 0)
  t.equal(fixture.forwarder.pit.bytes, 0)
  for (let i = 0; i < 100; i++) consumer.interest(`/b/${i}`)
  t.equal(fixture.forwarder.pit.entries().length, fixture.forwarder.pit.size)
})
