import fc from 'fast-check'
import t from 'tap'
import { LAST_RESORT_COST } from '../../src/control/index.ts'
import { NODE_LOST_AFTER_MS } from '../../src/controller/watched-node.ts'
import { fileOf, Lab } from './fixtures/fake-nodes.ts'

const NODES = ['a', 'b', 'c']
const FUNCTIONS = ['resize', 'blur']

/** Long enough for all that a change can lead to. */
const SETTLED_MS = 20_000

const BOUNDS = fc
  .tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 0, max: 2 }))
  .map(([min, more]) => ({ min, max: min + more }))

const DEPLOY = fc.record({
  do: fc.constant('deploy' as const),
  bounds: fc.tuple(BOUNDS, BOUNDS),
  version: fc.nat(2),
})

const STEP = fc.oneof(
  DEPLOY,
  fc.record({ do: fc.constantFrom('kill' as const, 'back' as const), node: fc.constantFrom(...NODES) }),
  fc.record({ do: fc.constantFrom('drain' as const, 'active' as const), node: fc.constantFrom(...NODES) }),
  fc.record({ do: fc.constantFrom('fail' as const, 'mend' as const), node: fc.constantFrom(...NODES) }),
  fc.record({
    do: fc.constant('busy' as const),
    function: fc.constantFrom(...FUNCTIONS),
    pending: fc.nat(9),
  }),
  fc.record({ do: fc.constant('restart' as const) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 50, max: 2 * NODE_LOST_AFTER_MS }) }),
)

/** Without a deployment nothing can go wrong. */
const STEPS = fc
  .tuple(DEPLOY, fc.array(STEP, { minLength: 1, maxLength: 16 }))
  .map(([first, rest]) => [first, ...rest])

type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never

async function carryOut(lab: Lab, step: Step, changes: Promise<unknown>[]): Promise<void> {
  switch (step.do) {
    case 'deploy': {
      for (const name of FUNCTIONS) lab.versions.set(name, `${step.version}.0.0`)
      const functions = FUNCTIONS.map((name, index) => ({
        name,
        instances: step.bounds[index],
        idle: 2000,
        queue: 4,
      }))
      changes.push(lab.controller.deploy(fileOf({ name: 'photos', functions })).catch(() => {}))
      return lab.clock.advance(100)
    }
    case 'kill':
    case 'back':
      lab.node(step.node).isUp = step.do === 'back'
      return
    case 'drain':
    case 'active':
      changes.push(lab.controller.setAvailability(step.node, step.do).catch(() => {}))
      return lab.clock.advance(100)
    case 'fail':
      lab.node(step.node).failing.add('*')
      return
    case 'mend':
      lab.node(step.node).failing.clear()
      return
    case 'busy':
      for (const one of await lab.controller.instances())
        if (one.function === step.function) lab.node(one.node).pending.set(one.id, step.pending)
      return
    case 'restart':
      await lab.clock.run(lab.controller.close())
      return lab.start()
    case 'wait':
      return lab.clock.advance(step.ms)
  }
}

/** All nodes are there and work, and nobody asks for anything. */
async function mend(lab: Lab, changes: readonly Promise<unknown>[]): Promise<void> {
  for (const node of lab.nodes.values()) {
    node.isUp = true
    node.failing.clear()
    node.pending.clear()
  }
  await lab.clock.run(Promise.all(changes))
  for (const name of NODES) {
    await lab.clock.run(lab.controller.setAvailability(name, 'active'))
  }
  await lab.clock.advance(SETTLED_MS)
}

async function check(lab: Lab): Promise<void> {
  const instances = await lab.controller.instances()
  const [deployment] = await lab.controller.deployments()
  const wrong = (what: string): Error =>
    new Error(`${what}: ${JSON.stringify({ deployment, instances, notes: lab.notes.slice(-10) })}`)
  if (deployment !== undefined && deployment.state !== 'failed') {
    if (deployment.state !== 'ready') throw wrong('not ready')
    const { text } = await lab.controller.source('photos')
    const { functions } = JSON.parse(text) as {
      functions: { name: string; instances: { min: number; max: number } }[]
    }
    for (const {
      name,
      instances: { min, max },
    } of functions) {
      const own = instances.filter((one) => one.function === name)
      if (own.length < min || own.length > max) throw wrong(`${name} is not within ${min} and ${max}`)
    }
  } else if (instances.length > 0) throw wrong('nobody wants these')
  for (const { id, role, state, node } of instances) {
    if (role !== 'serving' || state !== 'ready') throw wrong(`${id} does not serve`)
    if (!lab.node(node).assignment?.instances.some((one) => one.id === id))
      throw wrong(`${node} does not have ${id}`)
  }
  for (const { name, assignment } of lab.nodes.values()) {
    const extra = assignment?.instances.find(
      ({ id }) => !instances.some((one) => one.id === id && one.node === name),
    )
    if (extra !== undefined) throw wrong(`${name} has ${extra.id}`)
    for (const { prefix, to, cost } of assignment?.routes ?? []) {
      const led = instances.some((one) => ('node' in to ? one.node === to.node : one.id === to.instance))
      if (!led || cost >= LAST_RESORT_COST) throw wrong(`${name} leads ${prefix} to ${JSON.stringify(to)}`)
    }
    for (const wanted of new Set(instances.map((one) => one.function)))
      if (!assignment?.routes.some(({ prefix }) => prefix === `/128=${wanted}`))
        throw wrong(`${name} does not lead to ${wanted}`)
  }
  const taken = [...lab.nodes.values()].map((node) => node.taken)
  await lab.clock.advance(SETTLED_MS)
  if ([...lab.nodes.values()].some((node, index) => node.taken !== taken[index]))
    throw wrong('it goes on changing')
}

t.setTimeout(300_000)

t.test('whatever happens, it settles in what is wanted, and then changes nothing', async (t) => {
  await fc.assert(
    fc.asyncProperty(STEPS, async (steps) => {
      const lab = await Lab.create(t, NODES)
      try {
        const changes: Promise<unknown>[] = []
        for (const step of steps) await carryOut(lab, step, changes)
        await mend(lab, changes)
        await check(lab)
      } finally {
        await lab.clock.run(lab.controller.close())
      }
    }),
    { numRuns: 12, seed: 5, endOnFailure: true },
  )
})
