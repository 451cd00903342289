import t, { type Test } from 'tap'
import { type Face, listen } from '../../src/face/index.ts'
import { Forwarder } from '../../src/forwarder/index.ts'
import { RouteOrigin } from '../../src/management/index.ts'
import { Name } from '../../src/packet/index.ts'
import type { NodeConfig } from '../../src/router/index.ts'
import { Links } from '../../src/router/links.ts'
import { Routing } from '../../src/router/routing.ts'
import { StaticRoutes } from '../../src/router/static-routes.ts'

type Route = NodeConfig['routes'][number]

interface RoutesUnderTest {
  readonly routes: StaticRoutes
  readonly links: Links
  readonly log: string[]
  /** `/prefix cost[flags]`, of the RIB, in order. */
  rib(): string[]
  /** Resolves when the RIB is like that. */
  becomes(...expected: string[]): Promise<void>
}

function makeRoutes(t: Test, linger?: number): RoutesUnderTest {
  const log: string[] = []
  const forwarder = new Forwarder({ clock: () => performance.now() })
  const routing = new Routing(forwarder.fib, { ribRoutes: 100, directNextHops: 100 })
  const links: Links = new Links({
    forwarder,
    maxFaces: 1,
    faceOptions: { timeout: 1000 },
    onActivity: () => {},
    onEvent: (event, link) => {
      if (event === 'destroyed') routing.removeFace(link.id)
      routes.onEvent(event, link)
    },
    log: () => {},
  })
  const routes = new StaticRoutes({
    links,
    routing,
    supervision: { firstRetry: 1, maxRetry: 4 },
    origin: RouteOrigin.Static,
    linger,
    log: (_level, line) => log.push(line),
  })
  t.teardown(async () => {
    routes.close()
    await links.close()
  })
  const rib = (): string[] =>
    [...routing.rib.entries()]
      .flatMap(({ prefix, routes }) => routes.map(({ cost, flags }) => `${prefix} ${cost}[${flags}]`))
      .sort()
  const becomes = async (...expected: string[]): Promise<void> => {
    while (rib().join() !== expected.join()) await new Promise(setImmediate)
  }
  return { routes, links, log, rib, becomes }
}

/** Another router; its faces are those that came. */
async function makePeer(t: Test, address = 'tcp://127.0.0.1:0') {
  const faces: Face[] = []
  const listener = await listen(address, (face) => {
    faces.push(face)
    face.start({ onPacket: () => {}, onClose: () => {} })
  })
  const close = async (): Promise<void> => {
    await listener.close()
    for (const face of faces) face.close()
  }
  t.teardown(close)
  return { address: listener.address, faces, close }
}

const route = (prefix: string, to: string, more: Partial<Route> = {}): Route => ({
  prefix: Name.parse(prefix),
  to,
  cost: 10,
  persistency: 'permanent',
  childInherit: false,
  capture: false,
  ...more,
})

t.test('routes to one router share a face, and have the flags that are said', async (t) => {
  const { routes, links, rib } = makeRoutes(t)
  const { address } = await makePeer(t)
  await routes.set([
    route('/a', address),
    route('/b', address, { cost: 3, childInherit: true }),
    route('/c', address, { capture: true, childInherit: true }),
  ])
  t.same(rib(), ['/a 10[0]', '/b 3[1]', '/c 10[3]'])
  t.equal(links.all().size, 1, 'although limits.faces is 1, all are there')
})

t.test('a route is there while its link is', async (t) => {
  const { routes, log, becomes } = makeRoutes(t)
  const peer = await makePeer(t)
  await routes.set([route('/a', peer.address)])
  await becomes('/a 10[0]')
  while (peer.faces.length === 0) await new Promise(setImmediate)
  await peer.close()
  await becomes()
  while (!log.some((line) => /^route \/a: nothing answers .*; tried again in \d ms$/.test(line)))
    await new Promise(setImmediate)
  await makePeer(t, peer.address)
  await becomes('/a 10[0]')
})

t.test('one whose face was closed under it gets another', async (t) => {
  const { routes, links, becomes } = makeRoutes(t)
  const { address } = await makePeer(t)
  await routes.set([route('/a', address)])
  const [first] = links.all().values()
  first?.face.close()
  while (links.find(address) === first) await new Promise(setImmediate)
  await becomes('/a 10[0]')
  t.not(links.find(address), first)
})

t.test('one whose face is given up ends with it', async (t) => {
  const { routes, links, log, becomes } = makeRoutes(t)
  const { address } = await makePeer(t)
  await routes.set([route('/a', address)])
  const link = links.find(address)
  if (link === undefined) throw new Error('no face')
  routes.giveUp(link)
  link.face.close()
  await becomes()
  t.equal(links.all().size, 0)
  t.match(log.at(-1), /^route \/a to .* is given up with face \d+$/)
})

t.test('one that is dropped is a last resort for a while, if so wanted', async (t) => {
  const { routes, links, rib, becomes } = makeRoutes(t, 50)
  const [one, two] = [await makePeer(t), await makePeer(t)]
  await routes.set([route('/a', one.address, { capture: true })])
  await routes.set([route('/a', two.address)])
  t.same(rib(), ['/a 10[0]', `/a ${2 ** 32}[0]`])
  await becomes('/a 10[0]')
  while (links.all().size > 1) await new Promise(setImmediate)
  t.ok(links.find(two.address))
})

t.test('an old route stays until the new one of its prefix has been tried', async (t) => {
  const { routes, rib } = makeRoutes(t)
  const [one, two] = [await makePeer(t), await makePeer(t)]
  await routes.set([route('/a', one.address), route('/b', one.address)])
  const changing = routes.set([route('/a', two.address)])
  t.same(rib(), ['/a 10[0]'], 'and one without heir goes at once')
  await changing
  t.same(rib(), ['/a 10[0]'])
})

t.test('other routes take the place of those that there are', async (t) => {
  const { routes, links, rib } = makeRoutes(t)
  const [one, two] = [await makePeer(t), await makePeer(t)]
  await routes.set([route('/a', one.address), route('/b', two.address)])
  const link = links.find(one.address)
  await routes.set([route('/a', one.address, { cost: 5 }), route('/c', one.address)])
  t.same(rib(), ['/a 5[0]', '/c 10[0]'])
  t.equal(links.find(one.address), link, 'over the face that is there')
  while (links.all().size > 1) await new Promise(setImmediate)
  t.equal(links.find(two.address), undefined, 'a face without routes is closed')
  await routes.set([])
  t.same(rib(), [])
  while (links.all().size > 0) await new Promise(setImmediate)
})

t.test('one that is not permanent is tried until it is there, and ends with its link', async (t) => {
  const { routes, links, log, becomes } = makeRoutes(t)
  const peer = await makePeer(t)
  await peer.close()
  await routes.set([route('/a', peer.address, { persistency: 'persistent' })])
  t.match(log, [/^route \/a: nothing answers .*; tried again in 1 ms$/])
  const again = await makePeer(t, peer.address)
  await becomes('/a 10[0]')
  while (again.faces.length === 0) await new Promise(setImmediate)
  again.faces[0]?.close()
  await becomes()
  t.equal(links.all().size, 0)
})
