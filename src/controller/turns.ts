import { ControllerError } from './errors.ts'

/** Changes that may wait for the one in hand. */
export const MAX_WAITING_CHANGES = 16

/** One change after the other. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** @throws ControllerError `too-many` where {@link MAX_WAITING_CHANGES} wait already; what the change throws */
  async take<T>(change: () => Promise<T>): Promise<T> {
    if (this.#waiting > MAX_WAITING_CHANGES) {
      const what = `${MAX_WAITING_CHANGES} changes wait for the one in hand`
      throw new ControllerError('too-many', `${what}: try again when it is done`)
    }
    this.#waiting++
    const turn = this.#last.then(change)
    this.#last = turn.catch(() => {})
    try {
      return await turn
    } finally {
      this.#waiting--
    }
  }

  /** Resolves when nothing is in hand and nothing waits. */
  async idle(): Promise<void> {
    while (this.#waiting > 0) await this.#last
  }
}
