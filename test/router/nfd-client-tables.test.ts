import { CsInfo, invokeCsErase, RibEntry, StrategyChoice } from '@ndn/nfdmgmt'
import { Name } from '@ndn/packet'
import t from 'tap'
import { datasetName } from '../../src/control/index.ts'
import { fetchObject } from '../../src/endpoint/index.ts'
import { type ControlParameters, fibEntry } from '../../src/management/index.ts'
import { Name as OurName } from '../../src/packet/index.ts'
import type { Node } from '../../src/router/index.ts'
import { digestSigner } from '../../src/trust/index.ts'
import { sendCommand } from './commands.ts'
import { askText, connectTo, functionFile, homeAddress, Log, publish, startNode } from './fixture.ts'
import { body, ndntsAt } from './ndnts-client.ts'

const hopsOf = (node: Node, prefix: string) => node.routes().find((route) => route.prefix === prefix)?.hops

t.test('a client of NFD registers routes with flags, cost, origin and an end', async (t) => {
  const node = await startNode(t)
  const client = await ndntsAt(t, node)
  const [lab, deep] = [new Name('/lab'), new Name('/lab/1')]
  t.match(
    body(
      await client.command('rib/register', {
        name: lab,
        cost: 7,
        origin: 255,
        flags: 1,
        expirationPeriod: 60_000,
      }),
    ),
    { cost: 7, origin: 255, flags: 1, expirationPeriod: 60_000 },
  )
  const other = await ndntsAt(t, node)
  await other.command('rib/register', { name: deep, flags: 0 })
  t.match(hopsOf(node, '/lab'), [{ cost: 7, origin: 'static', flags: ['child-inherit'] }])
  const [{ expiresIn = 0 } = {}] = hopsOf(node, '/lab') ?? []
  t.ok(expiresIn > 50_000 && expiresIn <= 60_000)
  t.match(hopsOf(node, '/lab/1'), [
    { cost: 0, origin: 'client', flags: [] },
    { cost: 7, origin: 'inherited' },
  ])
  const entries = await client.dataset<RibEntry>(RibEntry)
  t.match(entries.find(({ name }) => name.equals(lab))?.route, [{ cost: 7, origin: 255 }])
  t.ok(
    entries.some(({ name }) => name.equals(new Name('/localhost/nfd'))),
    "the node's own are among them",
  )

  await client.command('rib/register', { name: deep, flags: 2 })
  t.same(
    hopsOf(node, '/lab/1')?.map(({ origin }) => origin),
    ['client', 'client'],
    'capture',
  )
  await client.command('rib/unregister', { name: lab, origin: 255 })
  t.equal(hopsOf(node, '/lab'), undefined)
})

t.test("routes of the node's own are nobody else's", async (t) => {
  const node = await startNode(t)
  const client = await ndntsAt(t, node)
  const [own] = hopsOf(node, '/localhost/ndn-sfc') ?? []
  const name = new Name('/localhost/ndn-sfc')
  for (const verb of ['rib/register', 'rib/unregister'] as const)
    t.match(await client.command(verb, { name, faceId: own?.face, origin: 254 }), {
      statusCode: 403,
      statusText: "routes of origin 254 are the node's own",
    })
  t.match(hopsOf(node, '/localhost/ndn-sfc'), [{ origin: 'node', flags: ['capture'] }])
  await client.command('rib/register', { name: new Name('/'), flags: 1 })
  t.equal(hopsOf(node, '/localhost/ndn-sfc')?.length, 1, 'a route of all names has no part in them')
})

t.test('a function is registered at another face like any prefix', async (t) => {
  const cloud = await startNode(t, { functions: [functionFile('upper')], listen: ['tcp://127.0.0.1:0'] })
  const node = await startNode(t)
  await publish(t, node, '/camera', { text: 'smile' })
  await publish(t, cloud, '/camera', { text: 'smile' })
  const client = await ndntsAt(t, node)
  const { faceId } = body(await client.command('faces/create', { uri: cloud.addresses[1] }))
  t.match(await client.command('rib/register', { name: new Name('/128=upper'), faceId }), { statusCode: 200 })
  t.equal(await askText(await connectTo(t, node), 'upper/camera/1'), 'SMILE')
})

t.test('next hops can be put into the FIB beside those of routes', async (t) => {
  const node = await startNode(t)
  const endpoint = await connectTo(t, node)
  const name = OurName.parse('/lab')
  const send = (verb: string, parameters: ControlParameters) =>
    sendCommand(endpoint, `fib/${verb}`, { name, ...parameters }, digestSigner)
  const added = await send('add-nexthop', { cost: 5 })
  t.match(added, { statusCode: 200, parameters: { cost: 5 } })
  const faceId = added.parameters?.faceId
  t.match(hopsOf(node, '/lab'), [{ face: faceId, cost: 5, origin: 'fib', remote: homeAddress(node) }])
  const { content } = await fetchObject(endpoint, OurName.parse('/localhost/nfd/fib/list'))
  const entries = fibEntry.decodeAll(content)
  t.match(entries.find(({ prefix }) => prefix.equals(name))?.nextHops, [{ faceId, cost: 5 }])
  t.equal(entries.length, 5)
  t.match(await send('add-nexthop', { faceId: 4711 }), {
    statusCode: 410,
    statusText: 'there is no face 4711',
  })
  t.match(await send('remove-nexthop', {}), { statusCode: 200 })
  t.equal(hopsOf(node, '/lab'), undefined)
  await send('add-nexthop', {})
  endpoint.close()
  while (hopsOf(node, '/lab') !== undefined) await new Promise(setImmediate)
})

t.test('the Content Store is configured, erased and told of', async (t) => {
  const node = await startNode(t, { contentStore: { packets: 100 } })
  await publish(t, node, '/camera', { text: 'smile' })
  const consumer = await connectTo(t, node)
  const client = await ndntsAt(t, node)
  const info = async () => (await client.dataset<CsInfo>(CsInfo))[0]
  await askText(consumer, '/camera/1')
  t.match(await info(), { capacity: 100n, flagEnableAdmit: true, flagEnableServe: true, nCsEntries: 1n })
  t.equal(await invokeCsErase(new Name('/camera'), { cOpts: { fw: client.fw } }), 1)
  t.match(await info(), { nCsEntries: 0n })
  t.match(body(await client.command('cs/config', { capacity: 50, flags: 0, mask: 1 })), {
    capacity: 50,
    flags: 2,
  })
  await askText(consumer, '/camera/2')
  t.match(await info(), { capacity: 50n, flagEnableAdmit: false, nCsEntries: 0n })
  t.match(await client.command('cs/config', { capacity: 2 ** 40 }), { statusCode: 409 })
  t.equal(node.status().contentStore.maxPackets, 50)
})

t.test('what a node says of itself is not kept in its Content Store', async (t) => {
  const node = await startNode(t)
  const client = await ndntsAt(t, node)
  const endpoint = await connectTo(t, node)
  await client.dataset<RibEntry>(RibEntry)
  await client.command('rib/register', { name: new Name('/lab') })
  await endpoint.express(datasetName('status'), { canBePrefix: true })
  t.match(node.status().contentStore, { packets: 0, insertions: 0 })
})

t.test('strategies are chosen by prefix', async (t) => {
  const log = new Log()
  const node = await startNode(t, { log })
  const client = await ndntsAt(t, node)
  const name = new Name('/lab')
  const strategyOf = async (prefix: Name) =>
    (await client.dataset<StrategyChoice>(StrategyChoice))
      .find((choice) => choice.name.equals(prefix))
      ?.strategy.toString()
  const choose = (strategy: string) =>
    client.command('strategy-choice/set', { name, strategy: new Name(`/localhost/nfd/strategy/${strategy}`) })
  const named = (strategy: string) => `/8=localhost/8=nfd/8=strategy/8=${strategy}`
  t.equal(await strategyOf(new Name('/')), `${named('best-route')}/54=%05`)
  t.match(body(await choose('multicast')).strategy?.toString(), `${named('multicast')}/54=%04`)
  t.equal(await strategyOf(name), `${named('multicast')}/54=%04`)
  t.match(await choose('asf/54=%05/max-timeouts~5'), { statusCode: 200 })
  t.equal(await strategyOf(name), `${named('asf')}/54=%05/8=max-timeouts~5`)

  t.match(await choose('guesswork'), { statusCode: 404, statusText: /no strategy .*guesswork/ })
  await log.saw(/^strategy-choice\/set \/lab from face \d+: 404 there is no strategy/)
  t.match(await choose('asf/54=%05/speed~5'), { statusCode: 409, statusText: /no parameter speed/ })
  t.equal(await strategyOf(name), `${named('asf')}/54=%05/8=max-timeouts~5`, 'as it was')

  t.match(await client.command('strategy-choice/unset', { name }), { statusCode: 200 })
  t.equal(await strategyOf(name), undefined)
  t.match(await client.command('strategy-choice/unset', { name: new Name('/') }), { statusCode: 400 })
})
