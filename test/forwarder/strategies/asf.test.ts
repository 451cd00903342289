import t from 'tap'
import { Asf, DEFAULT_PROBING_INTERVAL_MS } from '../../../src/forwarder/strategies/asf.ts'
import {
  MAX_MEASURED_PREFIXES,
  MEASUREMENT_LIFETIME_MS,
  Measurements,
} from '../../../src/forwarder/strategies/asf-measurements.ts'
import { NackReason } from '../../../src/packet/index.ts'
import { Network, seeded } from './network.ts'

const { NoRoute } = NackReason

/** No probe within the first five seconds, nearly. */
const late = (): number => 0.999

let serial = 0

/** Asks for a new name; those that are asked answer after their delays (undefined: not at all). Returns who was asked. */
function ask(network: Network, delays: readonly (number | undefined)[]): number[] {
  const uri = `/a/${serial++}`
  network.consumer.interest(uri, { lifetime: 1000 })
  const asked = network.asked()
  const end = network.now + 1000
  const answers = asked
    .flatMap((hop) => (delays[hop] === undefined ? [] : [{ hop, delay: delays[hop] }]))
    .sort((a, b) => a.delay - b.delay)
  const start = network.now
  for (const { hop, delay } of answers) {
    network.wait(start + delay - network.now)
    network.hop(hop).data(uri)
  }
  if (answers.length === 0) network.wait(end - network.now)
  network.consumer.take()
  return asked
}

/** Probes become due until each next hop is measured. */
function measureAll(network: Network, delays: readonly number[]): void {
  for (let i = 0; i < 2 * delays.length; i++) {
    ask(network, delays)
    network.wait(DEFAULT_PROBING_INTERVAL_MS, 1000)
  }
}

t.test('the next hop with the shortest smoothed round-trip time is asked', async (t) => {
  const network = new Network(new Asf({ random: late }), 3)
  measureAll(network, [50, 20, 80])
  ask(network, [50, 20, 80])
  t.same(ask(network, [50, 20, 80]), [1])
  for (let i = 0; i < 40; i++) ask(network, [50, 90, 80])
  t.same(ask(network, [50, 90, 80]), [0], 'it follows changes')
})

t.test('nothing measured: the cheapest is asked', async (t) => {
  const network = new Network(new Asf({ random: late }), 3, (hop) => 10 - hop)
  t.same(ask(network, [9, 9, 9]), [2])
})

t.test(
  'a next hop that is not measured ranks behind those that answer, and before those that do not',
  async (t) => {
    const network = new Network(new Asf({ random: late, maxTimeouts: 1 }), 2)
    t.same(ask(network, [90, 1]), [0])
    t.same(ask(network, [90, 1]), [0], 'which answers, if slowly')
    ask(network, [undefined, 1])
    t.same(ask(network, [90, 1]), [1])
  },
)

t.test('the first probe goes out within five seconds, at a random moment', async (t) => {
  for (const [number, wait] of [
    [0, 0],
    [0.5, 2500],
  ] as const) {
    const network = new Network(new Asf({ random: () => number }), 2)
    if (wait > 0) {
      t.same(ask(network, [0, 0]), [0])
      network.wait(wait - 1)
      t.same(ask(network, [0, 0]), [0], `not before ${wait} ms`)
      network.wait(1)
    }
    t.same(ask(network, [0, 0]), [0, 1])
  }
})

t.test('probes go out every 60 s, or as often as is set', async (t) => {
  for (const [probingIntervalMs, interval] of [
    [undefined, 60_000],
    [1500, 1500],
  ] as const) {
    const network = new Network(new Asf({ random: () => 0, probingIntervalMs }), 2)
    t.equal(ask(network, [0, 0]).length, 2)
    network.wait(interval - 1, 100)
    t.equal(ask(network, [0, 0]).length, 1)
    network.wait(1)
    t.equal(ask(network, [0, 0]).length, 2)
  }
})

t.test('a probe has a nonce of its own', async (t) => {
  const network = new Network(new Asf({ random: () => 0 }), 2)
  network.consumer.interest('/a/1', { nonce: 7 })
  t.equal(network.hop(0).takeInterest().nonce, 7)
  t.not(network.hop(1).takeInterest().nonce, 7)
})

t.test('the answer to a probe is measured even when another has answered first', async (t) => {
  const network = new Network(new Asf({ random: () => 0 }), 2)
  ask(network, [10, 30])
  for (let i = 0; i < 30; i++) ask(network, [90, 30])
  t.same(ask(network, [90, 30]), [1], 'the next hop was found to be faster')
})

t.test('what is not measured is probed first; then the better ranked the likelier', async (t) => {
  const network = new Network(new Asf({ random: seeded(5), probingIntervalMs: 1000 }), 4)
  const counts = [0, 0, 0, 0]
  const order: number[] = []
  for (let i = 0; i < 600; i++) {
    const asked = ask(network, [1, 10, 20, 40])
    for (const hop of asked) if (hop !== 0) order.push(hop)
    network.wait(1000, 500)
  }
  t.same(order.slice(0, 3), [1, 2, 3])
  for (const hop of order) counts[hop] = (counts[hop] as number) + 1
  const [, first = 0, second = 0, third = 0] = counts
  t.ok(first > second && second > third && third > 50, `${counts}`)
})

t.test('a next hop is taken for dead after three time-outs in a row, or as many as are set', async (t) => {
  for (const [maxTimeouts, count] of [
    [undefined, 3],
    [2, 2],
  ] as const) {
    const network = new Network(new Asf({ random: late, maxTimeouts }), 2)
    ask(network, [10, 10])
    for (let i = 0; i < count; i++) t.same(ask(network, [undefined, 10]), [0], `time-out ${i}`)
    t.same(ask(network, [undefined, 10]), [1])
  }
})

t.test('time-outs that are not in a row do not count', async (t) => {
  const network = new Network(new Asf({ random: late }), 2)
  for (let i = 0; i < 5; i++) {
    ask(network, [undefined, 10])
    ask(network, [undefined, 10])
    t.same(ask(network, [10, 10]), [0])
  }
})

t.test('a time-out does not count if something that was sent later is answered', async (t) => {
  const network = new Network(new Asf({ random: late, maxTimeouts: 1 }), 2)
  network.consumer.interest('/a/lost')
  network.now += 1
  ask(network, [10, 10])
  network.wait(5000)
  t.same(ask(network, [10, 10]).includes(0), true)
})

t.test('a late answer brings a next hop back', async (t) => {
  const network = new Network(new Asf({ random: late, maxTimeouts: 1 }), 2)
  network.consumer.interest('/a/slow', { lifetime: 10_000 })
  network.asked()
  network.wait(1500)
  t.same(ask(network, [10, 10]), [1])
  network.hop(0).data('/a/slow')
  for (let i = 0; i < 80; i++) ask(network, [10, 900])
  t.same(ask(network, [10, 900]), [1], 'slower than the other, it is not asked but by probes')
})

t.test('a Nack makes a next hop the last choice, and the next best is asked at once', async (t) => {
  const network = new Network(new Asf({ random: late }), 3)
  measureAll(network, [10, 50, 20])
  ask(network, [10, 50, 20])
  network.consumer.interest('/a/nacked')
  network.hop(0).nack(network.hop(0).takeInterest(), NoRoute)
  t.same(network.asked(), [2], 'the next best, and not the next cheapest')
  network.hop(2).data('/a/nacked')
  network.consumer.take()
  t.same(ask(network, [10, 50, 20]), [2])
})

t.test('who asks gets a Nack when all next hops have sent one', async (t) => {
  for (const count of [1, 2]) {
    const network = new Network(new Asf({ random: late }), count)
    network.consumer.interest('/a/1')
    for (const hop of network.hops) hop.nack(hop.takeInterest(), NoRoute)
    t.equal(network.consumer.takeNack().reason, NoRoute)
  }
})

t.test('with no next hop there is a Nack of NoRoute', async (t) => {
  const network = new Network(new Asf(), 0)
  network.consumer.interest('/a/1')
  t.equal(network.consumer.takeNack().reason, NoRoute)
})

t.test(
  'an Interest that is sent again goes to one that has not got it, then to the one that got it longest ago',
  async (t) => {
    const network = new Network(new Asf({ random: late }), 3)
    const again = (): number[] => {
      network.consumer.interest('/a/1', { lifetime: 10_000 })
      return network.asked()
    }
    t.same(again(), [0])
    network.now += 1
    t.same(again(), [1])
    network.now += 1
    t.same(again(), [2])
    network.now += 7
    t.same(again(), [], 'the first one got it 9 ms ago')
    t.equal(network.consumer.counters.suppressed, 1)
    network.now += 1
    t.same(again(), [0])
    network.now += 1
    t.same(again(), [1])
  },
)

t.test(
  'with one next hop nothing is measured, and Interests that are sent again too soon are suppressed',
  async (t) => {
    const network = new Network(new Asf({ random: () => t.fail('drawn') as never }), 1)
    network.consumer.interest('/a/1')
    t.same(network.asked(), [0])
    network.now += 9
    network.consumer.interest('/a/1')
    t.same(network.asked(), [])
    network.hop(0).data('/a/1')
    t.equal(network.consumer.take().length, 1)
  },
)

t.test('what was measured holds for the FIB prefix only', async (t) => {
  const network = new Network(new Asf({ random: late, maxTimeouts: 1 }), 2)
  for (const [i, hop] of network.hops.entries()) network.route('/a/b', hop, i)
  ask(network, [undefined, 1])
  t.same(ask(network, [1, 1]), [1])
  network.consumer.interest('/a/b/1')
  t.same(network.asked(), [0])
})

t.test(
  'the next hops of a face that is gone are forgotten, and what it was asked is asked elsewhere',
  async (t) => {
    const network = new Network(new Asf({ random: late }), 2)
    network.consumer.interest('/a/1')
    t.same(network.asked(), [0])
    network.forwarder.removeFace(network.hop(0).id)
    t.same(network.asked(), [1])
  },
)

t.test('what was measured of a face goes with it', async (t) => {
  const measurements = new Measurements(late)
  measurements.of('prefix', 0).of(1, 0)
  measurements.removeFace(1)
  t.equal(measurements.get('prefix', 0)?.get(1, 0), undefined)
})

t.test('what was measured five minutes ago is forgotten', async (t) => {
  const network = new Network(new Asf({ random: late, maxTimeouts: 1 }), 2)
  ask(network, [undefined, 10])
  t.same(ask(network, [10, 10]), [1])
  network.wait(MEASUREMENT_LIFETIME_MS, 1000)
  network.wait(1)
  t.same(ask(network, [10, 10]), [0])
})

t.test('the prefix that was not used for longest is forgotten when there are too many', async (t) => {
  const measurements = new Measurements(late)
  const first = measurements.of('first', 0)
  measurements.of('second', 0)
  t.equal(measurements.of('first', 0), first)
  for (let i = 2; i < MAX_MEASURED_PREFIXES; i++) measurements.of(`${i}`, 0)
  t.ok(measurements.get('second', 0))
  measurements.of('one more', 0)
  t.equal(measurements.size, MAX_MEASURED_PREFIXES)
  t.equal(measurements.get('second', 0), undefined)
  t.equal(measurements.get('first', 0), first)
})
