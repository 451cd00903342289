import type { AssignedTask } from '../control/index.ts'

/** What is to be, in the whole network: what a controller keeps and works towards. */
export interface Desired {
  readonly instances: readonly DesiredInstance[]
  readonly pieces: readonly DesiredPiece[]
  /** Of all workflows; every node has them. */
  readonly tasks: readonly AssignedTask[]
  readonly contents: readonly DesiredContent[]
}

export interface DesiredInstance {
  /** Unique in the network: `resize-3`. */
  readonly id: string
  /** Deployments that want it; one function has the same instances for all. */
  readonly deployments: readonly string[]
  readonly function: string
  readonly version: string
  /** Of the version's index in the repository: `sha256:…`. */
  readonly digest: string
  readonly node: string
  /** By the node's system's numbers; none: any. */
  readonly cpus: readonly number[]
  /** Milliseconds; undefined: it runs though nobody asks. */
  readonly idle?: number | undefined
  readonly hold?: 'pause' | 'stop' | undefined
  readonly generation: number
  /** `coming`: no route leads there yet; `leaving`: it finishes what it has, and is given new work only where nobody else is. */
  readonly role: 'coming' | 'serving' | 'leaving'
}

/** A piece of work that a plan gives to one instance. */
export interface DesiredPiece {
  readonly deployment: string
  /** `photos/sf-cuv/3`: deployment, scheduler, revision. */
  readonly plan: string
  /** NDN URI of the flat name's prefix. */
  readonly prefix: string
  /** Id. */
  readonly instance: string
}

/** Where content is that is not made here. */
export interface DesiredContent {
  readonly deployment: string
  /** NDN URI. */
  readonly prefix: string
  readonly node: string
}
