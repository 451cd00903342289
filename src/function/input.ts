import { setMaxListeners } from 'node:events'
import {
  decodeInputs,
  type Endpoint,
  FetchError,
  type FetchedObject,
  fetchObject,
  INPUTS_MEDIA_TYPE,
} from '../endpoint/index.ts'
import { formatName, type Name, TT } from '../packet/index.ts'
import type { Manifest } from './manifest-fields.ts'
import { formatMediaTypes, mediaTypeFits } from './media-type.ts'
import { Slots } from './slots.ts'
import type { Work } from './work.ts'
import { WorkError } from './work-error.ts'

/** Most bytes of the inputs of one piece of work together, and of all that are in hand. */
export const MAX_INPUT_BYTES = 64 * 1024 * 1024

/** Time for all segments of an input, in milliseconds, once its first has come. */
const INPUT_TIMEOUT_MS = 60_000

/**
 * Inputs of one piece of work that are fetched at a time. Most are made only when they are asked for, so that fewer would
 * hold up those who make them.
 */
export const MAX_INPUTS_AT_A_TIME = 64

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

  /** @param maxBytes of the inputs of one piece of work, and of all that are in hand */
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
   * What a piece of work is applied to, of types that the function takes: what has this name or, where that is a list of
   * inputs, what is in the list, in its order.
   * @throws WorkError, OverloadError
   */
  async fetch(work: Work, name: Name): Promise<readonly [Input, ...Input[]]> {
    // A router drops an Interest that comes in with HopLimit 0, and nobody would be told.
    if (work.hopLimit === 0)
      throw new WorkError('no-route', `the Interest's HopLimit does not reach as far as ${formatName(name)}`)
    const input = await this.#fetchObject(work, name)
    if (!isList(input, name)) return [this.#check(input, name)]
    this.#hold(work, -input.content.length)
    const names = readList(input, name)
    if (names.length > 1 && this.#manifest.inputs === 'one')
      throw new WorkError('type-mismatch', `takes one input, and ${formatName(name)} lists ${names.length}`)
    return await this.#fetchAll(work, names)
  }

  /** To be called when the work is done. */
  release(work: Work): void {
    this.#bytes -= work.inputBytes
    work.inputBytes = 0
    work.isDone = true
  }

  /** All of them, or the first error; then no more of the others is asked for. */
  async #fetchAll(work: Work, names: readonly [Name, ...Name[]]): Promise<[Input, ...Input[]]> {
    const slots = new Slots(MAX_INPUTS_AT_A_TIME)
    const end = new AbortController()
    // Every Interest in flight listens, and that is no leak.
    setMaxListeners(0, end.signal)
    const fetchOne = async (name: Name): Promise<Input> => {
      await slots.take()
      try {
        end.signal.throwIfAborted()
        return this.#check(await this.#fetchObject(work, name, end.signal), name)
      } catch (error) {
        end.abort()
        throw error
      } finally {
        slots.release()
      }
    }
    const [first, ...others] = names
    return await Promise.all([fetchOne(first), ...others.map(fetchOne)])
  }

  async #fetchObject(work: Work, name: Name, signal?: AbortSignal): Promise<FetchedObject> {
    const { clock } = this.#endpoint
    let held = 0
    try {
      return await fetchObject(this.#endpoint, name, {
        // An Interest for the input lives no longer than the one that it serves; a retry of that one prolongs it.
        lifetime: () => work.timeLeft(clock.now()),
        timeout: INPUT_TIMEOUT_MS,
        maxBytes: this.#maxBytes,
        hopLimit: work.hopLimit,
        signal,
        onProgress: (bytes) => {
          this.#hold(work, bytes - held)
          held = bytes
        },
      })
    } catch (error) {
      if (error instanceof WorkError || error instanceof OverloadError) throw error
      if (!(error instanceof FetchError)) throw new WorkError('function-failed', (error as Error).message)
      throw new WorkError(FAILURE_CODES[error.code], error.message, error.failure)
    }
  }

  /** Counts bytes that have come, for as long as the work is in hand: of what failed a last segment may come later. */
  #hold(work: Work, bytes: number): void {
    if (work.isDone) return
    this.#bytes += bytes
    work.inputBytes += bytes
    if (work.inputBytes > this.#maxBytes)
      throw new WorkError(
        'too-large',
        `its inputs are larger than the ${this.#maxBytes} bytes that are allowed together`,
      )
    if (this.#bytes > this.#maxBytes) throw new OverloadError(`inputs in hand have ${this.#bytes} bytes`)
  }

  #check(input: FetchedObject, name: Name): Input {
    const { mediaType = UNKNOWN_TYPE } = input
    if (mediaTypeFits(mediaType, this.#manifest.input)) return { ...input, mediaType }
    const takes = formatMediaTypes(this.#manifest.input)
    throw new WorkError('type-mismatch', `takes ${takes}, and ${formatName(name)} is ${mediaType}`)
  }
}

/** What a function has made is never one: it could have another function fetch whatever it likes. */
function isList({ mediaType = UNKNOWN_TYPE }: FetchedObject, name: Name): boolean {
  return name.typeAt(0) !== TT.FunctionComponent && mediaTypeFits(mediaType, [INPUTS_MEDIA_TYPE])
}

function readList({ content }: FetchedObject, name: Name): [Name, ...Name[]] {
  try {
    return decodeInputs(content)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new WorkError(
      'function-failed',
      `cannot read the list of inputs ${formatName(name)}: ${error.message}`,
    )
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
