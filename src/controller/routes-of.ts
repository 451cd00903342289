import { type AssignedRoute, LAST_RESORT_COST } from '../control/index.ts'
import { callComponents, Name } from '../packet/index.ts'
import type { DesiredContent, DesiredInstance, DesiredPiece } from './desired.ts'

/** Cost of the way to an instance of the node itself, and to another node. */
export const LOCAL_COST = 0
export const REMOTE_COST = 10

/** Ways to each function: to the node's own instances, and to other nodes that have some. */
export function functionRoutes(node: string, instances: readonly DesiredInstance[]): AssignedRoute[] {
  const names = new Set(instances.map((instance) => instance.function))
  return [...names].flatMap((name) => {
    const all = instances.filter((instance) => instance.function === name)
    const led = all.filter(({ role }) => role !== 'coming')
    const plan = namesOf(all.flatMap(({ deployments }) => deployments))
    const prefix = Name.of(...callComponents({ name, parameters: [] })).toString()
    const own = led
      .filter((instance) => instance.node === node)
      .map((instance) => ({ to: { instance: instance.id }, cost: LOCAL_COST + resortOf([instance]) }))
    const others = new Set(led.map((instance) => instance.node).filter((other) => other !== node))
    const remote = [...others].map((other) => ({
      to: { node: other },
      cost: REMOTE_COST + resortOf(led.filter((instance) => instance.node === other)),
    }))
    return [...own, ...remote].map((way) => ({ prefix, ...way, plan }))
  })
}

/**
 * Ways to the instances that pieces of work are given to. A piece whose instance does not serve has none, so that its function's ways count; of
 * one that several plans have, the first whose instance serves counts.
 */
export function pieceRoutes(
  node: string,
  instances: readonly DesiredInstance[],
  pieces: readonly DesiredPiece[],
): AssignedRoute[] {
  const serving = new Map(instances.filter(serves).map((instance) => [instance.id, instance]))
  const routes = new Map<string, AssignedRoute>()
  for (const { prefix, plan, instance: id } of pieces) {
    const instance = serving.get(id)
    if (instance === undefined || routes.has(prefix)) continue
    const way =
      instance.node === node
        ? { to: { instance: id }, cost: LOCAL_COST }
        : { to: { node: instance.node }, cost: REMOTE_COST }
    routes.set(prefix, { prefix, ...way, plan })
  }
  return [...routes.values()]
}

/** Ways to content; where it is, that node's own routes lead to it. */
export function contentRoutes(node: string, contents: readonly DesiredContent[]): AssignedRoute[] {
  const elsewhere = contents.filter((content) => content.node !== node)
  const ways = new Map(elsewhere.map((content) => [`${content.prefix} ${content.node}`, content]))
  return [...ways.values()].map(({ prefix, node: to }) => {
    const whose = elsewhere.filter((other) => other.prefix === prefix && other.node === to)
    return { prefix, to: { node: to }, cost: REMOTE_COST, plan: namesOf(whose.map((one) => one.deployment)) }
  })
}

/** Whether an instance is to be given new work. */
export function serves({ role, hold }: DesiredInstance): boolean {
  return role === 'serving' && hold === undefined
}

/** What is held back or leaving goes on with what it has in hand. */
function resortOf(instances: readonly DesiredInstance[]): number {
  return instances.some(serves) ? 0 : LAST_RESORT_COST
}

function namesOf(deployments: readonly string[]): string {
  return [...new Set(deployments)].sort().join(', ')
}
