import { consume, produce } from '@ndn/endpoint'
import { SequenceNum } from '@ndn/naming-convention2'
import {
  ChannelStatus,
  ControlCommandOptions,
  ControlParameters,
  type ControlResponse,
  CsInfo,
  enableNfdPrefixReg,
  FaceQuery,
  FaceStatus,
  GeneralStatus,
  invoke,
  invokeCsErase,
  invokeGeneric,
  list,
  PrefixAnn,
  RibEntry,
  type StatusDataset,
  StrategyChoice,
} from '@ndn/nfdmgmt'
import { digestSigning, Interest, Name } from '@ndn/packet'
import t, { type Test } from 'tap'
import { faceEventNotification } from '../../src/management/index.ts'
import { Name as OurName } from '../../src/packet/index.ts'
import { CLIENT, GENERAL, makeFaceStatus } from './fakes.ts'
import { TestNode } from './fixture.ts'

/** What a program written with NDNts does at a node. */
function start(t: Test) {
  const node = new TestNode()
  const fw = node.ndnts(t)
  const command = (name: Parameters<typeof invoke>[0], parameters: object): Promise<ControlResponse> =>
    invoke(name, parameters as never, { cOpts: { fw } })
  const dataset = <R>(dataset: StatusDataset<R>): Promise<R[]> => list(dataset, { cOpts: { fw } })
  return { node, fw, command, dataset }
}

const body = (response: ControlResponse): ControlParameters =>
  ControlParameters.decodeFromResponseBody(response)

t.test('NDNts creates, updates and destroys faces', async (t) => {
  const { node, command } = start(t)
  node.faces.statuses.set(301, makeFaceStatus(301, { uri: 'udp4://192.0.2.7:6363', mtu: 1400, flags: 4 }))
  node.faces.creation = { kind: 'created', face: 301 }
  const created = await command('faces/create', {
    uri: 'udp4://192.0.2.7:6363',
    flags: 4,
    mask: 4,
    mtu: 1400,
  })
  t.match(created, { statusCode: 200, statusText: 'OK' })
  t.match(body(created), {
    faceId: 301,
    uri: 'udp4://192.0.2.7:6363',
    localUri: 'tcp4://192.0.2.2:6363',
    facePersistency: 0,
    mtu: 1400,
    flags: 4,
  })
  t.same(node.faces.calls.pop(), [
    'create',
    'udp4://192.0.2.7:6363',
    undefined,
    { persistency: 'persistent', mtu: 1400, congestionMarking: true },
  ])
  const updated = await command('faces/update', {
    faceId: 301,
    facePersistency: 2,
    flags: 0,
    mask: 4,
  })
  t.match(updated, { statusCode: 200 })
  t.same(node.faces.calls.pop(), ['update', 301, { persistency: 'permanent', congestionMarking: false }])
  t.match(await command('faces/destroy', { faceId: 301 }), { statusCode: 200 })
  t.notOk(node.faces.statuses.has(301))
})

t.test('NDNts lists faces, those it asks for, and channels', async (t) => {
  const { node, dataset } = start(t)
  for (let id = 1000; id < 1200; id++) node.faces.statuses.set(id, makeFaceStatus(id))
  const faces = await dataset<FaceStatus>(FaceStatus)
  t.equal(faces.length, 201, 'more than fit into a segment')
  t.match(
    faces.find(({ faceId }) => faceId === 1100),
    { uri: 'tcp4://192.0.2.1:1100', nOutBytes: 8n, faceScope: 0, facePersistency: 0 },
  )
  t.same(
    (await dataset<FaceStatus>(FaceQuery({ uriScheme: 'unix' }))).map(({ faceId }) => faceId),
    [CLIENT],
  )
  t.same((await dataset<FaceStatus>(FaceQuery({ faceId: 4711 }))).length, 0)
  t.same(
    (await dataset<ChannelStatus>(ChannelStatus)).map(({ localUri }) => localUri),
    node.faces.accepting,
  )
})

t.test('NDNts registers routes and lists the RIB', async (t) => {
  const { node, command, dataset } = start(t)
  const name = new Name('/lab')
  t.match(body(await command('rib/register', { name, cost: 7, origin: 255, expirationPeriod: 5000 })), {
    faceId: CLIENT,
    origin: 255,
    cost: 7,
    flags: 1,
    expirationPeriod: 5000,
  })
  await command('rib/register', { name: new Name('/lab/1'), flags: 2 })
  t.same(node.fib.text, ['/lab 300@7', '/lab/1 300@0'])
  const [lab, capturing] = await dataset<RibEntry>(RibEntry)
  t.equal(lab?.name.toString(), '/8=lab')
  t.match(lab?.route, [
    { faceId: CLIENT, origin: 255, cost: 7, flagChildInherit: true, expirationPeriod: 5000 },
  ])
  t.match(capturing?.route, [{ origin: 0, flagChildInherit: false, flagCapture: true }])
  t.match(await command('rib/unregister', { name, origin: 255 }), { statusCode: 200 })
  t.same(node.fib.text, ['/lab/1 300@0'])
})

t.test('NDNts announces a prefix, and withdraws it', async (t) => {
  const { node, fw } = start(t)
  const { data } = await PrefixAnn.build({
    announced: '/camera',
    expirationPeriod: 60_000,
    signer: digestSigning,
  })
  const response = await invokeGeneric('rib/announce', data, {
    cOpts: { fw },
    formatCommand: ControlCommandOptions.formatCommandAppParams,
  })
  t.match(response, { statusCode: 200 })
  t.match(body(response), { faceId: CLIENT, origin: 129, cost: 2048, flags: 1, expirationPeriod: 60_000 })
  t.same(node.fib.text, ['/camera 300@2048'])
})

t.test('a producer of NDNts is registered by its library', async (t) => {
  const { node, fw } = start(t)
  const [face] = fw.faces
  if (face === undefined) throw new Error('no face')
  enableNfdPrefixReg(face, { refreshInterval: false })
  const answered = (): Promise<void> =>
    new Promise((resolve) => {
      const { onAnswer } = node
      node.onAnswer = (answer) => {
        onAnswer(answer)
        resolve()
      }
    })
  const registered = answered()
  const producer = produce('/garden', async () => undefined, { fw })
  await registered
  t.same(node.fib.text, ['/garden 300@0'])
  t.match(node.rib.find(OurName.parse('/garden'), CLIENT, 65), { flags: 2 })
  const withdrawn = answered()
  producer.close()
  await withdrawn
  t.same(node.fib.text, [])
})

t.test('NDNts configures, erases and inspects the Content Store', async (t) => {
  const { node, fw, command, dataset } = start(t)
  t.match(body(await command('cs/config', { capacity: 100, flags: 2, mask: 2 })), {
    capacity: 100,
    flags: 3,
  })
  t.equal(await invokeCsErase(new Name('/old'), { cOpts: { fw } }), 1000, 'in several steps')
  t.match(await dataset<CsInfo>(CsInfo), [
    { capacity: 100n, flagEnableAdmit: true, flagEnableServe: true, nCsEntries: 0n, nHits: 5n, nMisses: 6n },
  ])
  t.equal(node.store.entries, 0)
})

t.test('NDNts chooses strategies', async (t) => {
  const { command, dataset } = start(t)
  const name = new Name('/lab')
  const strategy = new Name('/localhost/nfd/strategy/best-route')
  const set = await command('strategy-choice/set', { name, strategy })
  t.equal(body(set).strategy?.toString(), '/8=localhost/8=nfd/8=strategy/8=best-route/54=%05')
  t.equal((await dataset<StrategyChoice>(StrategyChoice))[0]?.name.toString(), '/8=lab')
  t.match(await command('strategy-choice/unset', { name }), { statusCode: 200 })
  t.same(await dataset<StrategyChoice>(StrategyChoice), [])
})

t.test('NDNts reads the general status', async (t) => {
  const { dataset } = start(t)
  const [status] = await dataset<GeneralStatus>(GeneralStatus)
  t.match(status, GENERAL)
  t.equal(status?.uptime, 2000)
})

t.test('NDNts follows the events of faces', async (t) => {
  const { node, fw } = start(t)
  const stream = new Name('/localhost/nfd/faces/events')
  node.faceModule.notify('created', makeFaceStatus(8))
  const last = await consume(new Interest(stream, Interest.CanBePrefix, Interest.MustBeFresh), { fw })
  t.ok(last.name.equals(stream.append(SequenceNum.create(0))))
  const asked = node.asked()
  const next = consume(stream.append(SequenceNum.create(1)), { fw })
  await asked
  node.faceModule.notify('destroyed', makeFaceStatus(9))
  t.match(faceEventNotification.decode((await next).content), { kind: 'destroyed', faceId: 9 })
})

t.test('what NDNts may not do it is told', async (t) => {
  const { node, command } = start(t)
  node.trust = async () => {
    throw new Error('something inside')
  }
  t.match(await command('faces/destroy', { faceId: CLIENT }), {
    statusCode: 403,
    statusText: 'authorization rejected',
  })
  t.ok(node.faces.statuses.has(CLIENT))
})
