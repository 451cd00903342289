import type { SlotState } from '../control/index.ts'

/** How it stands with a function: its state, why, and since when. */
export class SlotCondition {
  readonly #onState: (state: SlotState, cause: string | undefined) => void
  readonly #waiting = new Set<() => void>()
  #state: SlotState = 'starting'
  #cause: string | undefined
  #since = Date.now()

  constructor(onState: (state: SlotState, cause: string | undefined) => void) {
    this.#onState = onState
  }

  /** Resolves when it is neither starting nor about to start again. */
  async settled(): Promise<void> {
    if (this.#isSettled) return
    await new Promise<void>((resolve) => {
      this.#waiting.add(resolve)
    })
  }

  get #isSettled(): boolean {
    return this.#state !== 'starting' && this.#state !== 'restarting'
  }

  get state(): SlotState {
    return this.#state
  }

  get cause(): string | undefined {
    return this.#cause
  }

  /** Milliseconds since the epoch. */
  get since(): number {
    return this.#since
  }

  /** Whether no instance is to run. */
  get isHalted(): boolean {
    return this.#state === 'stopped' || this.#state === 'withdrawn'
  }

  /** One that is stopped stays so. */
  set(state: SlotState, cause?: string): void {
    if (this.#state === 'stopped') return
    if (state !== this.#state) this.#since = Date.now()
    this.#state = state
    this.#cause = cause
    this.#onState(state, cause)
    if (!this.#isSettled) return
    for (const tell of this.#waiting) tell()
    this.#waiting.clear()
  }
}
