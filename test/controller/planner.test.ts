import t from 'tap'
import type { WorkReport } from '../../src/control/index.ts'
import { CostPlanner } from '../../src/controller/planner.ts'
import { deployment, NOTHING, networkOf, node, version, wanted } from './network.ts'

const WORK: WorkReport = {
  instance: 'detect-1',
  function: 'detect',
  result: '/128=detect/camera/v=1',
  mediaType: 'text/plain',
  bytes: 500,
  inputs: [{ name: '/camera/v=1', mediaType: 'image/jpeg', bytes: 1_000_000 }],
  received: 1,
  fetch: 70,
  wait: 70,
  run: 2000,
}

t.test('what was seen counts in the next plan, also after it was kept', async (t) => {
  const planner = new CostPlanner({ clock: () => 0 })
  planner.learn(WORK, node('a', { speed: 1000, share: 0.5 }))
  const later = new CostPlanner()
  later.load(JSON.parse(JSON.stringify(planner.save())))
  const wish = deployment('photos', { chains: ['detect/camera'] })
  const network = networkOf(['a'])
  const order = {
    deployment: wish,
    facts: [version('detect')],
    desired: NOTHING,
    nodes: [node('a')],
    network,
  }
  for (const one of [planner, later]) t.equal((await one.plan(order)).parts[0]?.workflow.tasks[0]?.work, 1000)
})

t.test('from a plan to assignments and back to nothing', async (t) => {
  const planner = new CostPlanner()
  const functions = [wanted('detect', { instances: { min: 0, max: 2 } })]
  const wish = deployment('photos', { chains: ['detect/camera'], functions })
  const network = networkOf(['a', 'b'])
  const nodes = [node('a'), node('b')]
  const facts = version('detect')
  const plan = await planner.plan({ deployment: wish, facts: [facts], desired: NOTHING, nodes, network })
  const one = planner.desiredAfter(NOTHING, wish, plan, 1)
  t.equal(planner.assignmentsOf(one, network).get('a')?.instances.length, 1)
  const detect = { deployed: functions[0] as never, facts }
  const two = planner.scaleOut(one, detect, nodes)
  t.equal(two?.instances.length, 2)
  t.equal(planner.scaleIn(two ?? one, detect)?.instances.length, 1)
  const order = { instances: ['detect-1'], nodes: [node('b')], functions: new Map([['detect', detect]]) }
  t.equal(planner.moveOff(one, order).desired.instances[0]?.node, 'b')
  t.same(planner.without(one, 'photos'), NOTHING)
})
