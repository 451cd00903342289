import type { NodeFacts } from '../facts/index.ts'
import type { Costs } from './costs.ts'
import type { Desired, DesiredInstance } from './desired.ts'
import { gone } from './desired-after.ts'
import { freshId } from './instance-ids.ts'
import { refusalOf, type WantedFunction } from './placement-facts.ts'
import { bestVcpu, loadOf, type Vcpu, vcpusOf } from './vcpus.ts'

/**
 * One more instance of a function, `coming`, where it would do its work soonest, on a vCPU that has none yet.
 * @param nodes that can be reached
 * @returns undefined where nobody wants the function, there are as many as there may be, or no node takes one more
 */
export function scaleOut(
  desired: Desired,
  wanted: WantedFunction,
  nodes: readonly NodeFacts[],
  costs: Costs,
): Desired | undefined {
  const own = instancesOf(desired, wanted)
  if (own.length === 0 || own.length >= (wanted.deployed.instances?.max ?? own.length)) return undefined
  const vcpu = freeVcpu(desired, wanted, nodes, costs)
  if (vcpu === undefined) return undefined
  const { deployed } = wanted
  const isBeyond = own.length >= (deployed.instances?.min ?? own.length)
  const added = instanceOn(vcpu, wanted, {
    id: freshId(deployed.name, new Set(desired.instances.map(({ id }) => id))),
    deployments: [...new Set(own.flatMap(({ deployments }) => deployments))].sort(),
    idle: isBeyond ? deployed.idle : undefined,
  })
  return { ...desired, instances: [...desired.instances, added] }
}

/**
 * One instance less: the one that came last, never one that a plan gives a piece of work.
 * @returns undefined where there are as few as there are to be, or plans need all
 */
export function scaleIn(desired: Desired, wanted: WantedFunction): Desired | undefined {
  const own = instancesOf(desired, wanted)
  if (own.length <= Math.max(1, wanted.deployed.instances?.min ?? own.length)) return undefined
  const needed = new Set(desired.pieces.map(({ instance }) => instance))
  const last = own.findLast(({ id }) => !needed.has(id))
  if (last === undefined) return undefined
  return { ...desired, instances: desired.instances.flatMap((one) => (one === last ? gone(one) : [one])) }
}

/** Those of the version that are there to stay. */
export function instancesOf({ instances }: Desired, { facts }: WantedFunction): DesiredInstance[] {
  return loadOf(instances).filter(
    (instance) => instance.function === facts.name && instance.digest === facts.digest,
  )
}

/** The best vCPU that has no instance of a function yet. */
export function freeVcpu(
  desired: Desired,
  wanted: WantedFunction,
  nodes: readonly NodeFacts[],
  costs: Costs,
): Vcpu | undefined {
  const load = loadOf(desired.instances)
  const own = instancesOf(desired, wanted)
  const free = nodes
    .filter((node) => refusalOf(wanted, node, desired.instances) === undefined)
    .flatMap((node) => {
      const there = own.filter((instance) => instance.node === node.name)
      const loose = there.filter(({ cpus }) => cpus.length === 0).length
      const isTaken = (cpu: number): boolean => there.some(({ cpus }) => cpus.includes(cpu))
      // Those that are pinned to nothing take as many vCPUs as they are, whichever these are.
      return vcpusOf(node, load)
        .filter(({ cpus }) => !cpus.some(isTaken))
        .slice(loose)
    })
  return bestVcpu(wanted, free, costs)
}

export function instanceOn(
  { node, cpus }: Vcpu,
  { facts: { name, version, digest } }: WantedFunction,
  { id, deployments, idle }: Pick<DesiredInstance, 'id' | 'deployments' | 'idle'>,
): DesiredInstance {
  const whose = { id, deployments, function: name, version, digest, node: node.name, cpus }
  return { ...whose, ...(idle === undefined ? {} : { idle }), generation: 0, role: 'coming' }
}
