import type { NodeFacts } from '../facts/index.ts'
import type { Costs } from './costs.ts'
import type { DesiredInstance } from './desired.ts'
import { imageOf, refusalOf, type WantedFunction } from './placement-facts.ts'
import type { PlannedInstance } from './plan.ts'
import type { PlacedPart } from './plan-parts.ts'
import { bestVcpu, type Load, missingBytes, type Vcpu, vcpusOf } from './vcpus.ts'

/** An instance of a plan with the vCPU that it has there. */
export type PlacedInstance = PlannedInstance & { readonly vcpu: string }

/** By function, the vCPUs where plans have it, those where it has most to do first. */
export type Places = ReadonlyMap<string, readonly string[]>

export function placesIn(parts: readonly PlacedPart[]): Places {
  const seconds = new Map<string, Map<string, number>>()
  for (const { schedule } of parts) {
    for (const { type, vcpu, start, finish } of schedule.tasks) {
      const own = seconds.get(type) ?? new Map<string, number>()
      seconds.set(type, own.set(vcpu, finish - start + (own.get(vcpu) ?? 0)))
    }
  }
  return new Map(
    [...seconds].map(([name, own]) => [name, [...own].sort(([, a], [, b]) => b - a).map(([vcpu]) => vcpu)]),
  )
}

/** By function, the vCPUs that it is bound to because plans have it on more than it may have instances. */
export function boundsOf(
  places: Places,
  functions: readonly WantedFunction[],
): Map<string, readonly string[]> {
  return new Map(
    functions.flatMap(({ deployed: { instances }, facts: { name } }) => {
      const own = places.get(name) ?? []
      const max = Math.max(1, instances?.max ?? own.length)
      return own.length <= max ? [] : [[name, own.slice(0, max)] as const]
    }),
  )
}

/**
 * An instance for each function on each vCPU where plans have it, and as many more as its minimum demands, one where nothing uses it: each
 * where it would do its work soonest, on a vCPU without one as long as there is one.
 * @param there all instances that there are @param others those of them with whom vCPUs are shared
 */
export function instancesFor(
  places: Places,
  functions: readonly WantedFunction[],
  nodes: readonly NodeFacts[],
  { there, others, costs }: { there: readonly DesiredInstance[]; others: readonly Load[]; costs: Costs },
): PlacedInstance[] {
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const vcpus = new Map(nodes.flatMap((node) => vcpusOf(node, []).map((vcpu) => [vcpu.name, vcpu])))
  const brought = new Map(nodes.map(({ name }) => [name, new Set<string>()]))
  const placed: PlacedInstance[] = []

  const place = (wanted: WantedFunction, { name: vcpu, node: { name: node }, cpus }: Vcpu): void => {
    const { deployed, facts } = wanted
    const isBeyond =
      placed.filter((other) => other.function === facts.name).length >= (deployed.instances?.min ?? Infinity)
    const own = byName.get(node) as NodeFacts
    const onTheWay = brought.get(node) as Set<string>
    const bytes = missingBytes(facts, own, onTheWay)
    for (const { digest } of imageOf(facts, own.architecture)?.layers ?? []) onTheWay.add(digest)
    const idle = isBeyond ? { idle: deployed.idle } : {}
    const { version, digest } = facts
    placed.push({ function: facts.name, version, digest, node, cpus, vcpu, ...idle, bytes })
  }

  for (const wanted of functions)
    for (const vcpu of places.get(wanted.facts.name) ?? []) place(wanted, vcpus.get(vcpu) as Vcpu)
  for (const wanted of functions) {
    const takes = nodes.filter((node) => refusalOf(wanted, node, there) === undefined)
    const own = () => placed.filter((other) => other.function === wanted.facts.name)
    while (own().length < Math.max(1, wanted.deployed.instances?.min ?? 1)) {
      const all = takes.flatMap((node) => vcpusOf(node, [...others, ...placed]))
      const taken = (vcpu: Vcpu) => own().filter((other) => other.vcpu === vcpu.name).length
      const fewest = Math.min(...all.map(taken))
      place(
        wanted,
        bestVcpu(
          wanted,
          all.filter((vcpu) => taken(vcpu) === fewest),
          costs,
        ) as Vcpu,
      )
    }
  }
  return placed
}
