import t, { type Test } from 'tap'
import { type Face, listen } from '../../src/face/index.ts'
import { Name } from '../../src/packet/index.ts'
import type { Node } from '../../src/router/index.ts'
import { askText, connectTo, functionFile, Log, makeHome, publish, startNode } from './fixture.ts'

const tcpOf = (node: Node): string => node.addresses[1] as string
const RETRY = { firstRetry: 20, maxRetry: 40 }

interface Pair {
  edge: Node
  cloud: Node
  log: Log
}

/** A node with one function, and one with another that knows the way to the first. */
async function twoNodes(t: Test): Promise<Pair> {
  const cloud = await startNode(t, { functions: [functionFile('upper')], listen: ['tcp://127.0.0.1:0'] })
  const log = new Log()
  const edge = await startNode(t, {
    functions: [functionFile('wrap')],
    routes: [
      { prefix: '/128=upper', to: tcpOf(cloud) },
      { prefix: '/cloud', to: tcpOf(cloud), cost: 3, form: 'extended' },
    ],
    listen: ['tcp://127.0.0.1:0'],
    supervision: RETRY,
    log,
  })
  return { edge, cloud, log }
}

t.test('two nodes with a route between them', async (t) => {
  const { edge, cloud } = await twoNodes(t)
  const consumer = await connectTo(t, edge)
  await publish(t, cloud, '/cloud', { text: 'smile' })

  await t.test('content of the other node', async (t) => {
    t.equal(await askText(consumer, '/cloud/1'), 'smile')
  })

  await t.test('a function of the other node, on content that it knows', async (t) => {
    t.equal(await askText(consumer, 'upper/cloud/1'), 'SMILE')
  })

  await t.test('a function here on the result of one there', async (t) => {
    t.equal(await askText(consumer, 'wrap:upper/cloud/2'), '(SMILE)')
    t.equal(await askText(consumer, 'wrap:wrap:upper/cloud/2'), '((SMILE))')
  })

  await t.test('many segments', async (t) => {
    const text = await askText(consumer, 'wrap(times=20000):upper/cloud/3')
    t.equal(text, `(${'SMILE'.repeat(20_000)})`)
  })

  await t.test('the routes say that they are static', async (t) => {
    const routes = edge.routes().filter(({ hops }) => hops.some(({ origin }) => origin === 'static'))
    t.match(
      routes.toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1)),
      [
        { prefix: '/cloud', hops: [{ cost: 3, remote: tcpOf(cloud), flags: ['child-inherit'] }] },
        { prefix: 'upper', hops: [{ cost: 10, remote: tcpOf(cloud), flags: ['child-inherit'] }] },
      ],
    )
    const forms = edge.faces().filter(({ remote }) => remote === tcpOf(cloud))
    t.same(forms.map(({ form }) => form).sort(), ['extended', 'flat'])
  })

  await t.test('HopLimit counts nodes', async (t) => {
    const name = Name.parse('/cloud/hops')
    const express = (hopLimit: number) =>
      consumer.express(name, { canBePrefix: true, hopLimit, lifetime: 200 })
    await t.rejects(express(1), { code: 'timeout' })
    t.ok(
      cloud.faces().some(({ drops }) => drops['hop-limit'] === 1),
      'used up at the other node',
    )
    t.ok(await express(2))
  })

  await t.test('what the other node refuses is refused here at once', async (t) => {
    await t.rejects(askText(consumer, '/cloud-nine/1'), {
      code: 'no-route',
      message: 'nobody has /cloud-nine/1',
    })
    await t.rejects(askText(consumer, 'upper/attic/1'), {
      code: 'function-failed',
      message: 'upper: nobody has /attic/1',
    })
  })
})

t.test('when the other node starts again, so does the route', async (t) => {
  const home = await makeHome(t)
  const functions = [functionFile('upper')]
  const first = await startNode(t, { home, functions, listen: ['tcp://127.0.0.1:0'] })
  const tcp = tcpOf(first)
  const log = new Log()
  const edge = await startNode(t, { routes: [{ prefix: '/128=upper', to: tcp }], supervision: RETRY, log })
  await publish(t, edge, '/camera', { text: 'smile' })
  const consumer = await connectTo(t, edge)
  await t.rejects(askText(consumer, 'upper/camera/1'), {
    code: 'function-failed',
    message: 'upper: nobody has /camera/1',
  })

  const before = log.lines.length
  await first.stop()
  await log.saw(/^route \/128=upper: nothing answers at tcp4:.*ECONNREFUSED\); tried again in \d+ ms/, before)
  await t.rejects(
    askText(consumer, 'upper/camera/2'),
    { code: 'no-route', message: "no node offers function 'upper'" },
    'meanwhile it is refused at once',
  )
  const waits = () => log.lines.flatMap((line) => /tried again in (\d+) ms/.exec(line)?.[1] ?? [])
  while (waits().length < 3) await log.saw(/tried again/, log.lines.length)
  t.same(waits().slice(0, 3), ['40', '40', '40'], 'it goes on trying, at most so far apart')

  const after = log.lines.length
  const again = await startNode(t, { home, functions, listen: [tcp.replace('tcp4', 'tcp')] })
  await log.saw(/^route \/128=upper to tcp/, after)
  await publish(t, again, '/camera', { text: 'smile' })
  t.equal(await askText(consumer, 'upper/camera/3'), 'SMILE')
})

t.test('a node starts although nothing answers where its routes lead', async (t) => {
  const log = new Log()
  const node = await startNode(t, {
    routes: [
      { prefix: '/a', to: 'tcp://127.0.0.1:1' },
      { prefix: '/b', to: 'unix:///nonexistent/router.sock' },
    ],
    log,
  })
  t.equal(log.lines.filter((line) => /nothing answers at .* tried again in 500 ms/.test(line)).length, 2)
  await t.rejects(askText(await connectTo(t, node), '/a/1'), { code: 'no-route' })
})

t.test('what was asked of a router whose link breaks is asked of another', async (t) => {
  const faces: Face[] = []
  let onAsked = (): void => {}
  const asked = new Promise<void>((resolve) => {
    onAsked = resolve
  })
  const listener = await listen('tcp://127.0.0.1:0', (face) => {
    faces.push(face)
    face.start({ onPacket: () => onAsked(), onClose: () => {} })
  })
  t.teardown(() => listener.close())
  const node = await startNode(t, { routes: [{ prefix: '/camera', to: listener.address, cost: 0 }] })
  await publish(t, node, '/camera', { text: 'smile' })
  t.equal(node.routes().find(({ prefix }) => prefix === '/camera')?.hops[0]?.remote, listener.address)
  const answer = askText(await connectTo(t, node), '/camera/1')
  await asked
  for (const face of faces) face.close()
  t.equal(await answer, 'smile')
})
