/**
 * Spreads what is begun over the turns of the event loop. Many pieces of work that never wait would otherwise be done in
 * one turn, and no result would leave, and no Interest be seen, before the last of them is done.
 */
export class Turns {
  readonly #max: number
  #begun = 0
  #end: Promise<void> | undefined

  /** @param max how much may be begun in one turn */
  constructor(max: number) {
    this.#max = max
  }

  /** Counts one more. Undefined if it may begin now; otherwise resolves when the turn is over. */
  begin(): Promise<void> | undefined {
    this.#end ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#begun = 0
        this.#end = undefined
        resolve()
      })
    })
    return this.#begun++ < this.#max ? undefined : this.#end
  }
}
