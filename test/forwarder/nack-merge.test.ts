import t from 'tap'
import { StrategyRegistry } from '../../src/forwarder/index.ts'
import { NackReason, Name } from '../../src/packet/index.ts'
import { type FakeFace, Fixture, name, token } from './fixture.ts'

const { Congestion, Duplicate, NoRoute, None } = NackReason

/** A forwarder that asks all next hops at once. */
function scene(hopCount: number): { fixture: Fixture; one: FakeFace; other: FakeFace; hops: FakeFace[] } {
  const fixture = new Fixture()
  const strategy = new StrategyRegistry().findStrategy(Name.parse('/localhost/nfd/strategy/multicast'))
  if (typeof strategy !== 'object' || strategy instanceof Error) throw new Error('there is no multicast')
  fixture.forwarder.strategies.set(name('/'), strategy)
  const [one, other] = [fixture.face(), fixture.face()]
  const hops = Array.from({ length: hopCount }, () => fixture.face())
  for (const hop of hops) fixture.route('/a', hop)
  return { fixture, one, other, hops }
}

/** Every order of some things. */
function orders<T>(things: readonly T[]): T[][] {
  if (things.length < 2) return [[...things]]
  return things.flatMap((first, i) => orders(things.toSpliced(i, 1)).map((rest) => [first, ...rest]))
}

for (const { said, answer } of [
  { said: [Congestion, Duplicate, NoRoute, None], answer: Congestion },
  { said: [Duplicate, NoRoute, None], answer: Duplicate },
  { said: [NoRoute, None], answer: NoRoute },
  { said: [None, None], answer: None },
  // A reason that is not known here, and is as severe as its number says.
  { said: [NoRoute, 120], answer: 120 },
]) {
  t.test(`Nacks of ${said.join(', ')} in any order are merged to one of ${answer}`, async (t) => {
    for (const order of orders(said)) {
      const { fixture, one, other, hops } = scene(order.length)
      one.interest('/a/1', { nonce: 1, pitToken: token('1') })
      other.interest('/a/1', { nonce: 2, pitToken: token('2') })
      for (const [i, hop] of hops.entries()) {
        t.same([...one.take(), ...other.take()], [], 'not before all have said so')
        hop.nack(hop.takeInterest(), order[i] as number)
      }
      for (const [face, nonce] of [
        [one, 1],
        [other, 2],
      ] as const) {
        const { reason, interest, pitToken } = face.takeNack()
        t.same({ reason, nonce: interest.nonce, pitToken }, { reason: answer, nonce, pitToken: `${nonce}` })
      }
      t.equal(fixture.forwarder.pit.size, 0)
    }
  })
}

t.test('one answer is worth more than all Nacks before it', async (t) => {
  const { one, hops } = scene(3)
  one.interest('/a/1')
  for (const hop of hops.slice(0, 2)) hop.nack(hop.takeInterest(), Congestion)
  hops[2]?.data('/a/1')
  t.equal(one.takeData().data.name.toString(), '/a/1')
})

t.test('a next hop that is asked again after its Nack is heard again', async (t) => {
  const { fixture, one, hops } = scene(2)
  const [first, second] = hops as [FakeFace, FakeFace]
  one.interest('/a/1', { nonce: 1 })
  first.nack(first.takeInterest(), Congestion)
  fixture.now += 20
  one.interest('/a/1', { nonce: 2 })
  const again = first.takeInterest()
  t.equal(again.nonce, 2)
  second.take()
  t.same(one.take(), [])
  first.nack(again, NoRoute)
  second.data('/a/1')
  t.equal(one.takeData().data.name.toString(), '/a/1')
})

t.test('a next hop whose face goes counts as one that said NoRoute', async (t) => {
  const { fixture, one, hops } = scene(2)
  const [first, second] = hops as [FakeFace, FakeFace]
  one.interest('/a/1')
  first.nack(first.takeInterest(), None)
  t.same(one.take(), [])
  fixture.forwarder.removeFace(second.id)
  t.equal(one.takeNack().reason, NoRoute)
})
