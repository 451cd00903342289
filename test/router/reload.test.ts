import { createServer, type Server } from 'node:net'
import t, { type Test } from 'tap'
import { registerPrefix } from '../../src/control/index.ts'
import type { Endpoint } from '../../src/endpoint/index.ts'
import { encodeData, type Interest, Name } from '../../src/packet/index.ts'
import { type ConfigSource, loadConfig, type Node } from '../../src/router/index.ts'
import { digestSigner } from '../../src/trust/index.ts'
import { connectTo, homeAddress, Log, publish, startNode } from './fixture.ts'

const ANYWHERE = 'tcp://127.0.0.1:0'
const tcpOf = (node: Node): string => node.addresses[1] as string

/** Gives a node another configuration, in which what is not said is as it is by default. */
async function reload(node: Node, source: ConfigSource): Promise<void> {
  const { name, home } = node.config
  await node.reload(await loadConfig(undefined, { engine: 'process', functions: [], ...source, name, home }))
}

const contentOf = async (asked: ReturnType<Endpoint['express']>): Promise<string> =>
  Buffer.from((await asked).content).toString()

interface Slow {
  /** Resolves with the first Interest. */
  readonly asked: Promise<Interest>
  answer(text: string): void
}

/** A producer that answers when it is told to. */
async function slowProducer(t: Test, node: Node, prefix: string): Promise<Slow> {
  const held: { interest: Interest; pitToken: Uint8Array | undefined }[] = []
  let tell = (_: Interest): void => {}
  const asked = new Promise<Interest>((resolve) => {
    tell = resolve
  })
  const endpoint = await connectTo(t, node, {
    onInterest: (interest, pitToken) => {
      held.push({ interest, pitToken })
      tell(interest)
    },
  })
  await registerPrefix(endpoint, Name.parse(prefix), digestSigner)
  return {
    asked,
    answer: (text) => {
      for (const { interest, pitToken } of held)
        endpoint.answer(
          encodeData({ name: interest.name, content: Buffer.from(text) }, digestSigner),
          pitToken,
        )
    },
  }
}

t.test(
  'an Interest that is pending is answered after a reload that changes all that can be changed',
  async (t) => {
    const cloud = await startNode(t, { listen: [ANYWHERE] })
    const log = new Log()
    const node = await startNode(t, { listen: [ANYWHERE], log })
    const slow = await slowProducer(t, node, '/slow')
    const consumer = await connectTo(t, tcpOf(node))
    const answer = contentOf(consumer.express(Name.parse('/slow/1'), { lifetime: 60_000 }))
    const { name } = await slow.asked
    t.equal(name.toString(), '/slow/1')
    const facesBefore = node.faces().map(({ id }) => id)
    const pending = node.status().pit.entries
    t.ok(pending >= 1)

    await reload(node, {
      listen: ['tcp://localhost:0'],
      multicast: { group: 'udp4://239.255.63.65' },
      routes: [{ prefix: '/cloud', to: tcpOf(cloud) }],
      contentStore: { packets: 1, admit: false, serve: false },
      unsolicited: 'admit-all',
      networkRegion: ['/north'],
      strategies: [
        { prefix: '/slow', strategy: 'multicast' },
        { prefix: '/', strategy: 'asf' },
      ],
      logLevel: 'trace',
    })
    t.equal(
      log.lines.findLast((line) => line.startsWith('reloaded')),
      'reloaded: logLevel, listen, multicast.group, routes, contentStore.packets, contentStore.admit, contentStore.serve, unsolicited, networkRegion, strategies',
    )
    t.equal(node.status().pit.entries, pending, 'no PIT entry is dropped')
    const facesAfter = node.faces().map(({ id }) => id)
    t.same(
      facesBefore.filter((id) => !facesAfter.includes(id)),
      [],
      'no face is closed, also none of those that came in where nobody listens any more',
    )
    slow.answer('late')
    t.equal(await answer, 'late')
    t.equal(node.status().contentStore.packets, 0, 'and what was changed holds')
  },
)

t.test('listeners are opened and closed, and who is connected stays', async (t) => {
  const node = await startNode(t, { listen: [ANYWHERE] })
  const old = tcpOf(node)
  await publish(t, node, '/camera', { text: 'smile' })
  const early = await connectTo(t, old)
  await reload(node, { listen: ['ws://127.0.0.1:0', 'udp4://127.0.0.1:0'] })
  const [home, ws, udp, ...others] = node.addresses
  t.equal(home, homeAddress(node))
  t.match(ws, /^ws:\/\/127\.0\.0\.1:\d+$/)
  t.match(udp, /^udp4:\/\/127\.0\.0\.1:\d+$/)
  t.same(others, [])
  t.same(
    node.config.listen.slice(1).map(({ address }) => address),
    ['ws://127.0.0.1:0', 'udp4://127.0.0.1:0'],
  )
  await t.rejects(connectTo(t, old), { code: 'unreachable' })
  for (const [number, consumer] of [
    early,
    await connectTo(t, ws ?? ''),
    await connectTo(t, udp ?? ''),
  ].entries())
    t.equal(
      await contentOf(consumer.express(Name.parse(`/camera/${number}`), { canBePrefix: true })),
      'smile',
    )
})

t.test('where it cannot listen it says why, and nothing has changed', async (t) => {
  const server = createServer()
  t.teardown(() => server.close())
  const taken = await listening(server)
  const node = await startNode(t, { listen: [ANYWHERE] })
  const before = node.addresses
  const { config } = node
  await t.rejects(
    reload(node, { listen: ['ws://127.0.0.1:0', taken], contentStore: { packets: 5 }, engine: 'docker' }),
    { name: 'FaceError', code: 'address-in-use' },
  )
  t.same(node.addresses, before, 'what it had opened is closed again, what it was to close is open')
  t.equal(node.config, config)
  t.equal(node.status().contentStore.maxPackets, 65_536)
  await reload(node, { contentStore: { packets: 5 } })
  t.equal(node.status().contentStore.maxPackets, 5, 'the next one is not held up')
})

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return `tcp://127.0.0.1:${port}`
}

t.test('routes are added, changed and removed', async (t) => {
  const cloud = await startNode(t, { listen: [ANYWHERE] })
  await publish(t, cloud, '/a', { text: 'from the cloud' })
  const to = tcpOf(cloud)
  const node = await startNode(t)
  const consumer = await connectTo(t, node)
  const routes = () =>
    node
      .routes()
      .flatMap(({ prefix, hops }) => hops.map((hop) => ({ prefix, ...hop })))
      .filter(({ origin }) => origin === 'static')

  await reload(node, { routes: [{ prefix: '/a', to }] })
  const [first] = routes()
  t.match(first, { prefix: '/a', cost: 10, remote: to })
  t.equal(await contentOf(consumer.express(Name.parse('/a/1'), { canBePrefix: true })), 'from the cloud')

  await reload(node, {
    routes: [
      { prefix: '/a', to, cost: 3 },
      { prefix: '/b', to },
    ],
  })
  t.match(
    routes().sort((a, b) => a.cost - b.cost),
    [
      { prefix: '/a', cost: 3, face: first?.face },
      { prefix: '/b', cost: 10, face: first?.face },
    ],
  )
  t.equal(await contentOf(consumer.express(Name.parse('/a/2'), { canBePrefix: true })), 'from the cloud')

  await reload(node, { routes: [{ prefix: '/b', to }] })
  t.match(routes(), [{ prefix: '/b', face: first?.face }])
  await reload(node, {})
  t.same(routes(), [])
  await t.rejects(consumer.express(Name.parse('/a/3')), { code: 'nack' })
})

t.test('a link that no route needs any more is closed when what is pending there is done', async (t) => {
  const cloud = await startNode(t, { listen: [ANYWHERE] })
  const slow = await slowProducer(t, cloud, '/slow')
  const node = await startNode(t, { routes: [{ prefix: '/slow', to: tcpOf(cloud) }] })
  const links = () => node.faces().filter(({ remote }) => remote === tcpOf(cloud))
  const consumer = await connectTo(t, node)
  const answer = contentOf(consumer.express(Name.parse('/slow/1'), { lifetime: 60_000 }))
  await slow.asked
  await reload(node, {})
  await t.rejects(consumer.express(Name.parse('/slow/2')), { code: 'nack' }, 'there is no route any more')
  t.equal(links().length, 1)
  slow.answer('late')
  t.equal(await answer, 'late')
  while (links().length > 0) await new Promise(setImmediate)
  t.same(links(), [])
})

t.test('what cannot change while it runs is named and left', async (t) => {
  const log = new Log()
  const node = await startNode(t, { listen: ['tcp://127.0.0.1:0'], log })
  const before = node.config
  const { name, home } = before
  const after = await loadConfig(undefined, {
    name: 'else',
    home: '/else',
    engine: 'docker',
    functions: ['/x.ts'],
    listen: [{ address: 'tcp://127.0.0.1:0', maxPeers: 3 }],
    faces: { linger: 5, congestion: { enabled: false } },
    contentStore: { packets: 7, bytes: 1000, policy: 's3-fifo' },
    limits: { pending: 10, routes: 20 },
  })
  const seen = log.lines.length
  await node.reload(after)
  t.same(log.lines.slice(seen).sort(), [
    'contentStore.policy takes effect only when the node starts again',
    'engine takes effect only when the node starts again',
    'faces.congestion.enabled takes effect only when the node starts again',
    'faces.linger takes effect only when the node starts again',
    'functions takes effect only when the node starts again',
    'home takes effect only when the node starts again',
    'limits.pending takes effect only when the node starts again',
    'limits.routes takes effect only when the node starts again',
    'listen (what is said of tcp://127.0.0.1:0) takes effect only when the node starts again',
    'name takes effect only when the node starts again',
    'reloaded: contentStore.packets, contentStore.bytes',
  ])
  t.same(node.config, { ...before, contentStore: { ...before.contentStore, packets: 7, bytes: 1000 } })
  t.match(node.config, { name, home })
})

t.test('a configuration that says the same changes nothing', async (t) => {
  const log = new Log()
  const node = await startNode(t, { listen: [ANYWHERE], log })
  const before = node.addresses
  const seen = log.lines.length
  await reload(node, { listen: [ANYWHERE] })
  t.same(log.lines.slice(seen), ['reloaded: nothing has changed'])
  t.same(node.addresses, before)
})

t.test('reloads that come at once are done one after the other, and none after the end', async (t) => {
  const node = await startNode(t)
  await Promise.all(
    [1, 2, 3].map((packets) => reload(node, { listen: [ANYWHERE], contentStore: { packets } })),
  )
  t.equal(node.addresses.length, 2)
  t.equal(node.status().contentStore.maxPackets, node.config.contentStore.packets)
  const { config } = node
  await node.stop()
  await reload(node, { contentStore: { packets: 9 } })
  t.equal(node.config, config)
})

t.test('a node that is stopped while it reloads leaves no listener behind', async (t) => {
  const node = await startNode(t)
  const reloading = reload(node, { listen: [ANYWHERE], routes: [{ prefix: '/a', to: 'tcp://192.0.2.1:1' }] })
  while (node.addresses.length < 2) await new Promise(setImmediate)
  const [, address = ''] = node.addresses
  await Promise.all([reloading, node.stop()])
  await t.rejects(connectTo(t, address), { code: 'unreachable' })
})

t.test('multicast is switched on and off', async (t) => {
  const group = 'udp4://239.255.63.64:56398'
  const log = new Log()
  const node = await startNode(t, { log })
  const faces = () => node.faces().filter(({ remote }) => remote === group)
  await reload(node, { multicast: { enabled: true, group, interfaces: ['127.0.0.1', '192.0.2.77'] } })
  await log.saw(/^no multicast on 192\.0\.2\.77: cannot join/)
  if (faces().length === 0) {
    t.pass('', { skip: 'the system has no multicast on its loopback interface' })
    return
  }
  t.match(faces(), [{ local: /^udp4:\/\/127\.0\.0\.1:/ }])
  await reload(node, { multicast: { enabled: false, group } })
  while (faces().length > 0) await new Promise(setImmediate)
  t.same(faces(), [])
})
