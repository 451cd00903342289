import type { InstanceStats } from '../engine/index.ts'
import type { Availability } from '../facts/index.ts'
import type { Manifest, Trace } from '../function/index.ts'

export type SlotState =
  /** Its instance has not connected yet, for the first time. */
  | 'starting'
  | 'ready'
  /** An instance ended; the next is about to be there. Interests wait. */
  | 'restarting'
  /** No instance can be had for now; Interests are answered with the cause. Tried again with back-off. */
  | 'failed'
  /** No instance is to run for now, and no route leads there: the availability of the node says so. */
  | 'withdrawn'
  /** No instance runs because nobody asks; the next Interest starts one, and waits for it. */
  | 'idle'
  /** An operator has told it to take no new work; its instance runs. */
  | 'paused'
  | 'stopped'

export interface FunctionStatus {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly input: readonly string[]
  readonly output: string
  readonly parameters: Manifest['parameters']
  readonly state: SlotState
  /** Why it is not ready. */
  readonly cause?: string | undefined
  readonly digest: string
  readonly instance?: string | undefined
  /** How many instances of it there are; what is told of it is of the one that is best off. */
  readonly instances?: number | undefined
  /** How often an instance ended that was not told to. */
  readonly restarts: number
  /** Of the present state, milliseconds since the epoch. */
  readonly since: number
  /** Bytes and milliseconds, while it runs. */
  readonly memory?: InstanceStats['memory'] | undefined
  readonly cpu?: InstanceStats['cpu'] | undefined
}

/**
 * Who made a route: the node to itself or a function, a controller that assigned it, its configuration (or a command that says so), a program that
 * registered, a routing program; `fib`, a command to the FIB; `inherited`, it is that of a shorter prefix.
 */
export type RouteOrigin =
  | 'function'
  | 'controller'
  | 'static'
  | 'client'
  | 'node'
  | 'autoreg'
  | 'autoconf'
  | 'nlsr'
  | 'prefix-announcement'
  | 'fib'
  | 'inherited'
  | `origin-${number}`

export type RouteFlagName = 'child-inherit' | 'capture'

export interface RouteStatus {
  /** As a person writes it: `resize`, or `/camera`. */
  readonly prefix: string
  readonly hops: readonly {
    readonly face: number
    readonly cost: number
    readonly origin: RouteOrigin
    readonly remote: string
    /** Of a controller: the plan that it comes from. */
    readonly plan?: string | undefined
    /** What it means for longer prefixes (NFD RIB management); not there for what has no route of its own. */
    readonly flags?: readonly RouteFlagName[]
    /** Milliseconds until it ends, if it does. */
    readonly expiresIn?: number
  }[]
}

export interface FaceStatus {
  readonly id: number
  readonly remote: string
  readonly local: string
  readonly form: string
  readonly function?: string | undefined
  readonly interestsIn: number
  readonly interestsOut: number
  readonly dataIn: number
  readonly dataOut: number
  readonly nacksIn: number
  readonly nacksOut: number
  readonly aggregated: number
  readonly expired: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly queueDrops: number
  /** Only reasons that occurred. */
  readonly drops: Readonly<Record<string, number>>
}

export interface NodeStatus {
  readonly name: string
  readonly version: string
  readonly availability: Availability
  readonly engine: string
  readonly why: string
  /** Milliseconds. */
  readonly uptime: number
  readonly addresses: readonly string[]
  readonly pit: { readonly entries: number; readonly max: number }
  readonly contentStore: {
    readonly packets: number
    readonly bytes: number
    readonly maxPackets: number
    readonly maxBytes: number
    readonly hits: number
    readonly misses: number
    readonly insertions: number
    readonly evictions: number
  }
  readonly fib: { readonly prefixes: number }
  /** Peers that were disconnected, by reason. */
  readonly disconnects: Readonly<Record<string, number>>
  /** Name of the trust anchor's certificate. */
  readonly anchor: string
  /** Resident memory, bytes. */
  readonly memory: number
}

/** How far an instance that was assigned to a node has come. */
export type InstanceState =
  /** Its image is on the way. */
  | 'pulling'
  /** The engine makes it ready. */
  | 'preparing'
  | SlotState
  /** It finishes what it has in hand, and then goes. */
  | 'draining'

export const INSTANCE_PHASES = ['pull', 'prepare', 'create', 'start', 'ready'] as const

export type InstancePhase = (typeof INSTANCE_PHASES)[number]

/** One instance of a function, whether a controller assigned it or the node's own configuration. */
export interface InstanceReport {
  readonly id: string
  readonly function: string
  readonly version: string
  /** Of the version in the repository (`sha256:…`); of an artifact where it did not come from there. */
  readonly digest: string
  readonly state: InstanceState
  readonly cause?: string | undefined
  /** By the system's numbers; none: any. */
  readonly cpus: readonly number[]
  /** Of a controller's assignment. */
  readonly isAssigned: boolean
  /** Which start of it this is, of those that an assignment counts. */
  readonly generation: number
  /** Name that the engine has for what runs now. */
  readonly process?: string | undefined
  readonly restarts: number
  /** Of the present state, milliseconds since the epoch. */
  readonly since: number
  /** Interests that wait for it. */
  readonly pending: number
  /** When it was last asked for anything, milliseconds since the epoch. */
  readonly askedAt?: number | undefined
  /** What it took to bring up, as far as it has come: milliseconds, and octets that were moved. */
  readonly phases: Readonly<
    Partial<Record<InstancePhase, { readonly ms: number; readonly bytes?: number | undefined }>>
  >
  /** Of the phase in hand: octets moved and to be moved. */
  readonly progress?: { readonly bytes: number; readonly total: number } | undefined
  readonly memory?: number | undefined
  readonly cpu?: number | undefined
}

/** The dataset `assigned`: what a controller has assigned, and how far the node is with it. */
export interface AssignmentReport {
  readonly controller?: string | undefined
  readonly revision?: number | undefined
  /** Whether routes and instances are as the revision says; instances may still be on their way. */
  readonly isApplied: boolean
  readonly problems: readonly string[]
  readonly instances: readonly InstanceReport[]
}

/** A piece of work that an instance has done. */
export interface WorkReport extends Omit<Trace, 'by'> {
  /** Id of the instance. */
  readonly instance: string
}

/** The dataset `works/<cursor>`: what the node's instances have done since an answer with that cursor. */
export interface WorksReport {
  /** To ask with for what comes later. */
  readonly cursor: string
  /** The newest last, and no more than the node keeps. */
  readonly works: readonly WorkReport[]
}

/** A cursor that no node gives: whoever asks with it is told of all that the node keeps. */
export const NO_CURSOR = 'none'

/** The dataset `logs/<instance>`. */
export interface LogReport {
  readonly instance: string
  /** The last ones; time in milliseconds since the epoch. */
  readonly lines: readonly { readonly at: number; readonly text: string }[]
}
