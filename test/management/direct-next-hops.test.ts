import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { DirectNextHops, type NextHop } from '../../src/management/index.ts'
import { Name } from '../../src/packet/index.ts'
import { holds } from '../packet/holds.ts'
import { FakeFib } from './fakes.ts'

const prefix = fc.constantFrom('/', '/a', '/b').map(Name.parse)
const face = fc.integer({ min: 1, max: 4 })
const cost = fc.nat(5)
const hops = fc
  .uniqueArray(fc.record({ face, cost }, { noNullPrototype: true }), {
    selector: (hop) => hop.face,
    maxLength: 3,
  })
  .map((list) => list.toSorted((a, b) => a.cost - b.cost || a.face - b.face))
const operation = fc.oneof(
  fc.record({ kind: fc.constant('rib' as const), prefix, hops }),
  fc.record({ kind: fc.constant('add' as const), prefix, face, cost }),
  fc.record({ kind: fc.constant('remove' as const), prefix, face }),
  fc.record({ kind: fc.constant('face' as const), face }),
)
const MAX_DIRECT = 3
const MAX_PREFIXES = 2

holds(
  'the FIB has the next hops of both, whatever comes and goes',
  fc.array(operation, { maxLength: 30 }),
  (operations) => {
    const fib = new FakeFib()
    fib.maxPrefixes = MAX_PREFIXES
    const direct = new DirectNextHops(fib, MAX_DIRECT)
    let fromRib = new Map<string, readonly NextHop[]>()
    let byHand = new Map<string, Map<number, number>>()
    const expected = (rib: typeof fromRib, hand: typeof byHand): Map<string, string> => {
      const all = new Map<string, string>()
      for (const key of new Set([...rib.keys(), ...hand.keys()])) {
        const costs = new Map([
          ...(rib.get(key) ?? []).map((hop) => [hop.face, hop.cost] as const),
          ...(hand.get(key) ?? []),
        ])
        const list = [...costs].toSorted(([a, x], [b, y]) => x - y || a - b)
        if (list.length > 0) all.set(key, list.map(([id, price]) => `${id}@${price}`).join(' '))
      }
      return all
    }
    const count = (): number => [...byHand.values()].reduce((sum, { size }) => sum + size, 0)
    for (const step of operations) {
      switch (step.kind) {
        case 'rib': {
          const next = new Map(fromRib).set(step.prefix.toString(), step.hops)
          const hasRoom = expected(next, byHand).size <= MAX_PREFIXES
          // The RIB removes only what it has given.
          if (step.hops.length === 0 && (fromRib.get(step.prefix.toString()) ?? []).length === 0) break
          const isTold = direct.setNextHops(step.prefix, step.hops)
          assert.equal(isTold, hasRoom)
          if (hasRoom) fromRib = next
          break
        }
        case 'add': {
          const key = step.prefix.toString()
          const next = new Map(byHand).set(key, new Map(byHand.get(key)).set(step.face, step.cost))
          const isNew = byHand.get(key)?.has(step.face) !== true
          const hasRoom = expected(fromRib, next).size <= MAX_PREFIXES && (!isNew || count() < MAX_DIRECT)
          assert.equal(direct.addNextHop(step.prefix, step.face, step.cost), hasRoom ? 'ok' : 'full')
          if (hasRoom) byHand = next
          break
        }
        case 'remove':
          direct.removeNextHop(step.prefix, step.face)
          byHand.get(step.prefix.toString())?.delete(step.face)
          break
        case 'face':
          direct.removeFace(step.face)
          for (const costs of byHand.values()) costs.delete(step.face)
          break
      }
      const told = new Map(
        [...fib.byPrefix.values()].map(({ prefix, hops: list }) => [
          prefix.toString(),
          list.map((hop) => `${hop.face}@${hop.cost}`).join(' '),
        ]),
      )
      assert.deepEqual([...told].toSorted(), [...expected(fromRib, byHand)].toSorted())
      assert.equal(direct.size, count())
    }
  },
)

t.test('of two next hops over one face that which was added by hand counts', async (t) => {
  const fib = new FakeFib()
  const direct = new DirectNextHops(fib)
  direct.setNextHops(Name.parse('/a'), [{ face: 1, cost: 2 }])
  direct.addNextHop(Name.parse('/a'), 1, 9)
  t.same(fib.text, ['/a 1@9'])
  direct.removeNextHop(Name.parse('/a'), 1)
  t.same(fib.text, ['/a 1@2'])
})
