import t from 'tap'
import {
  assignmentSchema,
  LAST_RESORT_COST,
  MAX_ASSIGNED_INSTANCES,
  MAX_ASSIGNED_ROUTES,
  MAX_ASSIGNED_TASKS,
} from '../../src/control/index.ts'
import { assignmentsOf } from '../../src/controller/assignments.ts'
import type { Desired, DesiredInstance } from '../../src/controller/desired.ts'
import { NOTHING, networkOf, version } from './network.ts'

const NETWORK = networkOf(['a', 'b', 'c'])

function instance(id: string, node: string, rest: Partial<DesiredInstance> = {}): DesiredInstance {
  const name = id.replace(/-\d+$/, '')
  const { digest } = version(name)
  return {
    id,
    deployments: ['photos'],
    function: name,
    version: '1.0.0',
    digest,
    node,
    cpus: [1],
    generation: 0,
    role: 'serving',
    ...rest,
  }
}

function routesOf(desired: Partial<Desired>, node: string): (string | number)[][] {
  const assignment = assignmentsOf({ ...NOTHING, ...desired }, NETWORK).get(node)
  return (assignment?.routes ?? []).map(({ prefix, to, cost, plan }) => [
    prefix,
    'node' in to ? `to ${to.node}` : to.instance,
    cost,
    plan,
  ])
}

t.test('a function is reached on its own node at once, and from others by way of it', async (t) => {
  const instances = [
    instance('resize-1', 'a'),
    instance('resize-2', 'b', { deployments: ['other', 'photos'] }),
  ]
  t.same(routesOf({ instances }, 'a'), [
    ['/128=resize', 'resize-1', 0, 'other, photos'],
    ['/128=resize', 'to b', 10, 'other, photos'],
  ])
  t.same(routesOf({ instances }, 'c'), [
    ['/128=resize', 'to a', 10, 'other, photos'],
    ['/128=resize', 'to b', 10, 'other, photos'],
  ])
})

t.test('who comes is not led to; who leaves or is held only as a last resort', async (t) => {
  const instances = [
    instance('resize-1', 'a', { role: 'coming' }),
    instance('resize-2', 'a', { role: 'leaving' }),
    instance('resize-3', 'b', { hold: 'pause' }),
    instance('resize-4', 'c', { role: 'leaving' }),
    instance('resize-5', 'c'),
  ]
  t.same(routesOf({ instances }, 'a'), [
    ['/128=resize', 'resize-2', LAST_RESORT_COST, 'photos'],
    ['/128=resize', 'to b', LAST_RESORT_COST + 10, 'photos'],
    ['/128=resize', 'to c', 10, 'photos'],
  ])
  t.same(routesOf({ instances }, 'c').slice(0, 2), [
    ['/128=resize', 'resize-4', LAST_RESORT_COST, 'photos'],
    ['/128=resize', 'resize-5', 0, 'photos'],
  ])
})

t.test('a piece of work goes to its instance as long as that serves', async (t) => {
  const prefix = '/128=resize/camera'
  const piece = (id: string, plan = 'photos/sf-cuv/1') => ({
    deployment: 'photos',
    plan,
    prefix,
    instance: id,
  })
  const instances = [instance('resize-1', 'a'), instance('resize-2', 'b')]
  const own = (desired: Partial<Desired>, node: string) =>
    routesOf(desired, node).filter(([name]) => name === prefix)
  const pieces = [piece('resize-2')]
  t.same(own({ instances, pieces }, 'b'), [[prefix, 'resize-2', 0, 'photos/sf-cuv/1']])
  t.same(own({ instances, pieces }, 'a'), [[prefix, 'to b', 10, 'photos/sf-cuv/1']])
  for (const change of [{ role: 'coming' }, { role: 'leaving' }, { hold: 'stop' }] as const) {
    const changed = [instance('resize-1', 'a'), instance('resize-2', 'b', change)]
    t.same(own({ instances: changed, pieces }, 'a'), [])
    const two = [piece('resize-2'), piece('resize-1', 'other/heft/4')]
    t.same(
      own({ instances: changed, pieces: two }, 'c'),
      [[prefix, 'to a', 10, 'other/heft/4']],
      'another plan has it, too',
    )
  }
})

t.test('content is where it is', async (t) => {
  const contents = ['photos', 'other'].map((deployment) => ({ deployment, prefix: '/camera', node: 'b' }))
  t.same(routesOf({ contents }, 'a'), [['/camera', 'to b', 10, 'other, photos']])
  t.same(routesOf({ contents }, 'b'), [])
})

t.test('a node gets its own instances and all tasks, and knows all others', async (t) => {
  const tasks = [{ name: '/workflow/w/t', inputs: ['/'] }]
  const instances = [
    instance('resize-2', 'a', { idle: 5, hold: 'stop' }),
    instance('detect-1', 'a'),
    instance('resize-1', 'b'),
    instance('lost-1', 'gone'),
  ]
  const assignments = assignmentsOf(
    { ...NOTHING, instances, tasks, contents: [{ deployment: 'd', prefix: '/x', node: 'gone' }] },
    NETWORK,
  )
  t.same([...assignments.keys()], ['a', 'b', 'c'])
  for (const [name, content] of assignments) {
    const assignment = { controller: 'c-1', revision: 1, ...content }
    t.same(assignmentSchema.parse(assignment), assignment, `${name} takes it`)
    t.notOk(
      content.routes.some(({ to }) => 'node' in to && !(to.node in content.peers)),
      'leads only to peers',
    )
  }
  const a = assignments.get('a')
  t.same(
    a?.instances.map(({ id }) => id),
    ['detect-1', 'resize-2'],
  )
  t.match(a?.instances[1], {
    function: { name: 'resize', version: '1.0.0' },
    idle: 5,
    hold: 'stop',
    cpus: [1],
  })
  t.same(a?.peers, { b: 'unix:///run/b.sock', c: 'unix:///run/c.sock' })
  t.same(assignments.get('c')?.tasks, tasks)
  t.same(assignments.get('c')?.instances, [])
})

t.test('the same is the same, whatever order it comes in', async (t) => {
  const instances = [instance('resize-1', 'a'), instance('resize-2', 'b'), instance('detect-1', 'c')]
  const pieces = ['/128=resize/x', '/128=resize/y'].map((prefix) => ({
    deployment: 'd',
    plan: 'p',
    prefix,
    instance: 'resize-1',
  }))
  const tasks = ['/workflow/w/t', '/workflow/w/s'].map((name) => ({ name, inputs: ['/'] }))
  const desired = { ...NOTHING, instances, pieces, tasks }
  const reversed = {
    ...NOTHING,
    instances: instances.toReversed(),
    pieces: pieces.toReversed(),
    tasks: tasks.toReversed(),
  }
  t.equal(
    JSON.stringify([...assignmentsOf(desired, NETWORK)]),
    JSON.stringify([...assignmentsOf(reversed, NETWORK)]),
  )
})

t.test('more than a node takes is refused', async (t) => {
  const many = <T>(count: number, make: (number: number) => T): T[] =>
    Array.from({ length: count }, (_, number) => make(number))
  const cases: [Partial<Desired>, RegExp][] = [
    [
      { instances: many(MAX_ASSIGNED_INSTANCES + 1, (n) => instance(`resize-${n}`, 'a')) },
      /a would have 1025 instances/,
    ],
    [
      { tasks: many(MAX_ASSIGNED_TASKS + 1, (n) => ({ name: `/workflow/w/t${n}`, inputs: ['/'] })) },
      /65537 workflow tasks/,
    ],
    [
      {
        instances: [instance('resize-1', 'a')],
        pieces: many(MAX_ASSIGNED_ROUTES, (n) => ({
          deployment: 'd',
          plan: 'p',
          prefix: `/128=resize/${n}`,
          instance: 'resize-1',
        })),
      },
      /65537 routes/,
    ],
  ]
  for (const [desired, message] of cases)
    t.throws(() => assignmentsOf({ ...NOTHING, ...desired }, NETWORK), { code: 'too-many', message })
})
