import type { Component, Name } from '../packet/index.ts'
import type { FaceStatus } from './face-datasets.ts'
import type { FibEntry, ForwarderStatus } from './table-datasets.ts'

/**
 * What management needs of the forwarder and its faces. Whoever puts the node together implements these; none of it may
 * throw for what a client asks, and all of it but `create` answers at once.
 *
 * What is iterable may be walked through in several turns of the event loop: meanwhile entries come and go, and such a
 * one may be given or not, but all others exactly once.
 */

/** What can be set on a face. What is not there is left as it is, or as it is by default. */
export interface FaceOptions {
  readonly persistency?: FaceStatus['facePersistency'] | undefined
  /** Nanoseconds. */
  readonly baseCongestionMarkingInterval?: number | undefined
  /** Octets. */
  readonly defaultCongestionThreshold?: number | undefined
  /** Octets; 2^53-1 or more: as large as the link permits. */
  readonly mtu?: number | undefined
  /** NDNLPv2 fields for programs on this host (IncomingFaceId, NextHopFaceId, CachePolicy). */
  readonly localFields?: boolean | undefined
  readonly lpReliability?: boolean | undefined
  readonly congestionMarking?: boolean | undefined
}

/** Why a face was not made. */
export type FaceFailure =
  /** Not a FaceUri. */
  | 'bad-uri'
  /** A FaceUri with a host name, or without a port, where NFD's canonical form is needed. */
  | 'not-canonical'
  /** No faces are made to such a URI, or not with these options. */
  | 'unsupported'
  | 'timed-out'
  | 'unreachable'
  /** There are as many faces as there may be. */
  | 'full'

export type FaceCreation =
  | { readonly kind: 'created'; readonly face: number }
  /** There is one to this URI. */
  | { readonly kind: 'exists'; readonly face: number }
  | { readonly kind: FaceFailure; readonly detail: string }

export interface FaceControl {
  /** Undefined if there is no such face. */
  status(face: number): FaceStatus | undefined
  list(): Iterable<FaceStatus>
  /** FaceUris of the places where faces are accepted. */
  channels(): Iterable<string>
  /** @param localUri the address to go out from, where the client wants a certain one */
  create(uri: string, localUri: string | undefined, options: FaceOptions): Promise<FaceCreation>
  /**
   * Changes a face that is there.
   * @returns the options that it cannot have; nothing has changed unless there are none
   */
  update(face: number, options: FaceOptions): readonly (keyof FaceOptions)[]
  /** Closes a face, if it is there. @returns 'own' if it belongs to the node itself, and stays */
  destroy(face: number): 'own' | undefined
}

export interface FibControl {
  /** Adds a next hop, or changes its cost. It stays beside those that follow from routes of the RIB. */
  addNextHop(prefix: Name, face: number, cost: number): 'ok' | 'full'
  /** Removes what `addNextHop` added, if it is there. */
  removeNextHop(prefix: Name, face: number): void
  /** All prefixes in the FIB with all of their next hops. */
  entries(): Iterable<FibEntry>
}

export interface ContentStoreSettings {
  /** Packets. */
  readonly capacity: number
  /** Whether Data that comes in is stored. */
  readonly admit: boolean
  /** Whether Interests are answered from it. */
  readonly serve: boolean
}

export interface ContentStoreControl {
  readonly settings: ContentStoreSettings
  readonly entries: number
  readonly hits: number
  readonly misses: number
  /** @returns why that is not possible, e.g. a capacity beyond what memory was laid out for; undefined if it is done */
  configure(changes: Partial<ContentStoreSettings>): string | undefined
  /** Erases at most `limit` packets under a prefix. @returns how many; and whether there are more */
  erase(prefix: Name, limit: number): { readonly erased: number; readonly hasMore: boolean }
}

/** A strategy as a name asks for it: `/localhost/nfd/strategy/<name>/v=<version>/<parameters…>`. */
export interface StrategyInstance {
  readonly name: string
  readonly version: number
  readonly parameters: readonly Component[]
}

export interface StrategyControl {
  /** What there is: for each strategy's name its versions, in any order. */
  readonly available: ReadonlyMap<string, readonly number[]>
  /** @returns 'full', or what is wrong with its parameters as `detail` */
  set(prefix: Name, strategy: StrategyInstance): 'ok' | 'full' | { readonly detail: string }
  /** Takes the choice for a prefix back, if there is one. The root's is never asked for. */
  unset(prefix: Name): void
  choices(): Iterable<StrategyInstance & { readonly prefix: Name }>
}

export interface StatusSource {
  general(): ForwarderStatus
}
