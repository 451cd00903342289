import t from 'tap'
import { Forwarder } from '../../src/forwarder/index.ts'
import { RouteFlag, RouteOrigin } from '../../src/management/index.ts'
import { Name } from '../../src/packet/index.ts'
import { Routing } from '../../src/router/routing.ts'

const [CLIENT, OTHER, OWN] = [11, 12, 1]
const LAB = Name.parse('/lab')

function makeRouting(limits: { ribRoutes?: number; directNextHops?: number; maxRoutes?: number } = {}) {
  const { ribRoutes = 100, directNextHops = 100, maxRoutes } = limits
  const { fib } = new Forwarder({ clock: () => 0, maxRoutes })
  const routing = new Routing(fib, { ribRoutes, directNextHops })
  const hops = (name: string): string[] =>
    fib.lookup(Name.parse(name)).map(({ face, cost }) => `${face}@${cost}`)
  return { fib, routing, hops }
}

t.test('no other route has a part in what is the own of the node', async (t) => {
  const { routing, hops } = makeRouting()
  const route = { face: CLIENT, origin: 0, cost: 0, flags: RouteFlag.ChildInherit }
  routing.rib.register(Name.of(), route)
  t.ok(routing.addOwn(Name.parse('/localhost/nfd'), OWN))
  routing.add(LAB, { face: OTHER, origin: RouteOrigin.Static, cost: 5, flags: 0 })
  t.same(hops('/localhost/nfd/rib'), ['1@0'])
  t.same(hops('/lab'), ['11@0', '12@5'], 'others inherit')
})

t.test('what leads to a certificate for a moment comes after what leads there anyhow', async (t) => {
  const { routing, hops, fib } = makeRouting()
  const withdraw = routing.leadTo(LAB, CLIENT)
  t.same(hops('/lab/1'), [`11@${2 ** 32}`])
  const nothing = routing.leadTo(LAB, CLIENT)
  nothing()
  t.same(hops('/lab/1'), [`11@${2 ** 32}`], 'of two commands the first takes it back')
  routing.add(LAB, { face: OTHER, origin: RouteOrigin.Static, cost: 5, flags: 0 })
  t.same(hops('/lab/1'), ['12@5', `11@${2 ** 32}`])
  withdraw()
  withdraw()
  t.same(hops('/lab/1'), ['12@5'])
  t.equal(fib.size, 1)
})

t.test('a face that goes takes its routes with it, whoever made them', async (t) => {
  const { routing, hops, fib } = makeRouting()
  routing.add(LAB, { face: CLIENT, origin: RouteOrigin.Static, cost: 5, flags: 0 })
  routing.rib.register(LAB, { face: CLIENT, origin: 0, cost: 1, flags: 0 })
  routing.direct.addNextHop(LAB, CLIENT, 2)
  routing.direct.addNextHop(LAB, OTHER, 9)
  routing.leadTo(Name.parse('/key'), CLIENT)
  t.same(hops('/lab'), ['11@2', '12@9'])
  routing.removeFace(CLIENT)
  t.same(hops('/lab'), ['12@9'])
  t.equal(routing.rib.size, 0)
  t.equal(fib.size, 1)
})

t.test('its tables are bounded', async (t) => {
  const rib = makeRouting({ ribRoutes: 1 }).routing
  t.ok(rib.add(LAB, { face: CLIENT, origin: RouteOrigin.Static, cost: 1, flags: 0 }))
  t.notOk(rib.add(LAB, { face: OTHER, origin: RouteOrigin.Static, cost: 1, flags: 0 }))
  rib.leadTo(LAB, OTHER)()
  t.equal(rib.rib.size, 1)

  const { routing } = makeRouting({ directNextHops: 1 })
  t.equal(routing.direct.addNextHop(LAB, CLIENT, 1), 'ok')
  t.equal(routing.direct.addNextHop(LAB, OTHER, 1), 'full')

  const full = makeRouting({ maxRoutes: 1 }).routing
  t.ok(full.addOwn(LAB, OWN))
  t.notOk(full.addOwn(Name.parse('/lab/1'), OWN), 'the FIB')
})
