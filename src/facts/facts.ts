import type { HeldImages } from '../engine/index.ts'
import { type HostProgram, ociArchitecture, ociSystem } from './architecture.ts'
import type { Availability } from './availability.ts'
import { readCgroup } from './cgroup.ts'
import type { Labels } from './labels.ts'
import { type MemoryFacts, readMemory } from './memory.ts'
import {
  type PortableProcessors,
  type Processors,
  readProcessors,
  vcpuCount,
  withVcpus,
} from './processors.ts'
import type { ReadText } from './system-files.ts'

/** What the operator says in the place of what is found. */
export interface FactOverrides {
  readonly vcpus?: number | undefined
  /** MIPS. */
  readonly speed?: number | undefined
  /** Octets. */
  readonly memory?: number | undefined
  readonly architecture?: string | undefined
  /** Percent. */
  readonly maximumUsage?: number | undefined
}

/** What does not change while a node runs, but for its memory. */
export interface MachineFacts {
  readonly os: string
  /** As in OCI images: `amd64`, `arm64`, `arm/v7`. */
  readonly architecture: string
  readonly processors: Processors
  readonly memory: MemoryFacts
}

export interface NodeLoad {
  /** Share of its CPUs' time in the last seconds that they were busy, from 0 to 1; not there where the system does not tell. */
  readonly cpu?: number | undefined
  /** In use, in octets. */
  readonly memory: number
  /** Instances of functions that run. */
  readonly instances: number
  /** Pending Interests. */
  readonly pending: number
}

/** What a node says of itself to who would place functions on it. */
export interface NodeFacts extends HeldImages {
  readonly name: string
  readonly os: string
  readonly architecture: string
  /** Name of the network that it is in, and bandwidth of its link, in MB/s: what its operator says. */
  readonly network: string
  readonly bandwidth: number
  readonly cpu: Processors & {
    readonly vcpus: number
    /** Of a whole CPU, in million instructions per second (MIPS). */
    readonly speed: number
    /** What of a CPU's time each vCPU is given, above 0 and at most 1: a plan counts on `speed` × `share`. */
    readonly share: number
    /** Whether each instance on a vCPU is held to that share, or all of them are together. */
    readonly shareOf: 'instance' | 'vcpu'
    /** When it was measured, in milliseconds since the epoch; not there where the operator says it. */
    readonly measuredAt?: number | undefined
    /** What of a core may be used, in percent; not there where nothing is said. */
    readonly maximumUsage?: number | undefined
  }
  readonly memory: MemoryFacts
  readonly labels: Labels
  readonly availability: Availability
  /**
   * Digests of blobs of the repository that are on this node, so that it need not fetch them. Layers are compressed there: `layers`
   * and `images` have other digests of the same.
   */
  readonly blobs: readonly string[]
  readonly load: NodeLoad
}

/** Where facts come from. */
export interface MachineSource {
  readonly read: ReadText
  readonly program: HostProgram
  readonly portable: { readonly processors: PortableProcessors; readonly memory: MemoryFacts }
}

/** What can be found out, and what is said in its place. */
export function readMachine(source: MachineSource, overrides: FactOverrides = {}): MachineFacts {
  const { read, program, portable } = source
  const limits = readCgroup(read)
  const found = readProcessors(read, limits, portable.processors)
  const memory = readMemory(read, limits, portable.memory)
  const { vcpus = vcpuCount(found), architecture = ociArchitecture(program) } = overrides
  const total = overrides.memory ?? memory.total
  return {
    os: ociSystem(program),
    architecture,
    processors: vcpus === vcpuCount(found) ? found : withVcpus(found, vcpus),
    memory: { total, free: Math.min(memory.free, total) },
  }
}
