import { ControllerError } from '../controller/index.ts'

/** Most results of workflows that are kept until they are fetched, and their octets in all. */
export const MAX_RUN_RESULTS = 64
export const MAX_RUN_RESULT_BYTES = 256 * 1024 * 1024

export interface RunResult {
  readonly mediaType?: string | undefined
  readonly content: Uint8Array
}

/** The last results, by run. The oldest makes room. */
export class RunResults {
  readonly #kept = new Map<string, RunResult>()
  readonly #maxResults: number
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxResults = MAX_RUN_RESULTS, maxBytes = MAX_RUN_RESULT_BYTES) {
    this.#maxResults = maxResults
    this.#maxBytes = maxBytes
  }

  /** @throws ControllerError `too-many` where it is larger than all that can be kept */
  keep(run: string, result: RunResult): void {
    const { length } = result.content
    if (length > this.#maxBytes) {
      throw new ControllerError(
        'too-many',
        `the result has ${length} octets, and the controller passes on at most ${this.#maxBytes}: get it by its name, from a node`,
      )
    }
    this.#drop(run)
    this.#kept.set(run, result)
    this.#bytes += length
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#maxResults && this.#bytes <= this.#maxBytes) break
      this.#drop(oldest)
    }
  }

  /** @throws ControllerError `not-found` */
  get(run: string): RunResult {
    const found = this.#kept.get(run)
    if (found !== undefined) return found
    throw new ControllerError(
      'not-found',
      `the result of run ${run} is not kept, or no longer: run the workflow again`,
    )
  }

  #drop(run: string): void {
    this.#bytes -= this.#kept.get(run)?.content.length ?? 0
    this.#kept.delete(run)
  }
}
