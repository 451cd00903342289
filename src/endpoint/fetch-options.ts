import type { Data, Name } from '../packet/index.ts'

/** Time for a whole object, in milliseconds. */
export const DEFAULT_FETCH_TIMEOUT_MS = 30_000

/** Lifetime of the first Interest, in milliseconds; it is sent again until the time for the object is over. */
export const DEFAULT_ATTEMPT_MS = 4000

/** Largest object, in bytes. */
export const DEFAULT_MAX_OBJECT_BYTES = 256 * 1024 * 1024

export interface FetchOptions {
  /**
   * Milliseconds for the whole object; where `lifetime` says how long to wait for the first of it, for the rest.
   * @defaultValue {@link DEFAULT_FETCH_TIMEOUT_MS}
   */
  readonly timeout?: number | undefined
  /**
   * Milliseconds that the first Interest may live, asked before each attempt; none is made when nothing is left.
   * @defaultValue {@link DEFAULT_ATTEMPT_MS}, until `timeout`
   */
  readonly lifetime?: (() => number) | undefined
  /** Whether a version that is no longer fresh will do. @defaultValue true */
  readonly mustBeFresh?: boolean | undefined
  /** HopLimit of the Interests. */
  readonly hopLimit?: number | undefined
  /** @defaultValue {@link DEFAULT_MAX_OBJECT_BYTES} */
  readonly maxBytes?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Looks at each Data before it is used; what it throws ends the fetch. */
  readonly verify?: ((data: Data) => Promise<unknown>) | undefined
  /** Told of each segment: bytes so far, and segments so far and in all. */
  readonly onProgress?: ((bytes: number, segments: number, total: number | undefined) => void) | undefined
}

export interface FetchedObject {
  /** With its version, without segment. */
  readonly name: Name
  readonly content: Uint8Array
  /** Undefined where the producer did not say. */
  readonly mediaType: string | undefined
  /** Milliseconds, of its first segment. */
  readonly freshnessPeriod: number
  readonly segments: number
  /** Interests that had to be sent again. */
  readonly retransmissions: number
}
