import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { type Platform, violations } from '../../scheduler/index.ts'
import { type AssignedRoute, assignmentSchema } from '../../src/control/index.ts'
import type { AssignmentContent } from '../../src/controller/assignment-content.ts'
import { assignmentsOf } from '../../src/controller/assignments.ts'
import { Costs } from '../../src/controller/costs.ts'
import type { Desired, DesiredInstance } from '../../src/controller/desired.ts'
import { desiredAfter, desiredWithout } from '../../src/controller/desired-after.ts'
import { ControllerError } from '../../src/controller/errors.ts'
import { moveOff } from '../../src/controller/move-off.ts'
import { refusalOf } from '../../src/controller/placement-facts.ts'
import type { Plan } from '../../src/controller/plan.ts'
import { planDeployment } from '../../src/controller/plan-deployment.ts'
import { serves } from '../../src/controller/routes-of.ts'
import type { Deployment } from '../../src/deployment/index.ts'
import { Name } from '../../src/packet/index.ts'
import { learn, type Situation, situation } from './arbitraries.ts'
import { NOTHING, networkOf } from './network.ts'

const RUNS = { numRuns: 100, seed: 5 }

function networkIn({ nodes }: Situation): ReturnType<typeof networkOf> {
  return networkOf(nodes.map(({ name }) => name))
}

/** @returns undefined where it cannot be placed, which must be for a reason */
async function plan(drawn: Situation, deployment: Deployment, desired: Desired): Promise<Plan | undefined> {
  const { nodes, facts, scheduler } = drawn
  try {
    const order = { deployment, facts, nodes, network: networkIn(drawn), desired, scheduler }
    return await planDeployment(order, learn(new Costs(), drawn.samples), { clock: () => 0 })
  } catch (error) {
    const lacks = deployment.functions.some((deployed) => {
      const wanted = { deployed, facts: facts.find(({ name }) => name === deployed.name) as never }
      return nodes.every((node) => refusalOf(wanted, node, desired.instances) !== undefined)
    })
    if (error instanceof ControllerError && error.code === 'cannot-place' && lacks) return undefined
    throw error
  }
}

/** Both deployments after each other, as far as they can be placed. */
async function deployed(drawn: Situation): Promise<{
  readonly desired: Desired
  readonly plans: readonly [Deployment, Plan][]
}> {
  const plans: [Deployment, Plan][] = []
  let desired = NOTHING
  for (const deployment of drawn.deployments) {
    const made = await plan(drawn, deployment, desired)
    if (made === undefined) continue
    plans.push([deployment, made])
    desired = desiredAfter(desired, deployment, made, 1)
  }
  return { desired, plans }
}

function warm(platform: Platform, { workflow }: Plan['parts'][number]): Platform {
  const images = workflow.types.map(({ name }) => name)
  return { ...platform, hosts: platform.hosts.map((host) => ({ ...host, images })) }
}

const serving = (desired: Desired): Desired => ({
  ...desired,
  instances: desired.instances.map((one): DesiredInstance => ({ ...one, role: 'serving' })),
})

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

t.test('every plan keeps every rule, and each piece of work has its instance', async (t) => {
  let placed = 0
  const property = fc.asyncProperty(situation, async (drawn) => {
    for (const [{ functions }, { parts, instances }] of (await deployed(drawn)).plans) {
      placed++
      for (const part of parts) {
        const { workflow, platform, schedule, pieces } = part
        must(violations(workflow, platform, schedule).length === 0, 'a schedule breaks no rule')
        must(
          violations(workflow, warm(platform, part), part.warm).length === 0,
          'nor when all images are there',
        )
        for (const [task, { type, vcpu }] of schedule.tasks.entries()) {
          const piece = pieces[task]
          const instance = instances[piece?.instance ?? -1]
          must(
            piece?.task === workflow.tasks[task]?.name && instance?.function === type,
            'each task has a piece',
          )
          const [host, number] = vcpu.split('/')
          const { cpus = [] } = drawn.nodes.find(({ name }) => name === host)?.cpu ?? {}
          must(instance?.node === host, 'where the schedule has it')
          must(
            isDeepStrictEqual(instance?.cpus, cpus.slice(Number(number), Number(number) + 1)),
            'on its vCPU',
          )
          must(part.warm.tasks[task]?.vcpu === vcpu, 'also when all images are there')
        }
      }
      for (const deployed of functions) {
        const wanted = { deployed, facts: drawn.facts.find(({ name }) => name === deployed.name) as never }
        const own = instances.filter((one) => one.function === deployed.name)
        const nodes = drawn.nodes.filter(({ name }) => own.some((one) => one.node === name))
        must(
          nodes.every((node) => refusalOf(wanted, node, []) === undefined),
          'demands are met',
        )
        const { min, max } = deployed.instances ?? { min: 1, max: Number.POSITIVE_INFINITY }
        must(own.length >= Math.max(1, min) && own.length <= Math.max(1, max), 'within bounds')
        const idle = own.filter((one) => one.idle !== undefined).length
        must(
          idle === (deployed.instances === undefined ? 0 : own.length - Math.min(min, own.length)),
          'idle beyond the minimum',
        )
      }
      const pieces = parts.flatMap((part) => part.pieces)
      const places = new Map(pieces.map(({ prefix, instance }) => [prefix, instance]))
      must(
        pieces.every(({ prefix, instance }) => places.get(prefix) === instance),
        'one name, one way',
      )
    }
  })
  await fc.assert(property, RUNS)
  t.ok(placed > RUNS.numRuns / 2, `${placed} deployments could be placed`)
})

t.test('planning the same again changes nothing', async () => {
  const property = fc.asyncProperty(situation, async (drawn) => {
    const { desired, plans } = await deployed(drawn)
    let before = serving(desired)
    for (const [deployment] of plans) {
      const first = desiredAfter(before, deployment, (await plan(drawn, deployment, before)) as Plan, 1)
      const settled = serving({
        ...first,
        instances: first.instances.filter(({ role }) => role !== 'leaving'),
      })
      const second = desiredAfter(settled, deployment, (await plan(drawn, deployment, settled)) as Plan, 1)
      must(isDeepStrictEqual(second.instances, settled.instances), 'instances stay')
      must(isDeepStrictEqual(second.pieces, settled.pieces), 'pieces stay')
      must(isDeepStrictEqual(second.tasks, settled.tasks), 'tasks stay')
      must(new Set(second.instances.map(({ id }) => id)).size === second.instances.length, 'ids are unique')
      before = settled
    }
    const without = plans.reduce((left, [{ name }]) => desiredWithout(left, name), before)
    must(
      without.instances.every(({ role, deployments }) => role === 'leaving' && deployments.length === 0),
      'all leave',
    )
    must(
      without.pieces.length + without.tasks.length + without.contents.length === 0,
      'and nothing else is left',
    )
  })
  await fc.assert(property, RUNS)
})

type Assignments = ReadonlyMap<string, AssignmentContent>

/** Follows the best of the longest prefix, from node to node, to an instance. */
function follow(assignments: Assignments, node: string, name: Name): string | undefined {
  const seen = new Set<string>()
  for (let at = node; ; ) {
    must(!seen.has(at), `${name} leads round from ${node}`)
    seen.add(at)
    const way = bestOf(assignments.get(at)?.routes ?? [], name)
    if (way === undefined) return undefined
    if ('instance' in way.to) {
      const { instance } = way.to
      must(
        assignments.get(at)?.instances.some(({ id }) => id === instance) === true,
        'an instance is where it is led to',
      )
      return instance
    }
    at = way.to.node
  }
}

function bestOf(routes: readonly AssignedRoute[], name: Name): AssignedRoute | undefined {
  const [best] = routes
    .map((route) => ({ route, prefix: Name.parse(route.prefix) }))
    .filter(({ prefix }) => prefix.isPrefixOf(name))
    .sort((a, b) => b.prefix.length - a.prefix.length || a.route.cost - b.route.cost)
  return best?.route
}

t.test('from every node every way leads to an instance that serves, and a piece to its own', async () => {
  const role = fc.constantFrom('coming', 'serving', 'serving', 'serving', 'leaving' as const)
  const hold = fc.constantFrom(undefined, undefined, undefined, 'pause' as const)
  const states = fc.array(fc.tuple(role, hold), { minLength: 7, maxLength: 7 })
  const property = fc.asyncProperty(situation, states, async (drawn, all) => {
    const { desired } = await deployed(drawn)
    const instances = desired.instances.map((one, index): DesiredInstance => {
      const [own, held] = all[index % all.length] as (typeof all)[number]
      return { ...one, role: own, hold: held }
    })
    const assignments = assignmentsOf({ ...desired, instances }, networkIn(drawn))
    const byId = new Map(instances.map((one) => [one.id, one]))
    for (const [node, content] of assignments) {
      assignmentSchema.parse({ controller: 'c', revision: 0, ...content })
      for (const name of new Set(instances.map((one) => one.function))) {
        const own = instances.filter((one) => one.function === name && one.role !== 'coming')
        const end = byId.get(follow(assignments, node, Name.parse(`/128=${name}/something`)) ?? '')
        must((end === undefined) === (own.length === 0), 'there is a way where there is an instance')
        if (end === undefined) continue
        must(end.function === name, 'to the function')
        must(serves(end) || !own.some(serves), 'that serves, if one does')
      }
      const first = new Map(desired.pieces.toReversed().map((piece) => [piece.prefix, piece]))
      for (const { prefix, instance } of first.values()) {
        const wish = byId.get(instance) as DesiredInstance
        const end = follow(assignments, node, Name.parse(`${prefix}/1`))
        if (serves(wish)) must(end === instance, 'a piece goes to its instance')
        else
          must(
            end === undefined || byId.get(end)?.function === wish.function,
            'or to another of its function',
          )
      }
    }
  })
  await fc.assert(property, RUNS)
})

t.test('what moves off a node is elsewhere, or it is said why not', async () => {
  const property = fc.asyncProperty(situation, fc.nat(), async (drawn, number) => {
    const { desired, plans } = await deployed(drawn)
    const before = serving(desired)
    const { name } = drawn.nodes[number % drawn.nodes.length] as (typeof drawn.nodes)[number]
    const moving = before.instances.filter(({ node }) => node === name).map(({ id }) => id)
    const functions = new Map(
      plans.flatMap(([{ functions: own }]) =>
        own.map(
          (deployed) =>
            [
              deployed.name,
              { deployed, facts: drawn.facts.find((one) => one.name === deployed.name) as never },
            ] as const,
        ),
      ),
    )
    const { desired: after, refused } = moveOff(
      before,
      { instances: moving, nodes: drawn.nodes, functions },
      new Costs(),
    )
    const byId = new Map(after.instances.map((one) => [one.id, one]))
    for (const id of moving)
      must((byId.get(id)?.role === 'leaving') !== refused.has(id), 'it leaves, or there is a reason')
    for (const one of after.instances.filter(({ role }) => role === 'coming')) {
      const node = drawn.nodes.find((other) => other.name === one.node) as (typeof drawn.nodes)[number]
      must(
        one.node !== name && refusalOf(functions.get(one.function) as never, node, []) === undefined,
        'where it may be',
      )
    }
    for (const { instance } of after.pieces)
      must(byId.get(instance)?.role !== 'leaving', 'no piece is left with what leaves')
    must(after.pieces.length === before.pieces.length, 'and none is lost')
  })
  await fc.assert(property, RUNS)
})
