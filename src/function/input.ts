import { type Endpoint, FetchError, type FetchedObject, fetchObject } from '../endpoint/index.ts'
import { formatName, type Name } from '../packet/index.ts'
import type { Manifest } from './manifest-fields.ts'
import { formatMediaTypes, mediaTypeFits } from './media-type.ts'
import type { Work } from './work.ts'
import { WorkError } from './work-error.ts'

/** Largest input of a function, and the most bytes of all inputs in hand, in bytes. */
export const MAX_INPUT_BYTES = 64 * 1024 * 1024

/** Time for all segments of an input, in milliseconds, once its first has come. */
const INPUT_TIMEOUT_MS = 60_000

/** Media type of content whose producer does not say. */
const UNKNOWN_TYPE = 'application/octet-stream'

/** An input is not fetched to its end, because those in hand are too large together. */
export class OverloadError extends Error {
  override readonly name = 'OverloadError'
}

export interface Input extends FetchedObject {
  readonly mediaType: string
}

/** Fetches inputs for the pieces of work of one function, and keeps count of their bytes. */
export class InputFetcher {
  readonly #endpoint: Endpoint
  readonly #manifest: Manifest
  readonly #maxBytes: number
  #bytes = 0

  /** @param maxBytes of one input, and of all that are in hand */
  constructor(endpoint: Endpoint, manifest: Manifest, maxBytes = MAX_INPUT_BYTES) {
    this.#endpoint = endpoint
    this.#manifest = manifest
    this.#maxBytes = maxBytes
  }

  /** Bytes of the inputs in hand. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * The input of a piece of work, if it is of a type that the function takes.
   * @throws WorkError, OverloadError
   */
  async fetch(work: Work, name: Name): Promise<Input> {
    // A router drops an Interest that comes in with HopLimit 0, and nobody would be told.
    if (work.hopLimit === 0)
      throw new WorkError('no-route', `the Interest's HopLimit does not reach as far as ${formatName(name)}`)
    const { clock } = this.#endpoint
    try {
      const input = await fetchObject(this.#endpoint, name, {
        // An Interest for the input lives no longer than the one that it serves; a retry of that one prolongs it.
        lifetime: () => work.timeLeft(clock.now()),
        timeout: INPUT_TIMEOUT_MS,
        maxBytes: this.#maxBytes,
        hopLimit: work.hopLimit,
        onProgress: (bytes) => this.#hold(work, bytes),
      })
      return this.#check(input, name)
    } catch (error) {
      if (error instanceof WorkError || error instanceof OverloadError) throw error
      if (!(error instanceof FetchError)) throw new WorkError('function-failed', (error as Error).message)
      throw new WorkError(FAILURE_CODES[error.code], error.message, error.failure)
    }
  }

  /** To be called when the work is done. */
  release(work: Work): void {
    this.#bytes -= work.inputBytes
    work.inputBytes = 0
  }

  #hold(work: Work, bytes: number): void {
    this.#bytes += bytes - work.inputBytes
    work.inputBytes = bytes
    if (this.#bytes > this.#maxBytes) throw new OverloadError(`inputs in hand have ${this.#bytes} bytes`)
  }

  #check(input: FetchedObject, name: Name): Input {
    const { mediaType = UNKNOWN_TYPE } = input
    if (mediaTypeFits(mediaType, this.#manifest.input)) return { ...input, mediaType }
    const takes = formatMediaTypes(this.#manifest.input)
    throw new WorkError('type-mismatch', `takes ${takes}, and ${formatName(name)} is ${mediaType}`)
  }
}

const FAILURE_CODES = {
  'no-route': 'no-route',
  timeout: 'timeout',
  congestion: 'timeout',
  'function-failed': 'function-failed',
  'too-large': 'too-large',
  'bad-object': 'function-failed',
} as const
