import type { SegmentedObject } from '../endpoint/index.ts'
import type { Name } from '../packet/index.ts'
import type { KeptTrace } from './trace.ts'

/** Most results that an instance keeps, and the most bytes of them and of the names of their inputs. */
const MAX_RESULTS = 4096
const MAX_RESULT_STORE_BYTES = 64 * 1024 * 1024

export interface Result {
  readonly object: SegmentedObject
  readonly trace: KeptTrace
  /** Milliseconds on the store's clock. */
  readonly staleAt: number
}

export interface ResultStoreLimits {
  readonly maxResults?: number
  readonly maxBytes?: number
}

/** Results for those who ask again, and for the segments after the first. What was used longest ago goes first. */
export class ResultStore {
  readonly #maxResults: number
  readonly #maxBytes: number
  /** By name with version, least recently used first. */
  readonly #results = new Map<string, Result>()
  /** The newest version, by name without it. */
  readonly #newest = new Map<string, Result>()
  #bytes = 0

  constructor({ maxResults = MAX_RESULTS, maxBytes = MAX_RESULT_STORE_BYTES }: ResultStoreLimits = {}) {
    this.#maxResults = maxResults
    this.#maxBytes = maxBytes
  }

  get size(): number {
    return this.#results.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** @param name without version */
  newest(name: Name): Result | undefined {
    return this.#touch(this.#newest.get(name.key))
  }

  /** @param name with version */
  version(name: Name): Result | undefined {
    return this.#touch(this.#results.get(name.key))
  }

  /** Keeps a result, even one that fills the store by itself: those who asked for it must get all of it. */
  add(name: Name, result: Result): void {
    this.#results.set(result.object.name.key, result)
    this.#newest.set(name.key, result)
    this.#bytes += bytesOf(result)
    for (const [key, old] of this.#results) {
      if (old === result || (this.#results.size <= this.#maxResults && this.#bytes <= this.#maxBytes)) return
      this.#results.delete(key)
      this.#bytes -= bytesOf(old)
      const base = old.object.name.slice(0, -1).key
      if (this.#newest.get(base) === old) this.#newest.delete(base)
    }
  }

  #touch(result: Result | undefined): Result | undefined {
    if (result === undefined) return undefined
    const { key } = result.object.name
    this.#results.delete(key)
    this.#results.set(key, result)
    return result
  }
}

function bytesOf({ object, trace }: Result): number {
  return object.size + trace.inputNameBytes
}
