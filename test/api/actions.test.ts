import fc from 'fast-check'
import t from 'tap'
import type { ControllerActions, DeployEvent, RunEvent } from '../../src/controller/index.ts'
import { DEPLOY_EVENTS, FakeController, RUN_EVENTS, serve } from './fixture.ts'
import { DEPLOYMENT, FUNCTION, INSTANCE, LOST_NODE, NODE, PLAN, RESULT, ROUTE, RUN } from './views.ts'

t.test('every action is asked for and answered as it stands', async (t) => {
  const controller = new FakeController()
  const { client } = await serve(t, controller)
  const source = { file: 'photos.yaml', text: 'name: photos\n' }
  const deployEvents: DeployEvent[] = []
  const runEvents: RunEvent[] = []
  const onDeploy = (event: DeployEvent): void => void deployEvents.push(event)

  t.same(await client.nodes(), [NODE, LOST_NODE])
  t.same(await client.setAvailability('edge', 'drain'), NODE)
  t.same(await client.changeLabels('edge', { set: { a: '1' }, removed: ['b'] }), NODE)
  t.same(await client.calibrate('a node/of mine'), NODE)
  t.same(await client.functions(), [FUNCTION])
  t.same(await client.plan(source, { scheduler: 'heft', timeLimit: 500 }), PLAN)
  t.same(await client.deploy(source, undefined, onDeploy), DEPLOYMENT)
  t.same(deployEvents, [...DEPLOY_EVENTS, { type: 'done', deployment: DEPLOYMENT }])
  t.same(await client.deployments(), [DEPLOYMENT])
  t.same(await client.deployment('photos'), DEPLOYMENT)
  t.same(await client.source('photos'), source)
  t.same(await client.source('photos', 2), source)
  deployEvents.length = 0
  t.same(await client.rollback('photos', 2, onDeploy), DEPLOYMENT)
  t.same(deployEvents, [...DEPLOY_EVENTS, { type: 'done', deployment: DEPLOYMENT }])
  t.same(await client.rollback('photos'), DEPLOYMENT)
  t.equal(await client.remove('photos'), undefined)
  t.same(await client.instances(), [INSTANCE])
  t.same(await client.instance('resize-1'), INSTANCE)
  t.match(await client.logs('resize-1'), { instance: 'resize-1', lines: [{ text: 'it \u001b[31mworks' }] })
  t.match(await client.hold('resize-1', 'pause'), { hold: 'pause' })
  t.match(await client.hold('resize-1', undefined), { state: 'ready' })
  t.same(await client.restart('resize-1', true), INSTANCE)
  t.same(await client.restart('resize-1'), INSTANCE)
  t.same(await client.routes(), [ROUTE])
  const { view, result } = await client.run('photo-summary', '/camera/1', (event) => runEvents.push(event))
  t.same(view, RUN)
  t.same(Buffer.from(result), RESULT)
  t.same(runEvents, [...RUN_EVENTS, { type: 'done', run: RUN }])

  t.same(controller.calls, [
    ['nodes'],
    ['setAvailability', 'edge', 'drain'],
    ['changeLabels', 'edge', { set: { a: '1' }, removed: ['b'] }],
    ['calibrate', 'a node/of mine'],
    ['functions'],
    ['plan', source, { scheduler: 'heft', timeLimit: 500 }],
    ['deploy', source, {}],
    ['deployments'],
    ['deployment', 'photos'],
    ['source', 'photos', undefined],
    ['source', 'photos', 2],
    ['rollback', 'photos', 2],
    ['rollback', 'photos', undefined],
    ['remove', 'photos'],
    ['instances'],
    ['instance', 'resize-1'],
    ['logs', 'resize-1'],
    ['hold', 'resize-1', 'pause'],
    ['hold', 'resize-1', undefined],
    ['restart', 'resize-1', true],
    ['restart', 'resize-1', false],
    ['routes'],
    ['run', 'photo-summary', '/camera/1'],
  ])
})

t.test('whatever text and numbers an answer holds, it comes as it was', async (t) => {
  const controller = new FakeController()
  const { client } = await serve(t, controller)
  const text = fc.string({ unit: 'binary' })
  const cases = fc.record({
    labels: fc.dictionary(text, text, { noNullPrototype: true }),
    cause: text,
    events: fc.array(fc.record({ ms: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }) })),
    result: fc.uint8Array(),
    name: fc
      .string({ unit: 'binary', minLength: 1, maxLength: 50 })
      .filter((name) => !/^\.{1,2}$/.test(name)),
  })
  await fc.assert(
    fc.asyncProperty(cases, async ({ labels, cause, events, result, name }) => {
      const facts = NODE.facts && { ...NODE.facts, labels }
      const nodes = [{ ...NODE, facts, cause }]
      const phases = events.map(({ ms }): DeployEvent => ({ type: 'phase', phase: 'pull', ms }))
      const deployment = { ...DEPLOYMENT, cause }
      const asked: string[] = []
      Object.assign(controller, {
        nodes: async () => nodes,
        deploy: async (_source, _options, onEvent) => {
          for (const event of phases) onEvent?.(event)
          return deployment
        },
        calibrate: async (node) => {
          asked.push(node)
          return NODE
        },
        run: async () => ({ view: RUN, result }),
      } satisfies Partial<ControllerActions>)
      t.strictSame(await client.nodes(), JSON.parse(JSON.stringify(nodes)))
      const got: DeployEvent[] = []
      await client.deploy({ file: 'a', text: '' }, {}, (event) => got.push(event))
      t.strictSame(got, JSON.parse(JSON.stringify([...phases, { type: 'done', deployment }])))
      t.strictSame((await client.run('w', '/a')).result, result)
      await client.calibrate(name)
      t.strictSame(asked, [name])
    }),
    { numRuns: 50 },
  )
})
