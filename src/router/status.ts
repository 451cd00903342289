import type { InstanceStats } from '../engine/index.ts'
import type { Face } from '../face/index.ts'
import type { Availability } from '../facts/index.ts'
import type { ForwarderCounters } from '../forwarder/index.ts'
import type { Manifest } from '../function/index.ts'

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
  /** How often an instance ended that was not told to. */
  readonly restarts: number
  /** Of the present state, milliseconds since the epoch. */
  readonly since: number
  /** Bytes and milliseconds, while it runs. */
  readonly memory?: InstanceStats['memory'] | undefined
  readonly cpu?: InstanceStats['cpu'] | undefined
}

/**
 * Who made a route: the node to itself or a function, its configuration (or a command that says so), a program that
 * registered, a routing program; `fib`, a command to the FIB; `inherited`, it is that of a shorter prefix.
 */
export type RouteOrigin =
  | 'function'
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

/** Puts together what the forwarder and the link know of a face; a function's link is not there between two instances. */
export function describeFace(
  id: number,
  form: string,
  { drops, ...counters }: ForwarderCounters,
  face: Face | undefined,
  functionName: string | undefined,
): FaceStatus {
  return {
    id,
    remote: face?.remote ?? '',
    local: face?.local ?? '',
    form,
    function: functionName,
    ...counters,
    bytesIn: face?.counters.bytesIn ?? 0,
    bytesOut: face?.counters.bytesOut ?? 0,
    queueDrops: face?.counters.queueDrops ?? 0,
    drops: Object.fromEntries(Object.entries(drops).filter(([, count]) => count > 0)),
  }
}
