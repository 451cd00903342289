import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { CommandError, NO_CURSOR } from '../../src/control/index.ts'
import { fetchObject } from '../../src/endpoint/index.ts'
import { Name } from '../../src/packet/index.ts'
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

t.test('what a controller assigns', { skip: skipWithoutRegistry }, async (t) => {
  const registry = await FunctionRegistry.start(t)
  const v1 = await registry.push(t, 'who', '1.0.0', saysWho('v1', 20))
  const v2 = await registry.push(t, 'who', '2.0.0', saysWho('v2', 20))

  await t.test('is pulled, started, led to and told of', async (t) => {
    const node = await startNode(t)
    await publish(t, node, '/camera', { text: 'smile' })
    const endpoint = await connectTo(t, node)
    t.same(node.assigned(), {
      controller: undefined,
      revision: undefined,
      isApplied: true,
      problems: [],
      instances: [],
    })
    const routes = [routeTo('who-1', '/128=who'), routeTo('who-1', '/128=who/camera/7')]
    await assign(endpoint, registry.assignment({ instances: [instance('who-1', v1)], routes }))
    await reaches(node, 'who-1', 'ready')
    t.match(await askText(endpoint, 'who/camera/1'), /^v1 \d+ smile $/)
    const report = node.assigned()
    t.match(report, {
      controller: 'test',
      revision: 1,
      isApplied: true,
      problems: [],
      instances: [
        {
          id: 'who-1',
          function: 'who',
          version: '1.0.0',
          digest: v1.digest,
          isAssigned: true,
          generation: 0,
          process: 'who-1-1',
          restarts: 0,
          pending: 0,
        },
      ],
    })
    const [one] = report.instances
    t.ok((one?.phases.pull?.bytes ?? 0) > 1_000_000)
    t.same(Object.keys(one?.phases ?? {}), ['pull', 'prepare', 'create', 'start', 'ready'])
    t.ok(Math.abs(Date.now() - (one?.askedAt ?? 0)) < 60_000)
    t.match(
      node.routes().filter(({ prefix }) => prefix.startsWith('who')),
      [
        { prefix: 'who', hops: [{ origin: 'controller', plan: 'test/plan/1', cost: 0 }] },
        { prefix: 'who/camera/7', hops: [{ origin: 'controller', plan: 'test/plan/1', cost: 0 }] },
      ],
    )
    t.match(node.logs('who-1'), { instance: 'who-1', lines: [{ text: 'working' }] })
    const dataset = await fetchObject(endpoint, Name.parse('/localhost/ndn-sfc/logs/who-1'))
    t.match(JSON.parse(Buffer.from(dataset.content).toString()), { lines: [{ text: 'working' }] })
    t.equal(node.logs('who-2'), undefined)
    while (reportOf(node, 'who-1')?.memory === undefined) await delay(20)
  })

  await t.test('is refused where it is not newer, or of another controller; and kept', async (t) => {
    const home = await makeHome(t)
    const node = await startNode(t, { home })
    const endpoint = await connectTo(t, node)
    const instances = [instance('who-1', v1)]
    const routes = [routeTo('who-1', '/128=who')]
    const second = registry.assignment({ revision: 2, instances, routes })
    await assign(endpoint, second)
    await assign(endpoint, second)
    const refused = async (assignment: typeof second, message: RegExp) =>
      await t.rejects(assign(endpoint, assignment), { constructor: CommandError, message })
    await refused({ ...second, revision: 1 }, /revision 1 of the controller test is older than revision 2/)
    await refused({ ...second, instances: [] }, /assigned already, and says something else/)
    await refused({ ...second, controller: 'other' }, /the controller test has assigned this node/)
    await refused(
      { ...second, revision: 3, instances: [...instances, ...instances] },
      /two instances have the id who-1/,
    )
    t.match(node.assigned(), { controller: 'test', revision: 2 })
    await assign(endpoint, { ...second, controller: 'other', revision: 1 }, { force: true })
    t.match(node.assigned(), { controller: 'other', revision: 1 })
    await reaches(node, 'who-1', 'ready')
    await node.stop()

    await registry.host.stop()
    const again = await startNode(t, { home })
    await publish(t, again, '/camera', { text: 'smile' })
    await reaches(again, 'who-1', 'ready')
    t.match(again.assigned(), { controller: 'other', revision: 1 })
    t.match(await askText(await connectTo(t, again), 'who/camera/1'), /^v1 /, 'though no registry answers')
    await registry.host.run()
  })

  await t.test('two instances share the load, and one goes without a failed request', async (t) => {
    const node = await startNode(t, { functions: [functionFile('upper')] })
    await publish(t, node, '/camera', { text: 'smile' })
    const endpoint = await connectTo(t, node)
    const both = registry.assignment({
      instances: [instance('who-1', v1), instance('who-2', v1)],
      routes: [routeTo('who-1', '/128=who'), routeTo('who-2', '/128=who')],
    })
    await assign(endpoint, both)
    await Promise.all([reaches(node, 'who-1', 'ready'), reaches(node, 'who-2', 'ready')])
    t.match(
      (await node.functions()).map(({ name, instances, state }) => [name, instances, state]),
      [
        ['upper', 1, 'ready'],
        ['who', 2, 'ready'],
      ],
    )
    const load = steadily(endpoint, (i) => `who(times=${i % 3 === 0 ? 2000 : 1})/camera/${i}`, 10)
    await load.more(60)
    await assign(endpoint, {
      ...both,
      revision: 2,
      instances: both.instances.slice(1),
      routes: both.routes.slice(1),
    })
    t.ok([undefined, 'draining'].includes(reportOf(node, 'who-1')?.state))
    await reaches(node, 'who-1', undefined)
    await load.more(20)
    const answers = await load.stop()
    t.same(
      answers.filter((answer) => !answer.startsWith('v1 ')),
      [],
    )
    t.equal(new Set(answers.map((answer) => answer.split(' ')[1])).size, 2, 'both have worked')
    t.equal((await node.facts()).load.instances, 2)
    t.equal(node.faces().filter((face) => face.function === 'who').length, 1, 'its face is gone')
  })

  await t.test('one version takes the place of another at a steady stream of requests', async (t) => {
    const node = await startNode(t, { contentStore: { packets: 0 } })
    await publish(t, node, '/camera', { text: 'smile' })
    const endpoint = await connectTo(t, node)
    const [old, next] = [instance('who-1', v1), instance('who-2', v2)]
    const [oldRoute, nextRoute] = [routeTo('who-1', '/128=who'), routeTo('who-2', '/128=who')]
    await assign(endpoint, registry.assignment({ instances: [old], routes: [oldRoute] }))
    await reaches(node, 'who-1', 'ready')
    const load = steadily(endpoint, (i) => `who(times=${i % 2 === 0 ? 2000 : 1})/camera/${i % 50}`, 10)
    await load.more(20)
    await assign(endpoint, registry.assignment({ revision: 2, instances: [old, next], routes: [oldRoute] }))
    await reaches(node, 'who-2', 'ready')
    await load.more(20)
    await assign(
      endpoint,
      registry.assignment({
        revision: 3,
        instances: [old, next],
        routes: [{ ...oldRoute, cost: 2 ** 32 }, nextRoute],
      }),
    )
    await load.more(40)
    await assign(endpoint, registry.assignment({ revision: 4, instances: [next], routes: [nextRoute] }))
    await reaches(node, 'who-1', undefined)
    await load.more(20)
    const answers = await load.stop()
    t.same(
      answers.filter((answer) => !/^v[12] /.test(answer)),
      [],
    )
    t.match(answers[0], /^v1/)
    t.match(answers.at(-1), /^v2/)
  })

  await t.test('scales to zero when nobody asks, and back with the next Interest', async (t) => {
    const node = await startNode(t)
    await publish(t, node, '/camera', { text: 'smile' })
    const endpoint = await connectTo(t, node)
    const idle = instance('who-1', v1, { idle: 200 })
    await assign(endpoint, registry.assignment({ instances: [idle], routes: [routeTo('who-1', '/128=who')] }))
    await reaches(node, 'who-1', 'ready')
    await reaches(node, 'who-1', 'idle')
    t.equal(reportOf(node, 'who-1')?.process, undefined)
    await node.works(NO_CURSOR)
    const load = async () => (await node.facts()).load.instances
    while ((await load()) > 0) await delay(10)
    const answers = await Promise.all([1, 2, 3].map((i) => askText(endpoint, `who/camera/${i}`)))
    t.equal(new Set(answers.map((answer) => answer.split(' ')[1])).size, 1)
    t.match(reportOf(node, 'who-1'), { process: 'who-1-2', restarts: 0 })
    await reaches(node, 'who-1', 'idle')
    // It has to run when it is not to sleep any more.
    await assign(
      endpoint,
      registry.assignment({
        revision: 2,
        instances: [instance('who-1', v1)],
        routes: [routeTo('who-1', '/128=who')],
      }),
    )
    await reaches(node, 'who-1', 'ready')
  })

  await t.test('is held, stopped and started again as an operator says', async (t) => {
    const node = await startNode(t)
    await publish(t, node, '/camera', { text: 'smile' })
    const endpoint = await connectTo(t, node)
    let revision = 0
    const set = async (more: object) =>
      await assign(
        endpoint,
        registry.assignment({
          revision: ++revision,
          instances: [instance('who-1', v1, more)],
          routes: [routeTo('who-1', '/128=who')],
        }),
      )
    const ask = (name: string) => askText(endpoint, `who/camera/${name}`)
    await set({})
    await reaches(node, 'who-1', 'ready')
    await ask('1')
    await set({ hold: 'pause' })
    await reaches(node, 'who-1', 'paused')
    await t.rejects(ask('2'), { code: 'no-route' })
    t.equal(reportOf(node, 'who-1')?.process, 'who-1-1', 'its process stays')
    await set({ hold: 'stop' })
    await reaches(node, 'who-1', 'withdrawn')
    t.equal(reportOf(node, 'who-1')?.process, undefined)
    await t.rejects(ask('3'), { code: 'no-route' })
    await set({})
    await reaches(node, 'who-1', 'ready')
    t.match(await ask('4'), /^v1 /)

    const load = steadily(endpoint, (i) => `who/camera/load/${i}`, 10)
    await load.more(10)
    await set({ generation: 1 })
    await reaches(node, 'who-1', 'ready', ({ generation }) => generation === 1)
    const third = await ask('third')
    await node.commands.restart({ instance: 'who-1', kill: true })
    await reaches(node, 'who-1', 'ready', ({ process }) => process === 'who-1-4')
    const fourth = await ask('5')
    await node.commands.restart({ instance: 'who-1', kill: false })
    await reaches(node, 'who-1', 'ready', ({ process }) => process === 'who-1-5')
    await load.more(10)
    const answers = [third, fourth, ...(await load.stop())]
    t.same(
      answers.filter((answer) => !answer.startsWith('v1 ')),
      [],
    )
    t.equal(new Set(answers.map((answer) => answer.split(' ')[1])).size, 4)
    t.equal(reportOf(node, 'who-1')?.restarts, 0, 'none of that was its own doing')
    await t.rejects(node.commands.restart({ instance: 'nobody', kill: true }), /there is no instance nobody/)
  })
})
