import { networkInterfaces } from 'node:os'
import t from 'tap'
import {
  datasetName,
  type FaceStatus,
  type FunctionStatus,
  type NodeStatus,
  type RouteStatus,
  registerPrefix,
} from '../../src/control/index.ts'
import { type Endpoint, fetchObject, newVersion } from '../../src/endpoint/index.ts'
import { Component, NackReason, Name } from '../../src/packet/index.ts'
import type { Node } from '../../src/router/index.ts'
import { MAX_DATASETS_KEPT } from '../../src/router/node-data.ts'
import { createVerifier, digestSigner, Keychain } from '../../src/trust/index.ts'
import { askText, connectTo, functionFile, homeAddress, publish, startNode, uniqueName } from './fixture.ts'

interface Datasets {
  functions: FunctionStatus[]
  routes: RouteStatus[]
  faces: FaceStatus[]
  status: NodeStatus
}

async function tell<D extends keyof Datasets>(endpoint: Endpoint, dataset: D): Promise<Datasets[D]> {
  const { content } = await fetchObject(endpoint, datasetName(dataset), { timeout: 5000 })
  return JSON.parse(Buffer.from(content).toString()) as Datasets[D]
}

t.test('what a node says of itself over the wire', async (t) => {
  const name = uniqueName()
  const functions = [functionFile('wrap')]
  const node = await startNode(t, { name, functions, listen: ['tcp://127.0.0.1:0'] })
  const endpoint = await connectTo(t, node)
  await publish(t, node, '/camera', { text: 'x' })
  const address = homeAddress(node)

  await t.test('functions: what each takes and gives, and how it is', async (t) => {
    const [wrap, ...others] = await tell(endpoint, 'functions')
    t.same(others, [])
    t.match(wrap, {
      name: 'wrap',
      version: '0.0.0',
      input: ['*/*'],
      output: 'text/plain',
      parameters: { times: { type: 'integer', minimum: 1, default: 1 } },
      state: 'ready',
      instance: 'wrap-1',
      restarts: 0,
      digest: /^[0-9a-f]{64}$/,
    })
    t.ok((wrap?.memory ?? 0) > 2 ** 20)
    t.ok((wrap?.cpu ?? 0) > 0)
    t.ok((wrap?.since ?? 0) <= Date.now())
    t.notOk('cause' in (wrap ?? {}))
  })

  await t.test('routes: whose each is', async (t) => {
    const routes = await tell(endpoint, 'routes')
    const origins = routes.map(({ prefix, hops }) => [prefix, hops.map(({ origin }) => origin)])
    t.match(origins.sort(), [
      ['/camera', ['client']],
      ['/localhost/ndn-sfc', ['node']],
      ['/localhost/ndn-sfc/control', ['node']],
      ['/localhost/nfd', ['node']],
      [new RegExp(`^/ndn-sfc/[0-9a-f]{8}/node/${name}$`), ['node']],
      ['wrap', ['function']],
    ])
    const [camera] = routes.find(({ prefix }) => prefix === '/camera')?.hops ?? []
    t.match(camera, { cost: 0, remote: address })
    const [wrap] = routes.find(({ prefix }) => prefix === 'wrap')?.hops ?? []
    t.equal(wrap?.remote, 'function wrap')
  })

  await t.test('faces: what went through each', async (t) => {
    await askText(endpoint, 'wrap/camera/1')
    const faces = await tell(endpoint, 'faces')
    const wrap = faces.find((face) => face.function === 'wrap')
    t.match(wrap, { form: 'dispatched', interestsOut: 1, dataIn: 1, interestsIn: 1, dataOut: 1, drops: {} })
    t.ok((wrap?.bytesIn ?? 0) > 0)
    const [producer] = faces.filter(({ form }) => form === 'flat')
    t.match(producer, { remote: address, local: address, interestsOut: 1, interestsIn: 1, dataIn: 1 })
    t.ok(faces.some(({ form }) => form === 'extended'))
  })

  await t.test('status: the node as a whole', async (t) => {
    const status = await tell(endpoint, 'status')
    t.match(status, {
      name,
      version: /^\d+\.\d+\.\d+$/,
      engine: 'process',
      why: /child processes.*--engine docker/,
      addresses: node.addresses,
      pit: { entries: 1, max: 65_536 },
      contentStore: { maxPackets: 65_536, hits: 0 },
      fib: { prefixes: 7 },
      disconnects: {},
    })
    t.match(status.addresses, [/^unix:/, /^tcp4:\/\/127\.0\.0\.1:\d+$/])
    t.ok(status.memory > 2 ** 20)
    t.ok(status.uptime >= 0)
    const { anchor } = await Keychain.open(node.config.home)
    t.equal(status.anchor, anchor.name.toString())
  })

  await t.test('the same by the methods of the node', async (t) => {
    t.match(node.status(), { name, engine: 'process' })
    t.equal((await node.functions())[0]?.name, 'wrap')
    t.ok(node.routes().some(({ prefix }) => prefix === 'wrap'))
    t.ok(node.faces().length >= 3)
  })

  await t.test('it is signed by the node', async (t) => {
    const { anchor } = await Keychain.open(node.config.home)
    const fetchCertificate = (asked: Name) => endpoint.express(asked, { canBePrefix: true })
    const verifier = createVerifier({ anchor, fetchCertificate, now: Date.now })
    const data = await endpoint.express(datasetName('status'), { canBePrefix: true })
    t.match(await verifier.verify(data), { kind: 'node', node: name })
    t.equal(data.mediaType, 'application/json')
  })

  await t.test('over TCP from this host, too', async (t) => {
    const tcp = await connectTo(t, node.addresses[1] as string)
    t.equal((await tell(tcp, 'status')).name, name)
  })
})

async function manyRoutes(t: Tap, node: Node, count: number): Promise<void> {
  const endpoint = await connectTo(t, node)
  const names = Array.from({ length: count }, (_, i) => Name.parse(`/a/long/prefix/number/${i}`))
  await Promise.all(names.map((name) => registerPrefix(endpoint, name, digestSigner)))
}
type Tap = Parameters<typeof connectTo>[0]

t.test('a dataset of many segments', async (t) => {
  const node = await startNode(t)
  await manyRoutes(t, node, 500)
  const endpoint = await connectTo(t, node)
  let segments = 0
  const { content } = await fetchObject(endpoint, datasetName('routes'), {
    onProgress: (_bytes, have) => {
      segments = have
    },
  })
  const routes = JSON.parse(Buffer.from(content).toString()) as RouteStatus[]
  t.equal(routes.length, 504)
  t.ok(segments > 5, `${segments} segments`)
})

t.test('what is not a dataset is refused at once', async (t) => {
  const node = await startNode(t)
  const endpoint = await connectTo(t, node)
  const refused = { code: 'nack', reason: NackReason.NoRoute }
  for (const name of [
    datasetName('weather'),
    datasetName('constructor'),
    datasetName('__proto__'),
    Name.parse('/localhost/ndn-sfc'),
    datasetName('status').append(Component.generic('more')),
    datasetName('status').append(Component.version(newVersion()), Component.segment(0)),
  ]) {
    await t.rejects(endpoint.express(name, { canBePrefix: true }), refused, name.toString())
  }
  const { name } = await endpoint.express(datasetName('status'), { canBePrefix: true })
  const beyond = name.slice(0, -1).append(Component.segment(99))
  await t.rejects(endpoint.express(beyond), refused, 'a segment that there is not')
})

t.test('of all versions of datasets only the last ones are kept', async (t) => {
  const node = await startNode(t, { contentStore: { packets: 0 } })
  const endpoint = await connectTo(t, node)
  const ask = async () =>
    (await endpoint.express(datasetName('status'), { canBePrefix: true, mustBeFresh: true })).name
  const first = await ask()
  for (let i = 1; i < MAX_DATASETS_KEPT; i++) await ask()
  await endpoint.express(first)
  await ask()
  await t.rejects(endpoint.express(first), { code: 'nack' })
})

const outside = Object.values(networkInterfaces())
  .flat()
  .find((network) => network?.family === 'IPv4' && !network.internal)?.address

t.test(
  'whoever is not on this host is told nothing',
  { skip: outside === undefined && 'this host has no address but its own' },
  async (t) => {
    const node = await startNode(t, { listen: [`tcp://${outside}:0`] })
    const endpoint = await connectTo(t, node.addresses[1] as string)
    await t.rejects(endpoint.express(datasetName('status'), { canBePrefix: true, lifetime: 100 }), {
      code: 'timeout',
    })
    const face = node.faces().find(({ remote }) => remote.includes(outside as string))
    t.same(face?.drops, { scope: 1 })
  },
)
