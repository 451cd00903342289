import { MAX_DEATHS } from './pending-work.ts'
import type { Supervision } from './supervision.ts'

export interface Pause {
  /** Milliseconds until the next start. */
  readonly wait: number
  /** Whether that is no use for those who wait. */
  readonly isHopeless: boolean
}

/** When to start an instance again: at once at first, then later and later while each one ends early. */
export class RestartPace {
  readonly #supervision: Supervision
  #failures = 0

  constructor(supervision: Supervision) {
    this.#supervision = supervision
  }

  /** @param served how long the instance that has ended was connected, in milliseconds */
  next(served: number): Pause {
    const { soundAfter, firstBackOff, maxBackOff } = this.#supervision
    if (served >= soundAfter) this.#failures = 0
    const wait = this.#failures === 0 ? 0 : Math.min(maxBackOff, firstBackOff * 2 ** (this.#failures - 1))
    this.#failures++
    return { wait, isHopeless: this.#failures > MAX_DEATHS }
  }

  /** What was in the way is gone. */
  reset(): void {
    this.#failures = 0
  }

  /** Takes the next end for one too many: a further start would take as long. */
  giveUp(): void {
    this.#failures = Math.max(this.#failures, MAX_DEATHS)
  }
}
