import type { FaceClock } from '../../src/face/clock.ts'

/** Time that passes when a test says so. */
export class ManualClock implements FaceClock {
  #time = 0
  readonly #waiting: { at: number; callback: () => void }[] = []

  now(): number {
    return this.#time
  }

  after(ms: number, callback: () => void): () => void {
    const entry = { at: this.#time + ms, callback }
    this.#waiting.push(entry)
    return () => {
      const index = this.#waiting.indexOf(entry)
      if (index >= 0) this.#waiting.splice(index, 1)
    }
  }

  /** Timers that are still to come. */
  get pending(): number {
    return this.#waiting.length
  }

  advance(ms: number): void {
    const end = this.#time + ms
    for (;;) {
      const next = this.#waiting.reduce<{ at: number; callback: () => void } | undefined>(
        (first, each) => (each.at <= end && (first === undefined || each.at < first.at) ? each : first),
        undefined,
      )
      if (next === undefined) break
      this.#waiting.splice(this.#waiting.indexOf(next), 1)
      this.#time = next.at
      next.callback()
    }
    this.#time = end
  }
}
