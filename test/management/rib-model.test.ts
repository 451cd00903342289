import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type FibSink, type NextHop, Rib, type Route, RouteFlag } from '../../src/management/index.ts'
import { Name } from '../../src/packet/index.ts'
import { holds } from '../packet/holds.ts'

type Routes = Map<string, Route[]>
type Hops = Map<string, NextHop[]>

/** The next hops that follow from all routes, by the rules as they are written (NFD wiki, RibMgmt). */
function naiveHops(routes: Routes): Hops {
  const all: Hops = new Map()
  for (const [prefix, own] of routes) {
    const hops = new Map<number, number>()
    const add = (route: Route, isFree: (face: number) => boolean): void => {
      if (isFree(route.face))
        hops.set(route.face, Math.min(hops.get(route.face) ?? Number.POSITIVE_INFINITY, route.cost))
    }
    for (const route of own) add(route, () => true)
    let isCaptured = own.some(({ flags }) => (flags & RouteFlag.Capture) > 0)
    for (let length = Name.parse(prefix).length - 1; length >= 0 && !isCaptured; length--) {
      const ofAncestor = routes.get(Name.parse(prefix).slice(0, length).toString()) ?? []
      const nearer = new Set(hops.keys())
      for (const route of ofAncestor)
        if ((route.flags & RouteFlag.ChildInherit) > 0) add(route, (face) => !nearer.has(face))
      isCaptured = ofAncestor.some(({ flags }) => (flags & RouteFlag.Capture) > 0)
    }
    const list = [...hops].map(([face, cost]) => ({ face, cost }))
    all.set(
      prefix,
      list.toSorted((a, b) => a.cost - b.cost || a.face - b.face),
    )
  }
  return all
}

/** A FIB with room for so many prefixes and next hops. */
class ModelFib implements FibSink {
  readonly hops: Hops = new Map()
  readonly #maxPrefixes: number
  readonly #maxHops: number

  constructor(maxPrefixes: number, maxHops = Number.POSITIVE_INFINITY) {
    this.#maxPrefixes = maxPrefixes
    this.#maxHops = maxHops
  }

  setNextHops(prefix: Name, hops: readonly NextHop[]): boolean {
    const key = prefix.toString()
    if (hops.length === 0) {
      assert.ok(this.hops.delete(key), 'only what is there is removed')
      return true
    }
    const others = total(this.hops) - (this.hops.get(key)?.length ?? 0)
    if (others + hops.length > this.#maxHops) return false
    if (!this.hops.has(key) && this.hops.size >= this.#maxPrefixes) return false
    assert.notDeepEqual(this.hops.get(key), hops, 'only what changes is told')
    this.hops.set(key, [...hops])
    return true
  }
}

const total = (hops: Hops): number => [...hops.values()].reduce((sum, { length }) => sum + length, 0)

const sorted = <T>(map: Map<string, T>): [string, T][] => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))

const prefix = fc
  .array(fc.constantFrom('a', 'b'), { maxLength: 4 })
  .map((parts) => Name.parse(`/${parts.join('/')}`))
const route = fc.record(
  {
    face: fc.integer({ min: 1, max: 3 }),
    origin: fc.constantFrom(0, 129, 255),
    cost: fc.nat(3),
    flags: fc.nat(3),
    expiresAt: fc.nat(20),
  },
  { requiredKeys: ['face', 'origin', 'cost', 'flags'], noNullPrototype: true },
)
const register = fc.record({ kind: fc.constant('register' as const), prefix, route })
const operation = fc.oneof(
  { weight: 5, arbitrary: register },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('unregister' as const),
      prefix,
      face: fc.integer({ min: 1, max: 3 }),
      origin: fc.constantFrom(0, 129, 255),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('face' as const), face: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const), now: fc.nat(20) }) },
)

/** The model's routes without those that are not to stay. */
function without(routes: Routes, isGone: (route: Route, prefix: string) => boolean): Routes {
  return new Map(
    [...routes]
      .map(([key, list]): [string, Route[]] => [key, list.filter((route) => !isGone(route, key))])
      .filter(([, list]) => list.length > 0),
  )
}

const count = (routes: Routes): number => [...routes.values()].reduce((sum, { length }) => sum + length, 0)

function withRoute(routes: Routes, name: Name, added: Route): Routes {
  const key = name.toString()
  const list = (routes.get(key) ?? []).filter(
    ({ face, origin }) => face !== added.face || origin !== added.origin,
  )
  return new Map(routes).set(key, [...list, added])
}

/** What the RIB has, in the model's terms. */
function contents(rib: Rib): [string, string[]][] {
  return sorted(
    new Map([...rib.entries()].map((entry) => [entry.prefix.toString(), entry.routes.map(text).toSorted()])),
  )
}

const text = ({ face, origin, cost, flags, expiresAt = Number.POSITIVE_INFINITY }: Route): string =>
  [face, origin, cost, flags, expiresAt].join()

const MAX_ROUTES = 12
const MAX_PREFIXES = 7

holds(
  'the next hops are those that follow from the routes, whatever comes and goes',
  fc.array(operation, { maxLength: 40 }),
  (operations) => {
    const fib = new ModelFib(MAX_PREFIXES)
    const rib = new Rib(fib, MAX_ROUTES)
    let routes: Routes = new Map()
    for (const step of operations) {
      const before = routes
      switch (step.kind) {
        case 'register': {
          const after = withRoute(routes, step.prefix, step.route)
          const isFull = count(after) > MAX_ROUTES || after.size > MAX_PREFIXES
          assert.equal(rib.register(step.prefix, step.route), isFull ? 'full' : 'ok')
          if (!isFull) routes = after
          break
        }
        case 'unregister': {
          const key = step.prefix.toString()
          routes = without(
            routes,
            (known, at) => at === key && known.face === step.face && known.origin === step.origin,
          )
          const had = rib.find(step.prefix, step.face, step.origin) !== undefined
          assert.equal(had, count(routes) < count(before))
          assert.equal(rib.unregister(step.prefix, step.face, step.origin), had)
          break
        }
        case 'face':
          routes = without(routes, ({ face }) => face === step.face)
          assert.equal(rib.removeFace(step.face), count(before) - count(routes))
          break
        case 'expire':
          routes = without(routes, ({ expiresAt = Number.POSITIVE_INFINITY }) => expiresAt <= step.now)
          assert.equal(rib.expire(step.now), count(before) - count(routes))
          break
      }
      assert.equal(rib.size, count(routes))
      assert.deepEqual(sorted(fib.hops), sorted(naiveHops(routes)))
      assert.deepEqual(
        contents(rib),
        sorted(new Map([...routes].map(([key, list]) => [key, list.map(text).toSorted()]))),
      )
      const times = [...routes.values()].flat().flatMap(({ expiresAt = [] }) => expiresAt)
      assert.equal(rib.nextExpiry, times.length === 0 ? undefined : Math.min(...times))
    }
  },
)

holds(
  'a registration for which the FIB has no room half-way changes nothing',
  fc.tuple(fc.array(register, { maxLength: 40 }), fc.integer({ min: 1, max: 15 })),
  ([operations, maxHops]) => {
    const fib = new ModelFib(100, maxHops)
    const rib = new Rib(fib)
    let routes: Routes = new Map()
    for (const { prefix, route } of operations) {
      const after = withRoute(routes, prefix, route)
      if (rib.register(prefix, route) === 'ok') routes = after
      // What captures may take from some what others would need first.
      else assert.ok(total(naiveHops(after)) > maxHops || total(naiveHops(routes)) + 3 > maxHops)
      assert.deepEqual(sorted(fib.hops), sorted(naiveHops(routes)))
      assert.equal(rib.size, count(routes))
    }
  },
)
