import type { Platform, Schedule, Workflow } from '../../scheduler/index.ts'

/** What a scheduler decided for a deployment, and what follows from that. Plain JSON. */
export interface Plan {
  readonly deployment: string
  /** Name of the scheduler. */
  readonly scheduler: string
  /** As it is before anything is done: each part has its own. */
  readonly platform: Platform
  /** One for each chain and workflow, planned as if it ran alone, with the images that those before have brought. */
  readonly parts: readonly PlanPart[]
  readonly instances: readonly PlannedInstance[]
  /** Milliseconds that planning took. */
  readonly ms: number
}

export interface PlanPart {
  /** The chain as it is written, or the workflow's name. */
  readonly name: string
  readonly workflow: Workflow
  /** Of `schedule`: with the images that parts before have brought, and the node that has the content as file server. */
  readonly platform: Platform
  /** In seconds from when it is asked for. */
  readonly schedule: Schedule
  /** The same with every image there already: what a request takes once all is deployed. */
  readonly warm: Schedule
  /** By task: NDN URI of its result's prefix, and the instance, an index of `Plan.instances`. */
  readonly pieces: readonly { readonly task: string; readonly prefix: string; readonly instance: number }[]
}

export interface PlannedInstance {
  readonly function: string
  readonly version: string
  readonly digest: string
  readonly node: string
  /** By the system's numbers; none: any. */
  readonly cpus: readonly number[]
  readonly idle?: number | undefined
  /** Octets of its image that the node lacks, and that no instance before this one brings there. */
  readonly bytes: number
}
