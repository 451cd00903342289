import { consume } from '@ndn/endpoint'
import { SequenceNum } from '@ndn/naming-convention2'
import { ChannelStatus, FaceQuery, FaceStatus, GeneralStatus } from '@ndn/nfdmgmt'
import { Interest, Name } from '@ndn/packet'
import t, { type Test } from 'tap'
import { datasetName } from '../../src/control/index.ts'
import { faceEventNotification } from '../../src/management/index.ts'
import type { Node } from '../../src/router/index.ts'
import { askText, connectTo, functionFile, homeAddress, Log, publish, startNode } from './fixture.ts'
import { body, type NdntsClient, ndntsAt } from './ndnts-client.ts'

const tcpOf = (node: Node): string => node.addresses[1] as string
const TCP = { listen: ['tcp://127.0.0.1:0'] }

/** A node, another that it can connect to, and a client of the first. */
async function pair(t: Test): Promise<{ node: Node; other: Node; client: NdntsClient; log: Log }> {
  const log = new Log()
  const node = await startNode(t, { log })
  const other = await startNode(t, TCP)
  return { node, other, client: await ndntsAt(t, node), log }
}

t.test('a client of NFD sees the faces of a node and where it listens', async (t) => {
  const node = await startNode(t, { ...TCP, functions: [functionFile('wrap')] })
  const client = await ndntsAt(t, node)
  await connectTo(t, tcpOf(node))
  const faces = await client.dataset<FaceStatus>(FaceStatus)
  t.match(faces.map(({ uri }) => uri).sort(), [
    'function://wrap',
    'internal://',
    /^tcp4:\/\/127\.0\.0\.1:\d+$/,
    homeAddress(node),
  ])
  const [own] = await client.dataset<FaceStatus>(FaceQuery({ uriScheme: 'unix' }))
  t.match(own, { uri: homeAddress(node), faceScope: 1, facePersistency: 1, linkType: 0, flags: 4 })
  t.ok((own?.nInInterests ?? 0n) >= 2n)
  t.ok((own?.nInBytes ?? 0n) > 0n)
  t.same(
    (await client.dataset<ChannelStatus>(ChannelStatus)).map(({ localUri }) => localUri),
    node.addresses,
  )
  const [status] = await client.dataset<GeneralStatus>(GeneralStatus)
  t.match(status, { nfdVersion: /^\d+\.\d+\.\d+$/, nFibEntries: 6, nCsEntries: 0 })
  t.ok(status && Math.abs(Date.now() - Number(status.currentTimestamp)) < 10_000)
  t.ok((status?.nInInterests ?? 0) >= 4)
})

t.test('what faces that are gone counted stays in the general status', async (t) => {
  const node = await startNode(t)
  const client = await ndntsAt(t, node)
  const passing = await connectTo(t, node)
  await passing.express(datasetName('status'), {
    canBePrefix: true,
  })
  const before = (await client.dataset<GeneralStatus>(GeneralStatus))[0]?.nInInterests ?? 0
  passing.close()
  while (node.faces().length > 1) await new Promise(setImmediate)
  t.ok(((await client.dataset<GeneralStatus>(GeneralStatus))[0]?.nInInterests ?? 0) > before)
})

t.test('a face that a client creates carries packets until it is destroyed', async (t) => {
  const { node, other, client, log } = await pair(t)
  await publish(t, other, '/camera', { text: 'smile' })
  const created = await client.command('faces/create', { uri: tcpOf(other), facePersistency: 2 })
  t.match(created, { statusCode: 200, statusText: 'OK' })
  const { faceId } = body(created)
  t.match(body(created), { uri: tcpOf(other), facePersistency: 2, flags: 4 })
  const name = new Name('/camera')
  t.match(await client.command('rib/register', { name, faceId, origin: 255 }), { statusCode: 200 })
  t.equal(await askText(await connectTo(t, node), '/camera/1'), 'smile')

  t.match(await client.command('faces/destroy', { faceId }), { statusCode: 200 })
  while (node.routes().some(({ prefix }) => prefix === '/camera')) await new Promise(setImmediate)
  t.same(await client.dataset<FaceStatus>(FaceQuery({ faceId: faceId ?? 0 })), [])
  t.match(await client.command('faces/destroy', { faceId }), { statusCode: 200 }, 'again')
  t.match(await client.command('rib/register', { name, faceId }), {
    statusCode: 410,
    statusText: `there is no face ${faceId}`,
  })
  await log.saw(
    new RegExp(`^rib/register /camera face ${faceId} from face \\d+: 410 there is no face ${faceId}$`),
  )
})

t.test('there is one face to a peer', async (t) => {
  const { node, other, client } = await pair(t)
  const uri = tcpOf(other)
  const both = await Promise.all([1, 2].map(() => client.command('faces/create', { uri })))
  t.same(both.map(({ statusCode }) => statusCode).sort(), [200, 409])
  const ids = new Set(both.map((response) => body(response).faceId))
  t.equal(ids.size, 1, 'who comes second is told which')
  const again = await client.command('faces/create', { uri })
  t.match(again, { statusCode: 409, statusText: 'Face with remote URI already exists' })
  t.match(body(again), { uri, facePersistency: 0 })
  t.equal(node.faces().filter(({ remote }) => remote === uri).length, 1)
})

t.test('a face that cannot be is refused with the reason', async (t) => {
  const log = new Log()
  const node = await startNode(t, { limits: { faces: 2 }, log })
  const client = await ndntsAt(t, node)
  for (const [what, parameters, statusCode, statusText] of [
    ['no URI', { uri: 'camera' }, 400, /not a FaceUri/],
    ['a name of a host', { uri: 'tcp4://localhost:6363' }, 400, /not a canonical FaceUri/],
    ['no port', { uri: 'udp4://127.0.0.1' }, 400, /not a canonical FaceUri/],
    ['another spelling', { uri: 'udp6://[0::1]:6363' }, 400, /not a canonical FaceUri/],
    ['a port that is none', { uri: 'udp4://127.0.0.1:70000' }, 400, /not a canonical FaceUri/],
    ['a Unix socket', { uri: 'unix:///run/other.sock' }, 406, /no faces are made/],
    ['Ethernet', { uri: 'ether://[01:00:5e:00:17:aa]' }, 406, /no faces are made/],
    ['a multicast group', { uri: 'udp4://224.0.23.170:56363' }, 406, /multicast group/],
    ['an MTU of a stream', { uri: 'tcp4://127.0.0.1:1', mtu: 1400 }, 406, /no MTU/],
    ['an MTU that is too small', { uri: 'udp4://127.0.0.1:1', mtu: 10 }, 406, /MTU|mtu/],
    ['on-demand', { uri: 'tcp4://127.0.0.1:1', facePersistency: 1 }, 406, /on-demand/],
    ['reliability', { uri: 'udp4://127.0.0.1:1', flags: 2, mask: 2 }, 406, /reliability/],
    ['local fields', { uri: 'udp4://127.0.0.1:1', flags: 1, mask: 1 }, 406, /local fields/],
    ['an address of ours', { uri: 'udp4://127.0.0.1:1', localUri: 'udp4://127.0.0.1:2' }, 406, /chosen/],
    ['where nobody answers', { uri: 'tcp4://127.0.0.1:1' }, 504, /nothing answers/],
  ] as const) {
    const response = await client.command('faces/create', parameters)
    t.match(response, { statusCode, statusText }, what)
  }
  t.equal(node.faces().length, 1)
  await log.saw(/^faces\/create tcp4:\/\/127\.0\.0\.1:1 from face \d+: 504 nothing answers/)
  t.match(await client.command('faces/create', { uri: 'udp4://127.0.0.1:9' }), { statusCode: 200 })
  t.match(await client.command('faces/create', { uri: 'udp4://127.0.0.1:10' }), {
    statusCode: 503,
    statusText: /there are 2 faces already/,
  })
})

t.test('a face is as it was asked for, and what cannot be changed is refused', async (t) => {
  const node = await startNode(t)
  const client = await ndntsAt(t, node)
  const created = await client.command('faces/create', {
    uri: 'udp4://127.0.0.1:9',
    mtu: 1400,
    baseCongestionMarkingInterval: 50_000_000,
    defaultCongestionThreshold: 10_000,
  })
  const { faceId } = body(created)
  const described = {
    mtu: 1400,
    baseCongestionMarkingInterval: 50_000_000,
    defaultCongestionThreshold: 10_000,
  }
  t.match(body(created), described)
  t.match(await client.dataset<FaceStatus>(FaceQuery({ faceId: faceId ?? 0 })), [
    { ...described, faceScope: 0, flags: 4 },
  ])
  t.match(await client.command('faces/update', { faceId, mtu: 1400, flags: 4, mask: 4 }), { statusCode: 200 })
  const refused = await client.command('faces/update', { faceId, mtu: 1300, flags: 0, mask: 4 })
  t.match(refused, { statusCode: 409, statusText: /cannot have: mtu, congestionMarking/ })
  t.match(await client.command('faces/update', { faceId, flags: 1, mask: 1 }), { statusCode: 409 })
  t.match(await client.command('faces/update', { faceId: 4711 }), { statusCode: 404 })

  t.match(body(await client.command('faces/update', { flags: 1, mask: 1 })), { flags: 5 }, 'its own')
  t.match(body(await client.command('faces/update', { flags: 0, mask: 1 })), { flags: 4 })
})

t.test("the node's own faces cannot be destroyed", async (t) => {
  const node = await startNode(t, { functions: [functionFile('wrap')] })
  const client = await ndntsAt(t, node)
  const faces = await client.dataset<FaceStatus>(FaceStatus)
  for (const uri of ['internal://', 'function://wrap']) {
    const faceId = faces.find((face) => face.uri === uri)?.faceId
    t.match(await client.command('faces/destroy', { faceId }), { statusCode: 409, statusText: /node's own/ })
    t.match(
      await client
        .command('faces/update', { faceId, flags: 1, mask: 1 })
        .then(({ statusCode }) => statusCode),
      uri === 'internal://' ? 200 : 409,
    )
  }
  t.equal((await client.dataset<FaceStatus>(FaceStatus)).length, faces.length)
})

t.test('who listens is told what becomes of faces', async (t) => {
  const { other, client } = await pair(t)
  const stream = new Name('/localhost/nfd/faces/events')
  const latest = await consume(new Interest(stream, Interest.CanBePrefix, Interest.MustBeFresh), {
    fw: client.fw,
  })
  let sequence = latest.name.at(-1).as(SequenceNum)
  const next = async () => {
    const data = await consume(stream.append(SequenceNum.create(++sequence)), { fw: client.fw })
    return faceEventNotification.decode(data.content)
  }
  const first = next()
  const { faceId } = body(await client.command('faces/create', { uri: tcpOf(other), facePersistency: 2 }))
  t.match(await first, { kind: 'created', faceId, uri: tcpOf(other), facePersistency: 'permanent' })
  t.match(await next(), { kind: 'up', faceId })
  const down = next()
  await other.stop()
  t.match(await down, { kind: 'down', faceId })
  const destroyed = next()
  await client.command('faces/destroy', { faceId })
  t.match(await destroyed, { kind: 'destroyed', faceId })
})
