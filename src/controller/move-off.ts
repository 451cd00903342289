import type { NetworkDescription } from '../deployment/index.ts'
import type { NodeFacts } from '../facts/index.ts'
import type { Costs } from './costs.ts'
import type { Desired, DesiredInstance } from './desired.ts'
import { gone } from './desired-after.ts'
import { freshId } from './instance-ids.ts'
import { refusals, type WantedFunction } from './placement-facts.ts'
import { freeVcpu, instanceOn, instancesOf } from './scale.ts'

/** What is to be moved, and to where it may go. */
export interface MoveOrder {
  /** Ids. */
  readonly instances: readonly string[]
  /** That can be reached; where an instance is now it does not stay. */
  readonly nodes: readonly NodeFacts[]
  readonly functions: ReadonlyMap<string, WantedFunction>
  /** For reasons of those that cannot be reached, too. @defaultValue only `nodes` */
  readonly network?: Pick<NetworkDescription, 'nodes'> | undefined
}

/**
 * Moves instances to other nodes: each is `leaving`, and another `coming`, to which its pieces of work are given. Where no vCPU
 * without one of its function is left, one that is elsewhere takes them over.
 * @returns why not, node by node, for each that none takes, by id: it stays as it is
 */
export function moveOff(
  desired: Desired,
  order: MoveOrder,
  costs: Costs,
): { readonly desired: Desired; readonly refused: ReadonlyMap<string, string> } {
  const refused = new Map<string, string>()
  const moving = desired.instances.filter(
    ({ id, role }) => order.instances.includes(id) && role !== 'leaving',
  )
  const from = new Set(moving.map(({ node }) => node))
  let next = desired
  for (const instance of moving) {
    const moved = moveOne(next, instance, from, order, costs)
    if (typeof moved === 'string') refused.set(instance.id, moved)
    else next = moved
  }
  return { desired: next, refused }
}

function moveOne(
  desired: Desired,
  instance: DesiredInstance,
  from: ReadonlySet<string>,
  { nodes, functions, network }: MoveOrder,
  costs: Costs,
): Desired | string {
  const wanted = functions.get(instance.function)
  if (wanted === undefined) return `nothing is known of the function ${instance.function}`
  const others = nodes.filter(({ name }) => !from.has(name))
  const vcpu = freeVcpu(desired, wanted, others, costs)
  if (vcpu !== undefined) {
    const id = freshId(instance.function, new Set(desired.instances.map((other) => other.id)))
    const { deployments, idle } = instance
    return replaced(desired, instance, instanceOn(vcpu, wanted, { id, deployments, idle }))
  }
  const elsewhere = instancesOf(desired, wanted).find(
    ({ node, hold }) => !from.has(node) && hold === undefined,
  )
  if (elsewhere !== undefined) {
    const deployments = [...new Set([...elsewhere.deployments, ...instance.deployments])].sort()
    return replaced(desired, instance, { ...elsewhere, deployments })
  }
  const rest = (network?.nodes ?? nodes).filter(({ name }) => !from.has(name))
  const reasons = refusals(wanted, { nodes: rest }, nodes, desired.instances)
  const why = reasons.length === 0 ? ['there is no other node'] : reasons
  return [`no other node takes ${instance.function}:`, ...why.map((reason) => `  ${reason}`)].join('\n')
}

/** With another in the place of an instance, for its pieces of work, too. */
function replaced(
  { instances, pieces, ...rest }: Desired,
  old: DesiredInstance,
  by: DesiredInstance,
): Desired {
  const isNew = !instances.some(({ id }) => id === by.id)
  const kept = instances.flatMap((instance) => {
    if (instance.id === old.id) return gone(instance)
    return instance.id === by.id ? [by] : [instance]
  })
  return {
    ...rest,
    instances: isNew ? [...kept, by] : kept,
    pieces: pieces.map((piece) => (piece.instance === old.id ? { ...piece, instance: by.id } : piece)),
  }
}
