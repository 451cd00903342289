import t from 'tap'
import { Costs } from '../../src/controller/costs.ts'
import type { Desired, DesiredInstance } from '../../src/controller/desired.ts'
import { desiredAfter, desiredWithout } from '../../src/controller/desired-after.ts'
import { freshId } from '../../src/controller/instance-ids.ts'
import type { Plan } from '../../src/controller/plan.ts'
import { planDeployment } from '../../src/controller/plan-deployment.ts'
import type { Deployment } from '../../src/deployment/index.ts'
import type { NodeFacts } from '../../src/facts/index.ts'
import { deployment, NOTHING, networkOf, node, version, wanted } from './network.ts'

const NODES = [node('a'), node('b')]

function planned(
  wish: Deployment,
  { nodes = NODES, number = '1.0.0', desired = NOTHING } = {} as {
    nodes?: readonly NodeFacts[]
    number?: string
    desired?: Desired
  },
): Promise<Plan> {
  const facts = wish.functions.map(({ name }) => version(name, { number }))
  const network = networkOf(nodes.map(({ name }) => name))
  return planDeployment({ deployment: wish, facts, desired, nodes, network }, new Costs())
}

function serving(desired: Desired): Desired {
  return { ...desired, instances: desired.instances.map((one) => ({ ...one, role: 'serving' as const })) }
}

const roles = ({ instances }: Desired) => instances.map(({ id, role }) => [id, role])

const photos = deployment('photos', { chains: ['crop:detect/camera'], contentNode: 'b' })

t.test('all of a first deployment is coming', async (t) => {
  const desired = desiredAfter(NOTHING, photos, await planned(photos), 1)
  t.same(roles(desired), [
    ['crop-1', 'coming'],
    ['detect-1', 'coming'],
  ])
  t.same(desired.pieces, [
    { deployment: 'photos', plan: 'photos/sf-cuv/1', prefix: '/128=detect/camera', instance: 'detect-1' },
    {
      deployment: 'photos',
      plan: 'photos/sf-cuv/1',
      prefix: '/128=crop/128=detect/camera',
      instance: 'crop-1',
    },
  ])
  t.same(desired.contents, [{ deployment: 'photos', prefix: '/camera', node: 'b' }])
})

t.test('the same again changes nothing but the revision', async (t) => {
  const before = serving(desiredAfter(NOTHING, photos, await planned(photos), 1))
  const again = desiredAfter(before, photos, await planned(photos, { desired: before }), 2)
  t.same(again.instances, before.instances)
  t.same(
    again.pieces.map(({ plan }) => plan),
    ['photos/sf-cuv/2', 'photos/sf-cuv/2'],
  )
})

t.test('a new version comes while the old one leaves', async (t) => {
  const before = serving(desiredAfter(NOTHING, photos, await planned(photos), 1))
  const after = desiredAfter(before, photos, await planned(photos, { number: '2.0.0', desired: before }), 2)
  t.same(roles(after), [
    ['crop-1', 'leaving'],
    ['detect-1', 'leaving'],
    ['crop-2', 'coming'],
    ['detect-2', 'coming'],
  ])
  t.same(
    after.pieces.map(({ instance }) => instance),
    ['detect-2', 'crop-2'],
  )
  t.same(after.instances[0]?.deployments, [], 'nobody wants it any more')

  const back = desiredAfter(after, photos, await planned(photos, { desired: after }), 3)
  t.same(
    roles(back),
    [
      ['crop-1', 'serving'],
      ['detect-1', 'serving'],
    ],
    'what left serves again, what came is gone',
  )
  t.same(back.instances[0]?.deployments, ['photos'])
})

t.test('what an operator said of an instance stays', async (t) => {
  const first = serving(desiredAfter(NOTHING, photos, await planned(photos), 1))
  const held: Desired = {
    ...first,
    instances: first.instances.map((one) => ({ ...one, hold: 'pause' as const, generation: 3 })),
  }
  const again = desiredAfter(held, photos, await planned(photos, { desired: held }), 2)
  t.same(again.instances, held.instances)
})

t.test('deployments share instances, and only what nobody wants goes', async (t) => {
  const functions = [wanted('detect', { instances: { min: 0, max: 2 }, idle: 100 })]
  const one = deployment('one', { chains: ['detect/camera'], functions })
  const two = deployment('two', { chains: ['detect/lobby'] })
  const single = [node('a', { vcpus: 1 })]
  const first = serving(desiredAfter(NOTHING, one, await planned(one, { nodes: single }), 1))
  t.equal(first.instances[0]?.idle, 100)
  const both = desiredAfter(first, two, await planned(two, { nodes: single, desired: first }), 1)
  t.same(roles(both), [['detect-1', 'serving']])
  t.same(both.instances[0]?.deployments, ['one', 'two'])
  t.equal(both.instances[0]?.idle, undefined, 'the other one wants it to be there always')
  t.equal(both.pieces.length, 2)
  const left = desiredWithout(both, 'one')
  t.same(left.instances[0]?.deployments, ['two'])
  t.same(
    left.pieces.map(({ prefix }) => prefix),
    ['/128=detect/lobby'],
  )
  t.same(roles(desiredWithout(left, 'two')), [['detect-1', 'leaving']])
  const coming = desiredAfter(NOTHING, one, await planned(one, { nodes: single }), 1)
  t.same(desiredWithout(coming, 'one'), NOTHING, 'where nobody was led yet nothing is to be finished')
  const newer = await planned(one, { nodes: single, number: '2.0.0' })
  t.throws(() => desiredAfter(both, one, newer, 2), { code: 'conflict' })
})

t.test('tasks of workflows come and go with their deployment', async (t) => {
  const tasks = [
    { name: 'split', inputs: [undefined] },
    { name: 'merge', inputs: ['split', undefined] },
  ]
  const wish = deployment('photos', { workflows: { summary: tasks } })
  const other = deployment('other', { workflows: { poster: tasks } })
  let desired = desiredAfter(NOTHING, other, await planned(other), 1)
  desired = desiredAfter(desired, wish, await planned(wish, { desired }), 1)
  t.same(desired.tasks.slice(2), [
    { name: '/workflow/summary/split', inputs: ['/'] },
    { name: '/workflow/summary/merge', inputs: ['/128=split/workflow/summary/split', '/'] },
  ])
  const renamed = deployment('photos', { workflows: { album: tasks } })
  desired = desiredAfter(desired, renamed, await planned(renamed, { desired }), 2)
  t.same(
    desired.tasks.map(({ name }) => name),
    ['/workflow/poster/split', '/workflow/poster/merge', '/workflow/album/split', '/workflow/album/merge'],
  )
  const same = deployment('third', { workflows: { poster: tasks } })
  await t.rejects(planned(same, { desired }), {
    code: 'conflict',
    message: /another deployment has a workflow poster/,
  })
  t.same(
    desiredWithout(desired, 'other').tasks.map(({ name }) => name),
    ['/workflow/album/split', '/workflow/album/merge'],
  )
})

t.test('of instances that are alike the one that serves is kept', async (t) => {
  const facts = node('a', { vcpus: 1 })
  const loose = { ...facts, cpu: { ...facts.cpu, cpus: [] } }
  const wish = deployment('d', { chains: ['detect/camera'] })
  const plan = await planned(wish, { nodes: [loose] })
  const [made] = desiredAfter(NOTHING, wish, plan, 1).instances as [DesiredInstance]
  const instances: DesiredInstance[] = [
    { ...made, id: 'detect-1', role: 'leaving' },
    { ...made, id: 'detect-2', role: 'coming' },
    { ...made, id: 'detect-3', role: 'serving' },
  ]
  t.same(roles(desiredAfter({ ...NOTHING, instances }, wish, plan, 2)), [
    ['detect-1', 'leaving'],
    ['detect-3', 'serving'],
  ])
})

t.test('an id is new, and no longer than it may be', async (t) => {
  const taken = new Set(['resize-1'])
  t.same([freshId('resize', taken), freshId('resize', taken)], ['resize-2', 'resize-3'])
  const long = 'f'.repeat(64)
  const ids = new Set<string>()
  for (let i = 0; i < 12; i++) t.ok(freshId(long, ids).length <= 64)
  t.equal(ids.size, 12)
})
