import type { NodeFacts } from '../facts/index.ts'
import type { Costs } from './costs.ts'
import type { DesiredInstance } from './desired.ts'
import { imageOf, type WantedFunction } from './placement-facts.ts'

/** A vCPU of a node that instances can be pinned to. */
export interface Vcpu {
  /** `HOST/NUMBER`, as plans call it. */
  readonly name: string
  readonly node: NodeFacts
  /** From 0, over the node's cores. */
  readonly core: number
  /** By the system's number; none where the system does not tell. */
  readonly cpus: readonly number[]
  /** Instances that share it; one that is pinned to nothing counts on each vCPU of its node in part. */
  readonly load: number
}

/** An instance, as far as it matters to who else is on its vCPU. */
export type Load = Pick<DesiredInstance, 'node' | 'cpus'>

/** A node's vCPUs, in the order of `facts.cpu.cpus`. */
export function vcpusOf(node: NodeFacts, instances: readonly Load[]): Vcpu[] {
  const { sockets, cpus: numbers } = node.cpu
  const cores = sockets.flatMap(({ cores, threads }) => Array<number>(cores).fill(threads))
  const own = instances.filter((instance) => instance.node === node.name)
  const all = cores.flatMap((threads, core) => Array<number>(threads).fill(core))
  return all.map((core, index) => {
    const cpus = numbers.slice(index, index + 1)
    const load = own.reduce((sum, { cpus: pinned }) => {
      if (pinned.length === 0) return sum + 1 / all.length
      return sum + (pinned.some((cpu) => cpus.includes(cpu)) ? 1 / pinned.length : 0)
    }, 0)
    return { name: `${node.name}/${index}`, node, core, cpus, load }
  })
}

/** Whom the system shares a vCPU among: those that are there to stay. */
export function loadOf(instances: readonly DesiredInstance[]): DesiredInstance[] {
  return instances.filter(({ role }) => role !== 'leaving')
}

/** What of its speed a vCPU gives one more instance when all that share it are at work, in MIPS. */
export function sharedSpeed({ cpu }: NodeFacts, load: number): number {
  return (cpu.speed * cpu.share) / (1 + load)
}

/**
 * The vCPU that would do a function's work soonest with all that is there at work, too; of several, one whose node lacks least of the
 * image. @returns undefined of none
 */
export function bestVcpu({ facts }: WantedFunction, vcpus: readonly Vcpu[], costs: Costs): Vcpu | undefined {
  const ranked = vcpus.map((vcpu) => ({
    vcpu,
    seconds:
      costs.estimate({ name: facts.name, parameters: [] }, vcpu.node.architecture).work /
      sharedSpeed(vcpu.node, vcpu.load),
    bytes: missingBytes(facts, vcpu.node),
  }))
  return ranked.sort((a, b) => a.seconds - b.seconds || a.vcpu.load - b.vcpu.load || a.bytes - b.bytes)[0]
    ?.vcpu
}

/** Octets of a function's image that a node lacks. @param brought digests of blobs that are on their way there already */
export function missingBytes(
  facts: WantedFunction['facts'],
  { architecture, blobs }: NodeFacts,
  brought: ReadonlySet<string> = new Set(),
): number {
  const sizes = new Map(imageOf(facts, architecture)?.layers.map(({ digest, size }) => [digest, size]))
  let sum = 0
  for (const [digest, size] of sizes) if (!brought.has(digest) && !blobs.includes(digest)) sum += size
  return sum
}
