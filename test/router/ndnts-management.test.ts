import { consume, produce } from '@ndn/endpoint'
import { Forwarder, type FwFace } from '@ndn/fw'
import { enableNfdPrefixReg, invoke } from '@ndn/nfdmgmt'
import { TcpTransport, UnixTransport } from '@ndn/node-transport'
import { Data, Name as NdntsName } from '@ndn/packet'
import t, { type Test } from 'tap'
import type { Node } from '../../src/router/index.ts'
import { askText, connectTo, functionFile, homeAddress, Log, startNode } from './fixture.ts'

/** A program of another NDN library. */
async function ndntsAt(
  t: Test,
  node: Node,
  transport: 'unix' | 'tcp' = 'unix',
): Promise<{ fw: Forwarder; face: FwFace }> {
  const fw = Forwarder.create()
  const path = homeAddress(node).slice('unix://'.length)
  const port = Number(node.addresses[1]?.split(':').at(-1))
  const face =
    transport === 'unix'
      ? await UnixTransport.createFace({ fw }, path)
      : await TcpTransport.createFace({ fw }, { host: '127.0.0.1', port })
  t.teardown(() => {
    face.close()
    fw.close()
  })
  return { fw, face }
}

interface Route {
  readonly name: NdntsName
  readonly faceId?: number
  readonly cost?: number
  readonly expirationPeriod?: number
}

const rib = (fw: Forwarder, verb: 'register' | 'unregister', route: Route) =>
  invoke(`rib/${verb}`, route, { cOpts: { fw } })

t.test('a program written with NDNts', async (t) => {
  const log = new Log()
  const functions = [functionFile('wrap')]
  const node = await startNode(t, { functions, listen: ['tcp://127.0.0.1:0'], log })
  const consumer = await connectTo(t, node)
  const routesOf = (prefix: string) =>
    node
      .routes()
      .find((route) => route.prefix === prefix)
      ?.hops.map(({ cost, origin }) => ({ cost, origin }))

  await t.test(
    'is a producer by NFD prefix registration, and a function computes on what it serves',
    async (t) => {
      const { fw, face } = await ndntsAt(t, node)
      enableNfdPrefixReg(face)
      const registered = log.saw(/^rib\/register \/camera face \d+ from face \d+: 200/)
      const producer = produce(
        '/camera',
        async (interest) =>
          new Data(interest.name, Data.FreshnessPeriod(1000), new TextEncoder().encode('from NDNts')),
        { fw },
      )
      await registered
      t.same(routesOf('/camera'), [{ cost: 0, origin: 'client' }])
      t.equal(await askText(consumer, 'wrap/camera/1'), '(from NDNts)')

      const unregistered = log.saw(/^rib\/unregister \/camera face \d+ from face \d+: 200/)
      producer.close()
      await unregistered
      t.equal(routesOf('/camera'), undefined)
    },
  )

  await t.test('commands the RIB and understands the answers', async (t) => {
    const { fw } = await ndntsAt(t, node)
    const name = new NdntsName('/lab/1')
    t.match(await rib(fw, 'register', { name, cost: 7 }), { statusCode: 200, statusText: 'OK' })
    t.same(routesOf('/lab/1'), [{ cost: 7, origin: 'client' }])
    t.match(await rib(fw, 'register', { name, cost: 3 }), { statusCode: 200 }, 'again, with another cost')
    t.same(routesOf('/lab/1'), [{ cost: 3, origin: 'client' }])
    t.match(await rib(fw, 'unregister', { name }), { statusCode: 200 })
    t.equal(routesOf('/lab/1'), undefined)
    t.match(await rib(fw, 'unregister', { name }), { statusCode: 200 }, 'what is not there can be taken away')
    t.match(await rib(fw, 'register', { name, faceId: 9999 }), { statusCode: 410, statusText: /9999/ })
  })

  await t.test('has a route for as long as it asked', async (t) => {
    const { fw } = await ndntsAt(t, node)
    const name = new NdntsName('/lab/3')
    t.match(await rib(fw, 'register', { name, expirationPeriod: 1 }), { statusCode: 200 })
    while (routesOf('/lab/3') !== undefined) await new Promise(setImmediate)
    t.match(await rib(fw, 'register', { name, expirationPeriod: 2 ** 40 }), { statusCode: 200 })
    t.ok(routesOf('/lab/3'), 'longer than any timer: as long as the face')
  })

  await t.test('may not command over TCP with a mere digest', async (t) => {
    const { fw } = await ndntsAt(t, node, 'tcp')
    const response = await rib(fw, 'register', { name: new NdntsName('/lab/2') })
    t.match(response, { statusCode: 403, statusText: /SHA-256 digest/ })
    t.equal(routesOf('/lab/2'), undefined)
  })

  await t.test('is a consumer of a chain as a plain name', async (t) => {
    const { fw, face } = await ndntsAt(t, node)
    enableNfdPrefixReg(face)
    const registered = log.saw(/^rib\/register \/garden face \d+ from face \d+: 200/)
    const text = new TextEncoder()
    produce('/garden', async ({ name }) => new Data(name, Data.FreshnessPeriod(1000), text.encode('rose')), {
      fw,
    })
    await registered
    const other = await ndntsAt(t, node, 'tcp')
    other.face.addRoute(new NdntsName('/'))
    const name = new NdntsName('/128=wrap/garden/1')
    const data = await consume(name, {
      fw: other.fw,
      modifyInterest: { canBePrefix: true, mustBeFresh: true },
    })
    t.equal(Buffer.from(data.content).toString(), '(rose)')
    t.ok(name.isPrefixOf(data.name))
  })
})
