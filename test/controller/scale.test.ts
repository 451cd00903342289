import t from 'tap'
import { Costs } from '../../src/controller/costs.ts'
import type { Desired, DesiredInstance } from '../../src/controller/desired.ts'
import { moveOff } from '../../src/controller/move-off.ts'
import { scaleIn, scaleOut } from '../../src/controller/scale.ts'
import { NOTHING, networkOf, node, version, wanted } from './network.ts'

const resize = { deployed: wanted('resize', { instances: { min: 1, max: 3 } }), facts: version('resize') }
const costs = new Costs()

function instance(
  id: string,
  place: string,
  cpu: number,
  rest: Partial<DesiredInstance> = {},
): DesiredInstance {
  const { name, version: number, digest } = version(id.replace(/-\d+$/, ''))
  return {
    id,
    deployments: ['photos'],
    function: name,
    version: number,
    digest,
    node: place,
    cpus: [cpu],
    generation: 0,
    role: 'serving',
    ...rest,
  }
}

function desired(...instances: DesiredInstance[]): Desired {
  return { ...NOTHING, instances }
}

t.test('one more goes where it works soonest beside what is there', async (t) => {
  const nodes = [node('a', { speed: 1500 }), node('b')]
  const first = desired(instance('resize-1', 'a', 10), instance('other-1', 'a', 11))
  const more = scaleOut(first, resize, nodes, costs) as Desired
  t.match(more.instances[2], {
    id: 'resize-2',
    node: 'b',
    cpus: [10],
    role: 'coming',
    idle: 60_000,
    deployments: ['photos'],
  })
  const most = scaleOut(more, resize, nodes, costs) as Desired
  t.match(most.instances[3], { id: 'resize-3', node: 'b', cpus: [11] })
  t.equal(scaleOut(most, resize, nodes, costs), undefined, 'there are as many as there may be')
})

t.test('one more goes nowhere where it would share its vCPU with its like', async (t) => {
  const nodes = [node('a', { vcpus: 1 })]
  t.equal(scaleOut(desired(instance('resize-1', 'a', 10)), resize, nodes, costs), undefined)
  t.equal(scaleOut(NOTHING, resize, [node('a')], costs), undefined, 'nobody wants it')
  const unbound = { ...resize, deployed: wanted('resize') }
  t.equal(scaleOut(desired(instance('resize-1', 'a', 10)), unbound, [node('a')], costs), undefined)
  const facts = node('a')
  const loose = [{ ...facts, cpu: { ...facts.cpu, cpus: [] } }]
  const one = desired(instance('resize-1', 'a', 0, { cpus: [] }))
  const two = scaleOut(one, resize, loose, costs) as Desired
  t.same(two.instances[1]?.cpus, [])
  t.equal(scaleOut(two, resize, loose, costs), undefined, 'two of two vCPUs are taken')
})

t.test('demands hold for one more, too, and below the minimum it does not idle', async (t) => {
  const camera = {
    kind: 'label',
    text: 'camera == true',
    key: 'camera',
    value: 'true',
    isEqual: true,
  } as const
  const choosy = {
    ...resize,
    deployed: wanted('resize', { instances: { min: 2, max: 3 }, demands: [camera] }),
  }
  const nodes = [node('a', { speed: 9000 }), node('b', { labels: { camera: 'true' } })]
  const [, added] = scaleOut(desired(instance('resize-1', 'a', 10)), choosy, nodes, costs)?.instances ?? []
  t.equal(added?.node, 'b')
  t.equal(added?.idle, undefined)
})

t.test('one less is the last that no plan needs', async (t) => {
  const three = desired(
    instance('resize-1', 'a', 10),
    instance('resize-2', 'b', 10),
    instance('resize-3', 'b', 11),
  )
  const pieces = [{ deployment: 'photos', plan: 'p', prefix: '/128=resize/x', instance: 'resize-3' }]
  const fewer = scaleIn({ ...three, pieces }, resize) as Desired
  t.same(
    fewer.instances.map(({ role }) => role),
    ['serving', 'leaving', 'serving'],
  )
  const fewest = scaleIn(fewer, resize) as Desired
  t.same(
    fewest.instances.map(({ role }) => role),
    ['leaving', 'leaving', 'serving'],
  )
  t.equal(scaleIn(fewest, resize), undefined, 'there are as few as there are to be')
  const coming = desired(instance('resize-1', 'a', 10), instance('resize-2', 'b', 10, { role: 'coming' }))
  t.equal(scaleIn(coming, resize)?.instances.length, 1, 'what was not there yet just goes')
  const none = { ...resize, deployed: wanted('resize', { instances: { min: 0, max: 3 } }) }
  t.equal(scaleIn(desired(instance('resize-1', 'a', 10)), none), undefined, 'one must be there to be asked')
})

t.test('what a node has moves to others, with its pieces of work', async (t) => {
  const before = {
    ...desired(
      instance('resize-1', 'a', 10, { idle: 7, deployments: ['one', 'two'] }),
      instance('resize-2', 'a', 11),
      instance('resize-3', 'b', 10),
    ),
    pieces: [{ deployment: 'one', plan: 'p', prefix: '/128=resize/x', instance: 'resize-1' }],
  }
  const order = {
    instances: ['resize-1', 'resize-2'],
    nodes: [node('a'), node('b')],
    functions: new Map([['resize', resize]]),
  }
  const { desired: after, refused } = moveOff(before, order, costs)
  t.equal(refused.size, 0)
  t.same(
    after.instances.map(({ id, node: place, role }) => [id, place, role]),
    [
      ['resize-1', 'a', 'leaving'],
      ['resize-2', 'a', 'leaving'],
      ['resize-3', 'b', 'serving'],
      ['resize-4', 'b', 'coming'],
    ],
  )
  t.match(after.instances[3], { cpus: [11], idle: 7, deployments: ['one', 'two'] })
  t.same(
    after.pieces.map(({ instance: id }) => id),
    ['resize-4'],
  )
  const again = moveOff(after, order, costs)
  t.same(again.desired, after, 'what leaves is not moved twice')
})

t.test('where no vCPU is left, one that is elsewhere takes the work over', async (t) => {
  const before = {
    ...desired(instance('resize-1', 'a', 10), instance('resize-2', 'b', 10, { deployments: ['other'] })),
    pieces: [{ deployment: 'photos', plan: 'p', prefix: '/128=resize/x', instance: 'resize-1' }],
  }
  const order = {
    instances: ['resize-1'],
    nodes: [node('b', { vcpus: 1 })],
    functions: new Map([['resize', resize]]),
  }
  const { desired: after } = moveOff(before, order, costs)
  t.same(
    after.instances.map(({ id, role }) => [id, role]),
    [
      ['resize-1', 'leaving'],
      ['resize-2', 'serving'],
    ],
  )
  t.same(after.instances[1]?.deployments, ['other', 'photos'])
  t.equal(after.pieces[0]?.instance, 'resize-2')
})

t.test('what no other node takes stays, and why is said', async (t) => {
  const before = desired(instance('resize-1', 'a', 10), instance('odd-1', 'a', 11))
  const network = networkOf(['a', 'b', 'c'])
  const nodes = [node('a'), node('b', { architecture: 'arm64' })]
  const { desired: after, refused } = moveOff(
    before,
    { instances: ['resize-1', 'odd-1'], nodes, functions: new Map([['resize', resize]]), network },
    costs,
  )
  t.same(after, before)
  t.equal(
    refused.get('resize-1'),
    `no other node takes resize:
  b: its architecture is arm64, and there is an image of resize 1.0.0 for amd64 only
  c: it cannot be reached, or is being drained`,
  )
  t.match(refused.get('odd-1'), /nothing is known/)
  const alone = moveOff(
    before,
    { instances: ['resize-1'], nodes: [node('a')], functions: new Map([['resize', resize]]) },
    costs,
  )
  t.match(alone.refused.get('resize-1'), /there is no other node/)
})
