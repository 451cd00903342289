/** A promise that is settled from outside. */
export class Signal {
  readonly settled: Promise<void>
  #settle: () => void = () => {}

  constructor() {
    this.settled = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  settle(): void {
    this.#settle()
  }
}
