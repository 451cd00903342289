import t from 'tap'
import { type NextHop, Rib, RouteFlag, RouteOrigin } from '../../src/management/index.ts'
import { Component, Name } from '../../src/packet/index.ts'

const { ChildInherit, Capture } = RouteFlag
const { App, Static, PrefixAnn } = RouteOrigin

/** A RIB over a FIB without bounds, and what that was told. */
function makeRib(maxRoutes?: number) {
  const hops = new Map<string, string>()
  const told: string[] = []
  let room = Number.POSITIVE_INFINITY
  const rib = new Rib(
    {
      setNextHops(prefix, next: readonly NextHop[]) {
        const key = prefix.toString()
        if (next.length > 0 && next.length > (hops.get(key)?.split(' ').length ?? 0) && room-- <= 0)
          return false
        told.push(key)
        if (next.length === 0) hops.delete(key)
        else hops.set(key, next.map(({ face, cost }) => `${face}@${cost}`).join(' '))
        return true
      },
    },
    maxRoutes,
  )
  const register = (
    prefix: string,
    face: number,
    flags = 0,
    { cost = 0, origin = App as number, expiresAt = undefined as number | undefined } = {},
  ) => rib.register(Name.parse(prefix), { face, origin, cost, flags, expiresAt })
  const unregister = (prefix: string, face: number, origin: number = App) =>
    rib.unregister(Name.parse(prefix), face, origin)
  const setRoom = (value: number): void => {
    room = value
  }
  return { rib, hops, told, register, unregister, setRoom }
}

// The example of NFD's wiki (RibMgmt, "Route inheritance").
t.test('a route that is inherited serves longer prefixes, up to one that captures', async (t) => {
  const { hops, register } = makeRib()
  register('/D', 6)
  register('/A/B/C', 4, ChildInherit)
  register('/', 1, ChildInherit)
  register('/', 2)
  register('/A', 3, ChildInherit)
  register('/D', 5, ChildInherit | Capture)
  t.equal(hops.get('/'), '1@0 2@0')
  t.equal(hops.get('/A'), '1@0 3@0')
  t.equal(hops.get('/A/B/C'), '1@0 3@0 4@0')
  t.equal(hops.get('/D'), '5@0 6@0')
})

t.test(
  'a route of its own counts before one that is inherited over the same face, even if dearer',
  async (t) => {
    const { hops, register, unregister } = makeRib()
    register('/A', 1, ChildInherit, { cost: 1 })
    register('/A/B', 1, 0, { cost: 9 })
    register('/A/B/C', 2)
    t.equal(hops.get('/A/B'), '1@9')
    t.equal(hops.get('/A/B/C'), '2@0 1@1', 'what is not passed on does not hide what is above it')
    unregister('/A/B', 1)
    t.notOk(hops.has('/A/B'))
  },
)

t.test('the nearest of several above counts', async (t) => {
  const { hops, register, unregister } = makeRib()
  register('/', 1, ChildInherit, { cost: 1 })
  register('/A', 1, ChildInherit, { cost: 5 })
  register('/A/B', 2)
  t.equal(hops.get('/A/B'), '2@0 1@5')
  unregister('/A', 1)
  t.equal(hops.get('/A/B'), '2@0 1@1')
})

t.test('of several origins over one face the cheapest counts, and each is kept for itself', async (t) => {
  const { rib, hops, register, unregister } = makeRib()
  register('/A', 1, 0, { cost: 5, origin: App })
  register('/A', 1, 0, { cost: 3, origin: Static })
  register('/A', 1, 0, { cost: 4, origin: PrefixAnn })
  t.equal(rib.size, 3)
  t.equal(hops.get('/A'), '1@3')
  unregister('/A', 1, Static)
  t.equal(hops.get('/A'), '1@4')
  t.notOk(unregister('/A', 1, Static), 'is gone')
  unregister('/A', 1, PrefixAnn)
  t.equal(hops.get('/A'), '1@5')
})

t.test('registered again a route has its new cost, flags and end', async (t) => {
  const { rib, hops, register } = makeRib()
  register('/A', 1, ChildInherit, { cost: 5, expiresAt: 10 })
  register('/A/B', 2)
  register('/A', 1, 0, { cost: 6, expiresAt: 20 })
  t.equal(rib.size, 2)
  t.equal(hops.get('/A'), '1@6')
  t.equal(hops.get('/A/B'), '2@0')
  t.equal(rib.expire(19), 0)
  t.equal(rib.expire(20), 1)
  t.notOk(hops.has('/A'))
})

t.test('a route without end outlasts any time', async (t) => {
  const { rib, register } = makeRib()
  register('/A', 1, 0, { expiresAt: 10 })
  register('/A', 1)
  t.equal(rib.nextExpiry, undefined)
  t.equal(rib.expire(Number.MAX_SAFE_INTEGER), 0)
})

t.test('the routes of a face that is gone go, and what they hid comes back', async (t) => {
  const { rib, hops, register } = makeRib()
  register('/', 1, ChildInherit)
  register('/A', 2, Capture)
  register('/A', 3)
  t.equal(hops.get('/A'), '2@0 3@0')
  t.equal(rib.removeFace(2), 1)
  t.equal(hops.get('/A'), '1@0 3@0')
  t.equal(rib.removeFace(2), 0)
})

t.test('a RIB that is full refuses a route, but takes a new cost for an old one', async (t) => {
  const { rib, hops, register, unregister } = makeRib(2)
  t.equal(register('/A', 1), 'ok')
  t.equal(register('/B', 1), 'ok')
  t.equal(register('/C', 1), 'full')
  t.equal(register('/A', 1, 0, { origin: Static }), 'full')
  t.equal(register('/A', 1, 0, { cost: 7 }), 'ok')
  t.equal(hops.get('/A'), '1@7')
  t.equal(rib.size, 2)
  unregister('/B', 1)
  t.equal(register('/C', 1), 'ok')
})

t.test('a route goes even if the FIB has no room for what it hid', async (t) => {
  const { rib, hops, register, unregister, setRoom } = makeRib()
  register('/', 1, ChildInherit)
  register('/', 4, ChildInherit)
  register('/A', 2, Capture)
  register('/A', 3)
  register('/A', 5)
  setRoom(0)
  t.ok(unregister('/A', 2))
  t.equal(hops.get('/A'), '3@0 5@0')
  t.equal(rib.size, 4)
})

t.test('a change of one route among a hundred thousand tells the FIB of that and no more', async (t) => {
  const { rib, told } = makeRib()
  const names = Array.from({ length: 100_000 }, (_, i) =>
    Name.parse(`/site/${i % 300}`).append(Component.generic(`item-${i}`)),
  )
  const route = { face: 1, origin: App, cost: 0, flags: ChildInherit }
  for (const name of names) rib.register(name, route)
  t.equal(rib.size, 100_000)
  t.equal(told.length, 100_000)
  told.length = 0
  // A RIB that looked at all of them each time would not be done before the test's time is over.
  for (const name of names) rib.register(name, { ...route, cost: 1 })
  t.equal(told.length, 100_000)
  told.length = 0
  rib.register(Name.parse('/site'), { ...route, face: 2, flags: 0 })
  t.same(told, ['/site'])
  told.length = 0
  rib.register(Name.parse('/site/7'), { ...route, face: 2 })
  t.equal(told.length, 335, 'the 334 below, and its own')
  for (const name of names) rib.unregister(name, 1, App)
  t.equal(rib.size, 2)
})
