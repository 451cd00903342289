import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { decodeInputs, fetchObject, INPUTS_MEDIA_TYPE } from '../../src/endpoint/index.ts'
import { flatName, Name, parseChain } from '../../src/packet/index.ts'
import type { Node } from '../../src/router/index.ts'
import { skipWithoutRegistry } from '../repository/registry-host.ts'
import {
  assign,
  FunctionRegistry,
  instance,
  reaches,
  reportOf,
  routeTo,
  saysWho,
  steadily,
} from './assignment-fixture.ts'
import { askText, connectTo, functionFile, makeHome, publish, startNode } from './fixture.ts'

t.setTimeout(300_000)

const tcp = (node: Node): string => node.addresses[1] as string
const listen = ['tcp://127.0.0.1:0']

t.test('assignments and what is beside them', { skip: skipWithoutRegistry }, async (t) => {
  const registry = await FunctionRegistry.start(t)
  const v1 = await registry.push(t, 'who', '1.0.0', saysWho('v1', 20))
  const other = await registry.push(t, 'other', '1.0.0', saysWho('other', 300))

  await t.test('routes lead to another node, for functions and for content', async (t) => {
    const [here, there] = [await startNode(t), await startNode(t, { listen })]
    await publish(t, there, '/camera', { text: 'smile' })
    const [atHere, atThere] = [await connectTo(t, here), await connectTo(t, there)]
    await assign(
      atThere,
      registry.assignment({ instances: [instance('who-1', v1)], routes: [routeTo('who-1', '/128=who')] }),
    )
    await reaches(there, 'who-1', 'ready')
    const toThere = (prefix: string, cost = 10) => ({ prefix, to: { node: 'there' }, cost, plan: 'p/1' })
    const peers = { there: tcp(there) }
    const routes = [toThere('/128=who'), toThere('/camera'), { ...toThere('/x'), to: { node: 'nowhere' } }]
    await assign(atHere, registry.assignment({ peers, routes }))
    t.match(await askText(atHere, 'who/camera/1', { timeout: 60_000 }), /^v1 \d+ smile/)
    t.equal(Buffer.from((await fetchObject(atHere, Name.parse('/camera/2'))).content).toString(), 'smile')
    t.match(
      here.routes().filter(({ prefix }) => prefix === 'who'),
      [{ prefix: 'who', hops: [{ origin: 'controller', plan: 'p/1', cost: 10, remote: tcp(there) }] }],
    )
    t.same(here.assigned().problems, ['route /x: there is no address of node nowhere'])

    // It moves here, at a steady stream of requests, and no longer leads there.
    const load = steadily(atHere, (i) => `who(times=${i % 2 === 0 ? 2000 : 1})/camera/${i}`, 10)
    await load.more(20)
    const own = [instance('who-2', v1)]
    const both = [...routes.slice(0, 2), routeTo('who-2', '/128=who')]
    await assign(
      atHere,
      registry.assignment({ revision: 2, peers, instances: own, routes: routes.slice(0, 2) }),
    )
    await reaches(here, 'who-2', 'ready')
    await assign(atHere, registry.assignment({ revision: 3, peers, instances: own, routes: both }))
    await load.more(20)
    await assign(atHere, registry.assignment({ revision: 4, peers, instances: own, routes: both.slice(1) }))
    await load.more(20)
    const answers = await load.stop()
    t.same(
      answers.filter((answer) => !answer.startsWith('v1 ')),
      [],
    )
    t.equal(new Set(answers.map((answer) => answer.split(' ')[1])).size, 2)
    const refused = registry.assignment({
      revision: 5,
      peers: { there: 'tcp://127.0.0.1:1' },
      routes: routes.slice(0, 1),
    })
    await assign(atHere, refused)
    while (!here.assigned().problems.some((problem) => /127.0.0.1:1 does not answer/.test(problem)))
      await delay(10)
  })

  await t.test('a plan gives a piece of work to one instance, and another plan to another', async (t) => {
    const node = await startNode(t, { contentStore: { packets: 0 } })
    await publish(t, node, '/camera', { text: 'smile' })
    const endpoint = await connectTo(t, node)
    const instances = [instance('who-1', v1), instance('who-2', v1)]
    const all = instances.map(({ id }) => routeTo(id, '/128=who'))
    const piece = (id: string) => [...all, routeTo(id, '/128=who/130=times%3D2000/camera')]
    await assign(endpoint, registry.assignment({ instances, routes: piece('who-1') }))
    for (const { id } of instances) await reaches(node, id, 'ready')
    const load = steadily(endpoint, (i) => `who(times=2000)/camera/${i}`, 10)
    await load.more(20)
    await assign(endpoint, registry.assignment({ revision: 2, instances, routes: piece('who-2') }))
    await load.more(20)
    const answers = await load.stop()
    const pids = answers.map((answer) => answer.split(' ')[1])
    t.same(
      answers.filter((answer) => !answer.startsWith('v1 ')),
      [],
    )
    t.equal(new Set(pids.slice(0, 15)).size, 1, 'one does all of it')
    t.equal(new Set(pids.slice(-15)).size, 1)
    t.not(pids[0], pids.at(-1))
    const wrong = [routeTo('who-1', '/128=other'), routeTo('nobody', '/128=who')]
    await assign(endpoint, registry.assignment({ revision: 3, instances, routes: wrong }))
    t.match(node.assigned().problems, [
      /the instance who-1 is of who, and answers for nothing else/,
      /there is no instance nobody/,
    ])
  })

  await t.test('a node tells what the inputs of a task are', async (t) => {
    const node = await startNode(t)
    const endpoint = await connectTo(t, node)
    const name = '/workflow/photos/merge'
    await assign(
      endpoint,
      registry.assignment({ tasks: [{ name, inputs: ['/128=who/workflow/photos/a', '/'] }] }),
    )
    const { content, mediaType } = await fetchObject(endpoint, Name.parse(`${name}/camera/1`))
    t.equal(mediaType, INPUTS_MEDIA_TYPE)
    t.same(decodeInputs(content).map(String), ['/128=who/workflow/photos/a/camera/1', '/camera/1'])
    await assign(endpoint, registry.assignment({ revision: 2 }))
    await t.rejects(fetchObject(endpoint, Name.parse(`${name}/camera/2`)), { code: 'no-route' })
  })

  await t.test('availability is for assigned instances, too', async (t) => {
    const home = await makeHome(t)
    const node = await startNode(t, { home, contentStore: { packets: 0 } })
    await publish(t, node, '/camera', { text: 'smile' })
    const endpoint = await connectTo(t, node)
    const instances = [instance('other-1', other), instance('other-2', other)]
    const routes = instances.map(({ id }) => routeTo(id, '/128=other'))
    await assign(endpoint, registry.assignment({ instances, routes }))
    for (const { id } of instances) await reaches(node, id, 'ready')
    const asked = Array.from({ length: 10 }, (_, i) => askText(endpoint, `other(times=2000)/camera/${i}`))
    while ((reportOf(node, 'other-1')?.pending ?? 0) + (reportOf(node, 'other-2')?.pending ?? 0) < 10)
      await delay(5)
    await node.commands.setAvailability('drain')
    await t.rejects(askText(endpoint, 'other/camera/new'), { code: 'no-route' })
    for (const answer of await Promise.all(asked)) t.match(answer, /^other \d+ smile/)
    for (const { id } of instances) await reaches(node, id, 'withdrawn')
    await node.commands.setAvailability('active')
    for (const { id } of instances) await reaches(node, id, 'ready')
    t.match(await askText(endpoint, 'other/camera/new'), /^other /)

    await node.commands.setAvailability('pause')
    const more = [...instances, instance('who-1', v1)]
    await assign(endpoint, registry.assignment({ revision: 2, instances: more, routes }))
    await reaches(node, 'who-1', 'withdrawn', ({ cause }) =>
      /paused and takes no new instance/.test(cause ?? ''),
    )
    t.match(reportOf(node, 'other-1'), { state: 'ready' })
    await node.stop()
    const again = await startNode(t, { home })
    await reaches(again, 'other-1', 'ready')
    t.match(reportOf(again, 'who-1'), { state: 'withdrawn' })
    await again.commands.setAvailability('active')
    await reaches(again, 'who-1', 'ready')
  })

  await t.test(
    'an instance of an assignment and one of the configuration are two of one function',
    async (t) => {
      const node = await startNode(t, { functions: [functionFile('upper')] })
      await publish(t, node, '/camera', { text: 'smile' })
      const endpoint = await connectTo(t, node)
      const upper = await registry.push(t, 'upper', '2.0.0', saysWho('v2'))
      const instances = [instance('upper-9', upper), instance('upper', upper)]
      await assign(endpoint, registry.assignment({ instances, routes: [routeTo('upper-9', '/128=upper')] }))
      await reaches(node, 'upper-9', 'ready')
      await reaches(node, 'upper', 'failed', ({ cause }) =>
        /there is an instance upper already/.test(cause ?? ''),
      )
      t.equal(node.routes().find(({ prefix }) => prefix === 'upper')?.hops.length, 2)
      await node.commands.restart({ instance: 'upper', kill: false })
      await assign(endpoint, registry.assignment({ revision: 2 }))
      await reaches(node, 'upper-9', undefined)
      t.equal(await askText(endpoint, 'upper/camera/1'), 'SMILE')
      const unknown = { code: 'bad-parameter' }
      await t.rejects(fetchObject(endpoint, flatName(parseChain('upper(times=2)/camera/2'))), {
        code: 'function-failed',
        failure: unknown,
      })
    },
  )

  await t.test('a version that is not to be had is told of, and tried again', async (t) => {
    const node = await startNode(t, { supervision: { firstRetry: 10, maxRetry: 20 } })
    const endpoint = await connectTo(t, node)
    const missing = { ...v1, digest: `sha256:${'0'.repeat(64)}` }
    await assign(endpoint, registry.assignment({ instances: [instance('who-1', missing)] }))
    await reaches(node, 'who-1', 'failed', ({ cause }) => /0000/.test(cause ?? ''))
    t.match(node.assigned().problems, [/^who-1: /])
    await assign(endpoint, registry.assignment({ revision: 2, instances: [instance('who-1', v1)] }))
    await reaches(node, 'who-1', 'ready')
    // Another version under the same id.
    await assign(endpoint, registry.assignment({ revision: 3, instances: [instance('who-1', other)] }))
    await reaches(
      node,
      'who-1',
      'ready',
      (report) => report.function === 'other' && report.process !== undefined,
    )
    while ((await node.functions())[0]?.name !== 'other') await delay(10)
  })
})
