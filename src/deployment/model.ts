import type { FunctionCall, Name } from '../packet/index.ts'

/** What an operator wants to run: a deployment file, read and checked. */
export interface Deployment {
  /** `[a-z0-9-]{1,63}` */
  readonly name: string
  /** Every function that a chain or a workflow names, and those that are named alone. */
  readonly functions: readonly DeployedFunction[]
  readonly chains: readonly DeployedChain[]
  readonly workflows: readonly DeployedWorkflow[]
  readonly contents: readonly DeployedContent[]
}

export interface DeployedFunction {
  readonly name: string
  /** Undefined: the newest that the repository has. */
  readonly version?: string | undefined
  /** Bounds of how many instances there are; undefined: as many as the plan needs. */
  readonly instances?: { readonly min: number; readonly max: number } | undefined
  /** After so long without work an instance that the minimum does not need ends, in milliseconds. */
  readonly idle: number
  /** One more instance is started when so many Interests wait for each of those that there are. */
  readonly queue: number
  readonly demands: readonly Demand[]
}

/** What a node must be to take a function: `node.labels.camera == true`, `arch == arm64`, `memory >= 256MiB`. */
export type Demand = { readonly text: string } & (
  | { readonly kind: 'label'; readonly key: string; readonly isEqual: boolean; readonly value: string }
  | { readonly kind: 'architecture'; readonly isEqual: boolean; readonly value: string }
  | { readonly kind: 'node'; readonly isEqual: boolean; readonly value: string }
  /** Free memory at least, in octets. */
  | { readonly kind: 'memory'; readonly atLeast: number }
)

/** A chain that is asked for on content below a prefix. */
export interface DeployedChain {
  /** As it is written: `age-gender:extract-faces:detect-faces/camera/lobby`. */
  readonly text: string
  /** In the order in which an Interest visits them. */
  readonly functions: readonly FunctionCall[]
  readonly content: Name
}

/** A directed acyclic graph of functions, applied to content below a prefix. Its own name is `/workflow/<name>`. */
export interface DeployedWorkflow {
  /** `[a-z0-9-]{1,63}`, unique in a network. */
  readonly name: string
  readonly content: Name
  /** Each after those that it takes its inputs from. */
  readonly tasks: readonly DeployedTask[]
  /** Name of the task that gives the workflow's result. */
  readonly result: string
}

export interface DeployedTask {
  /** `[a-z0-9-]{1,63}`, unique in the workflow. */
  readonly name: string
  readonly call: FunctionCall
  /** Where each input comes from, in order: the name of a task, or undefined for the content that the workflow runs on. */
  readonly inputs: readonly (string | undefined)[]
}

/** Content that is not made here: where it is, and what it is like. */
export interface DeployedContent {
  readonly prefix: Name
  /** Name of the node that leads to its producer; undefined: each node's own routes do. */
  readonly node?: string | undefined
  /** Undefined: not known, so nothing is checked. */
  readonly mediaType?: string | undefined
  /** Of one piece, in octets, for plans before anything was seen. */
  readonly size: number
}

/** The nodes of a network, and where each is reached: a network file, read and checked. */
export interface NetworkDescription {
  readonly name: string
  /** URL of the SF repository. */
  readonly registry: string
  readonly nodes: readonly DescribedNode[]
}

export interface DescribedNode {
  readonly name: string
  /** FaceUri to which the controller gives its commands. */
  readonly control: string
  /** FaceUri to which other nodes connect. */
  readonly address: string
  /** Name of the network that it is in, and bandwidth of its link, in MB/s; undefined: as the node says itself. */
  readonly network?: string | undefined
  readonly bandwidth?: number | undefined
  /** Configuration file of the node, absolute, for whoever is to start it; undefined: it is started elsewhere. */
  readonly config?: string | undefined
}
