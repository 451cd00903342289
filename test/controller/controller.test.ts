import { EventEmitter, once } from 'node:events'
import t from 'tap'
import { MAX_PLANS } from '../../src/controller/controller.ts'
import type { DeployEvent } from '../../src/controller/index.ts'
import type { PlanOrder } from '../../src/controller/plan-deployment.ts'
import { CostPlanner } from '../../src/controller/planner.ts'
import { INSTANCE_FAILED_AFTER_MS } from '../../src/controller/roles.ts'
import { MAX_WAITING_CHANGES } from '../../src/controller/turns.ts'
import { NODE_LOST_AFTER_MS } from '../../src/controller/watched-node.ts'
import { fileOf, Lab, START_MS } from './fixtures/fake-nodes.ts'

const TWO = fileOf({
  name: 'photos',
  functions: [{ name: 'resize', instances: { min: 2, max: 3 }, idle: 5000, queue: 4 }],
})
const ONE = fileOf({
  name: 'photos',
  functions: [{ name: 'resize', instances: { min: 1, max: 2 }, idle: 5000, queue: 4 }],
})

t.test('a deployment is planned, kept, started, led to, and done', async (t) => {
  const lab = await Lab.open(t, ['a', 'b'])
  const events: DeployEvent[] = []
  const view = await lab.clock.run(lab.controller.deploy(TWO, {}, (event) => events.push(event)))
  t.match(view, {
    name: 'photos',
    revision: 1,
    state: 'ready',
    functions: [{ name: 'resize', version: '1.0.0' }],
    earlier: [],
  })
  t.match(view.phases, {
    plan: { ms: Number },
    pull: { ms: 10, bytes: 2000 },
    create: { ms: 20 },
    total: { ms: Number },
  })
  const kinds = events.map((event) => (event.type === 'phase' ? event.phase : event.type))
  t.same([...new Set(kinds)], ['planned', 'plan', 'instance', 'pull', 'create', 'route', 'total', 'done'])
  const instances = await lab.controller.instances()
  t.same(
    instances.map(({ role, state }) => `${role} ${state}`),
    ['serving ready', 'serving ready'],
  )
  for (const node of lab.nodes.values()) t.ok(node.assignment?.routes.length)
  t.same(await lab.controller.source('photos'), TWO)
  const { taken } = lab.node('a')
  await lab.clock.advance(10_000)
  t.equal(lab.node('a').taken, taken, 'nothing else is touched')
})

t.test('a wrong file, and one that no node takes, change nothing', async (t) => {
  const lab = await Lab.open(t, ['a'])
  const wrong = { file: 'photos.yaml', text: 'wrong' }
  await t.rejects(lab.clock.run(lab.controller.deploy(wrong)), { code: 'bad-file' })
  const demands = [
    {
      kind: 'label',
      key: 'camera',
      value: 'true',
      isEqual: true,
      text: 'node.labels.camera == true',
    } as const,
  ]
  const picky = fileOf({ name: 'photos', functions: [{ name: 'resize', demands }] })
  await t.rejects(lab.clock.run(lab.controller.deploy(picky)), {
    code: 'cannot-place',
    message: /a: it has no label camera/,
  })
  t.same(await lab.controller.deployments(), [])
  t.same(await lab.controller.instances(), [])
  await t.rejects(lab.controller.deployment('photos'), { code: 'not-found' })
})

t.test(
  'an update that does not start is taken back, with the reason; one that does can be rolled back',
  async (t) => {
    const lab = await Lab.open(t, ['a', 'b'])
    await lab.clock.run(lab.controller.deploy(ONE))
    const [before] = await lab.controller.instances()
    lab.versions.set('resize', '2.0.0')
    for (const node of lab.nodes.values()) node.failing.add('resize-2')
    await t.rejects(lab.clock.run(lab.controller.deploy(ONE)), {
      code: 'failed',
      message: /what was there before is there again\. resize-2 on .* is failed: it exits at once/,
    })
    for (const node of lab.nodes.values()) node.failing.clear()
    await lab.clock.advance(3000)
    t.match(await lab.controller.instances(), [{ id: before?.id, role: 'serving', version: '1.0.0' }])
    t.match(await lab.controller.deployment('photos'), {
      revision: 1,
      state: 'ready',
      cause: /exits at once/,
    })

    t.match(await lab.clock.run(lab.controller.deploy(ONE)), {
      revision: 2,
      earlier: [1],
      functions: [{ version: '2.0.0' }],
    })
    t.match(await lab.controller.instances(), [{ role: 'serving', version: '2.0.0' }])
    t.match(await lab.clock.run(lab.controller.rollback('photos')), {
      revision: 3,
      functions: [{ version: '1.0.0' }],
    })
    t.match(await lab.controller.instances(), [{ role: 'serving', version: '1.0.0' }])
    await t.rejects(lab.clock.run(lab.controller.rollback('photos', 9)), { code: 'not-found' })
    await lab.clock.run(lab.controller.remove('photos'))
    t.same(await lab.controller.instances(), [], 'it was waited for them')
    t.same(await lab.controller.deployments(), [])
    await lab.clock.advance(1000)
    t.same(lab.node('a').assignment?.instances, [])
  },
)

t.test('the old instance stays until it has nothing in hand', async (t) => {
  const lab = await Lab.open(t, ['a'])
  await lab.clock.run(lab.controller.deploy(ONE))
  const [old] = await lab.controller.instances()
  const id = old?.id as string
  lab.node('a').pending.set(id, 1)
  lab.versions.set('resize', '2.0.0')
  const update = lab.controller.deploy(ONE)
  await lab.clock.advance(5000)
  t.match(await lab.controller.instance(id), { role: 'leaving' })
  lab.node('a').pending.clear()
  t.match(await lab.clock.run(update), { revision: 2 })
  await t.rejects(lab.controller.instance(id), {
    code: 'not-found',
    message: `there is no instance ${id} among 1; did you mean resize-2?`,
  })
})

t.test('changes come one after the other, and not too many wait', async (t) => {
  const lab = await Lab.open(t, ['a'])
  const changes = Array.from({ length: MAX_WAITING_CHANGES + 1 }, () => lab.controller.deploy(ONE))
  await t.rejects(lab.controller.deploy(ONE), { code: 'too-many' })
  const views = await lab.clock.run(Promise.all(changes))
  t.same(
    views.map(({ revision }) => revision),
    views.map((_, index) => index + 1),
  )
})

t.test('instances of a lost node are replaced, and what is too much goes when it is back', async (t) => {
  const lab = await Lab.open(t, ['a', 'b'])
  await lab.clock.run(lab.controller.deploy(ONE))
  const [first] = await lab.controller.instances()
  const node = lab.node(first?.node as string)
  node.isUp = false
  await lab.clock.advance(NODE_LOST_AFTER_MS / 2)
  t.match(await lab.controller.instances(), [{ id: first?.id }], 'it may be only a moment')
  t.match(await lab.controller.deployment('photos'), { state: 'degraded', cause: /is down/ })
  await lab.clock.advance(NODE_LOST_AFTER_MS + 2000)
  const [second, ...rest] = await lab.controller.instances()
  t.same(rest, [])
  t.match(second, { role: 'serving', state: 'ready' })
  t.not(second?.node, first?.node)
  node.isUp = true
  await lab.clock.advance(2000)
  t.same(node.assignment?.instances, [])
  t.match(await lab.controller.deployment('photos'), { state: 'ready' })
})

t.test('an instance that goes on failing is replaced elsewhere', async (t) => {
  const lab = await Lab.open(t, ['a', 'b'])
  await lab.clock.run(lab.controller.deploy(ONE))
  const [first] = await lab.controller.instances()
  lab.node(first?.node as string).failing.add('*')
  await lab.clock.advance(INSTANCE_FAILED_AFTER_MS / 2)
  t.match(await lab.controller.instances(), [{ id: first?.id, state: 'failed' }])
  await lab.clock.advance(INSTANCE_FAILED_AFTER_MS)
  const after = await lab.controller.instances()
  t.match(after, [{ role: 'serving', state: 'ready' }])
  t.not(after[0]?.node, first?.node)
})

t.test('of a first deployment that comes to nothing, nothing is left but the reason', async (t) => {
  const lab = await Lab.open(t, ['a'])
  lab.node('a').failing.add('*')
  await t.rejects(lab.clock.run(lab.controller.deploy(ONE)), {
    code: 'failed',
    message: /could not be started, and nothing of it is left\. resize-1 on a is failed/,
  })
  await lab.clock.advance(3000)
  t.same(await lab.controller.instances(), [])
  t.match(await lab.controller.deployment('photos'), { state: 'failed', cause: /exits at once/ })
})

t.test('busy functions get one more, up to their bound; idle ones one less', async (t) => {
  const lab = await Lab.open(t, ['a', 'b'])
  await lab.clock.run(lab.controller.deploy(ONE))
  const busy = async (pending: number) => {
    for (const { id, node } of await lab.controller.instances()) lab.node(node).pending.set(id, pending)
  }
  await busy(3)
  await lab.clock.advance(3000)
  t.equal((await lab.controller.instances()).length, 1)
  await busy(4)
  await lab.clock.advance(3000)
  t.equal((await lab.controller.instances()).length, 2)
  await busy(9)
  await lab.clock.advance(3000)
  t.equal((await lab.controller.instances()).length, 2, 'there may be no more')
  await busy(0)
  await lab.clock.advance(4000)
  t.equal((await lab.controller.instances()).length, 2)
  await lab.clock.advance(4000)
  t.match(await lab.controller.instances(), [{ role: 'serving' }])
  await lab.clock.advance(20_000)
  t.equal((await lab.controller.instances()).length, 1, 'and never less than the least')
})

t.test('none goes while the others would be busy without it, nor before it could work', async (t) => {
  const lab = await Lab.open(t, ['a', 'b'])
  const quick = { ...ONE, text: ONE.text.replace('"idle":5000', `"idle":${START_MS / 2}`) }
  await lab.clock.run(lab.controller.deploy(quick))
  const [first] = await lab.controller.instances()
  const wait = (pending: number) => lab.node(first?.node as string).pending.set(first?.id as string, pending)
  wait(9)
  await lab.clock.advance(3000)
  const both = [{ id: first?.id }, { role: 'serving' }]
  t.match(await lab.controller.instances(), both)
  const [, second] = await lab.controller.instances()
  await lab.clock.advance(10_000)
  t.match(
    await lab.controller.instances(),
    [{ id: first?.id }, { id: second?.id }],
    'the first one is busy still',
  )
  wait(3)
  await lab.clock.advance(3000)
  t.match(await lab.controller.instances(), [{ id: first?.id, role: 'serving' }])
  t.equal((await lab.controller.instances()).length, 1)
})

t.test('a deployment is ready when all nodes lead to it', async (t) => {
  const lab = await Lab.open(t, ['a', 'b'])
  let isReady = false
  for (const node of lab.nodes.values()) {
    const assign = node.assign.bind(node)
    node.assign = async (assignment) => {
      const leads = assignment.routes.length > 0
      if (leads) isReady ||= (await lab.controller.deployment('photos')).state === 'ready'
      await assign(assignment)
    }
  }
  await lab.clock.run(lab.controller.deploy(ONE))
  t.notOk(isReady, 'not before they were told')
  t.match(await lab.controller.deployment('photos'), { state: 'ready' })
})

t.test('a node is drained once others have taken over, or not at all', async (t) => {
  const lab = await Lab.open(t, ['a', 'b'])
  await lab.clock.run(lab.controller.deploy(ONE))
  const [first] = await lab.controller.instances()
  const name = first?.node as string
  const node = lab.node(name)
  node.pending.set(first?.id as string, 1)
  const draining = lab.controller.setAvailability(name, 'drain')
  await lab.clock.advance(5000)
  t.equal(node.availability, 'active', 'there is work in hand')
  t.equal((await lab.controller.instances()).filter(({ role }) => role === 'serving').length, 1)
  node.pending.clear()
  t.match(await lab.clock.run(draining), { name, facts: { availability: 'drain' } })
  t.match(await lab.controller.instances(), [{ role: 'serving', state: 'ready' }])
  const other = name === 'a' ? 'b' : 'a'
  await t.rejects(lab.clock.run(lab.controller.setAvailability(other, 'drain')), { code: 'cannot-place' })
  t.equal(lab.node(other).availability, 'active')
  t.match(await lab.clock.run(lab.controller.setAvailability(name, 'active')), {
    facts: { availability: 'active' },
  })
  await t.rejects(lab.controller.setAvailability('z', 'drain'), {
    code: 'not-found',
    message: /there are a, b/,
  })
})

t.test('an operator holds and restarts instances', async (t) => {
  const lab = await Lab.open(t, ['a'])
  await lab.clock.run(lab.controller.deploy(ONE))
  const [{ id = '' } = {}] = await lab.controller.instances()
  t.match(await lab.clock.run(lab.controller.hold(id, 'pause')), { state: 'paused', hold: 'pause' })
  t.match(await lab.clock.run(lab.controller.hold(id, undefined)), { state: 'ready' })
  t.match(await lab.clock.run(lab.controller.restart(id)), { generation: 1, state: 'ready' })
  t.match(await lab.controller.logs(id), { instance: id })
})

t.test('a controller that starts again goes on with what the one before had begun', async (t) => {
  const lab = await Lab.open(t, ['a', 'b'])
  const begun = lab.controller.deploy(TWO)
  begun.catch(() => {})
  await lab.clock.advance(100)
  t.match(await lab.controller.deployment('photos'), { state: 'deploying' })
  await lab.clock.run(lab.controller.close())
  await t.rejects(begun, /closed/)
  lab.start()
  await lab.clock.advance(5000)
  t.match(await lab.controller.deployment('photos'), { state: 'ready', revision: 1 })
  t.same(
    (await lab.controller.instances()).map(({ role }) => role),
    ['serving', 'serving'],
  )
  const { taken } = lab.node('a')
  await lab.clock.run(lab.controller.close())
  lab.start()
  await lab.clock.advance(5000)
  t.equal(lab.node('a').taken, taken, 'and tells nobody anything that is known')
})

t.test('a node that another controller assigns to is left alone, unless told otherwise', async (t) => {
  const lab = await Lab.open(t, ['a'])
  await lab.clock.run(lab.controller.deploy(ONE))
  const node = lab.node('a')
  const other = { ...node.assignment, controller: 'other', revision: 7 } as typeof node.assignment
  node.assignment = other
  await lab.clock.advance(5000)
  t.equal(node.assignment, other)
  t.match(await lab.controller.nodes(), [{ problems: [/other assigns to it/] }])
  await lab.clock.run(lab.controller.close())
  lab.start({ force: true })
  await lab.clock.advance(5000)
  t.equal(node.assignment?.controller, lab.store.controller)
  t.match(await lab.controller.nodes(), [{ problems: [] }])
})

t.test('while a plan is searched for, all else goes on, and counts in what becomes of it', async (t) => {
  const lab = await Lab.create(t, ['a', 'b'])
  await lab.controller.close()
  const events = new EventEmitter()
  const searching = once(events, 'searching')
  class Slow extends CostPlanner {
    override async plan(order: PlanOrder) {
      const plan = await super.plan(order)
      if (order.scheduler === 'sf-seek') {
        events.emit('searching')
        await once(events, 'found')
      }
      return plan
    }
  }
  lab.start({ planner: new Slow({ clock: () => 0 }) })
  t.teardown(() => lab.clock.run(lab.controller.close()))
  await lab.clock.run(lab.controller.deploy(ONE))
  const [first] = await lab.controller.instances()
  const later = lab.controller.deploy(ONE, { scheduler: 'sf-seek' })
  await lab.clock.run(searching)
  lab.node(first?.node as string).pending.set(first?.id as string, 9)
  await lab.clock.advance(NODE_LOST_AFTER_MS)
  const roles = async () => (await lab.controller.instances()).map(({ id, role }) => `${id} ${role}`)
  t.same(await roles(), ['resize-1 serving', 'resize-2 serving'], 'one more was needed')
  lab.node(first?.node as string).pending.clear()
  events.emit('found')
  t.match(await lab.clock.run(later), { revision: 2, state: 'ready' })
  t.match(await roles(), ['resize-1 serving'])
})

t.test(
  'a search ends with who wants the plan, and with the controller; there are not too many',
  async (t) => {
    const lab = await Lab.create(t, ['a'])
    await lab.controller.close()
    /** Searches until it is ended. */
    class Endless extends CostPlanner {
      override async plan(order: PlanOrder) {
        const { signal } = order
        if (order.scheduler !== 'sf-seek') return await super.plan(order)
        if (signal?.aborted === false) await once(signal, 'abort')
        throw signal?.reason
      }
    }
    lab.start({ planner: new Endless({ clock: () => 0 }) })
    const gone = new AbortController()
    const seek = { scheduler: 'sf-seek' }
    const plans = Promise.allSettled(
      Array.from({ length: MAX_PLANS }, () => lab.controller.plan(ONE, seek, gone.signal)),
    )
    await t.rejects(lab.controller.plan(ONE), { code: 'too-many', message: /try again when one is done/ })
    gone.abort(new Error('gone'))
    for (const ended of await lab.clock.run(plans))
      t.match(ended, { status: 'rejected', reason: { message: 'gone' } })
    t.match(await lab.clock.run(lab.controller.plan(ONE)), { deployment: 'photos' }, 'there is room again')
    const deploying = t.rejects(lab.controller.deploy(ONE, seek), { message: 'the controller is closed' })
    await lab.clock.advance(100)
    await lab.clock.run(lab.controller.close())
    await deploying
  },
)
