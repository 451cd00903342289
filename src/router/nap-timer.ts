import type { Gate } from './gate.ts'
import { QUIET_MS } from './quiet.ts'

/** Finds out that nobody has used an instance for a while. */
export class NapTimer {
  readonly #gate: Pick<Gate, 'usedAt' | 'isQuiet'>
  readonly #onIdle: () => void
  #after: number | undefined
  /** Since when there is a process, in milliseconds of `performance.now()`; undefined while there is none. */
  #since: number | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(gate: Pick<Gate, 'usedAt' | 'isQuiet'>, onIdle: () => void) {
    this.#gate = gate
    this.#onIdle = onIdle
  }

  /** Milliseconds; undefined: never. Who fetches a result is not left in the middle of it, however short that is. */
  set after(ms: number | undefined) {
    if (ms === this.#after) return
    this.#after = ms
    this.#arm()
  }

  /** A process is there. */
  start(): void {
    this.#since = performance.now()
    this.#arm()
  }

  stop(): void {
    this.#since = undefined
    clearTimeout(this.#timer)
  }

  #arm(): void {
    clearTimeout(this.#timer)
    if (this.#since === undefined || this.#after === undefined) return
    const after = Math.max(QUIET_MS, this.#after)
    const left = Math.max(this.#since, this.#gate.usedAt) + after - performance.now()
    if (left <= 0 && this.#gate.isQuiet(after)) this.#onIdle()
    // Where something is pending, it is looked again soon.
    else this.#timer = setTimeout(() => this.#arm(), Math.max(QUIET_MS / 5, left))
  }
}
