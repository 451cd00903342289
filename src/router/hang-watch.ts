export interface HangWatchOptions {
  /** How long an instance may be silent, while something waits for it, before it is asked. Milliseconds. */
  readonly silence: number
  /** How long it may take to answer. Milliseconds. */
  readonly limit: number
  /** Asks the instance through the data plane whether it is alive; rejects when no answer comes in time. */
  readonly probe: (timeout: number) => Promise<void>
  readonly onHung: () => void
}

/** Tells an instance that is stuck from one that takes its time: the latter still says that it is alive. */
export class HangWatch {
  readonly #options: HangWatchOptions
  readonly #timer: NodeJS.Timeout
  /** When something was first sent to the instance that it has not reacted to. */
  #unansweredSince: number | undefined
  #isProbing = false

  constructor(options: HangWatchOptions) {
    this.#options = options
    this.#timer = setInterval(() => void this.#check(), options.silence)
  }

  /** Something went to the instance. */
  sent(): void {
    this.#unansweredSince ??= performance.now()
  }

  /** Something came from the instance, or it is gone. */
  heard(): void {
    this.#unansweredSince = undefined
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #check(): Promise<void> {
    const since = this.#unansweredSince
    const { silence, limit, probe, onHung } = this.#options
    if (this.#isProbing || since === undefined || performance.now() - since < silence) return
    this.#isProbing = true
    try {
      await probe(limit)
    } catch {
      // A refusal (the PIT is full, say) tells nothing of the instance: only time does.
      if (this.#unansweredSince === since && performance.now() - since >= limit) onHung()
    } finally {
      this.#isProbing = false
    }
  }
}
