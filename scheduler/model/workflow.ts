/** CPU usage of a task where nothing else is said, in percent: two such tasks fit on a core with the default maximum. */
export const DEFAULT_USAGE = 50

/** A part of an image, which types may share. */
export interface Layer {
  readonly name: string
  /** Megabytes (10^6 bytes). */
  readonly size: number
}

/** A service function, as it is kept in the SF repository. */
export interface SfType {
  readonly name: string
  /** Of its image, in the order in which a node fetches them. The same name means the same layer in every type. */
  readonly layers: readonly Layer[]
  /** Architectures that there is an image for; undefined: for any. */
  readonly architectures: readonly string[] | undefined
}

/** What a task demands of its host. */
export interface Demands {
  readonly architecture: string | undefined
  /** Each must be there with this value. */
  readonly labels: Readonly<Record<string, string>>
}

/** One execution of an SF. */
export interface Task {
  readonly name: string
  readonly type: string
  /** Million instructions. */
  readonly work: number
  /** Seconds of execution by host, where they are known: they count instead of `work` there. */
  readonly times: Readonly<Record<string, number>> | undefined
  /** Of its vCPU, in percent. */
  readonly usage: number
  /** What it takes from the file server, in MB. */
  readonly input: number
  readonly demands: Demands
}

/** What one task gives another. */
export interface Edge {
  readonly from: string
  readonly to: string
  /** Megabytes. */
  readonly data: number
}

/** A directed acyclic graph of tasks. A chain is one; so are several chains together. */
export interface Workflow {
  readonly name: string
  readonly types: readonly SfType[]
  readonly tasks: readonly Task[]
  readonly edges: readonly Edge[]
}

export const NO_DEMANDS: Demands = { architecture: undefined, labels: {} }
