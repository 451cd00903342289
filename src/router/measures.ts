import type { InstanceReport } from '../control/index.ts'

/** What is known of a process is measured again after so long, in milliseconds. */
const MAX_AGE_MS = 1000

type Measured = Pick<InstanceReport, 'memory' | 'cpu'>

interface Entry {
  readonly value: Measured
  readonly at: number
  readonly isUnderWay: boolean
}

/** What processes take, as it was measured last: an engine may take its time, and nobody waits for it. */
export class Measures {
  readonly #measure: (process: string) => Promise<Measured>
  readonly #known = new Map<string, Entry>()

  /** @param measure does not reject */
  constructor(measure: (process: string) => Promise<Measured>) {
    this.#measure = measure
  }

  /** What is known of a process; the next time more, and newer. */
  of(process: string | undefined): Measured {
    if (process === undefined) return {}
    const now = performance.now()
    const { value = {}, at = Number.NEGATIVE_INFINITY, isUnderWay = false } = this.#known.get(process) ?? {}
    if (!isUnderWay && now - at >= MAX_AGE_MS) {
      this.#known.set(process, { value, at, isUnderWay: true })
      void this.#measure(process).then((newer) => {
        this.#forget()
        this.#known.set(process, { value: newer, at: performance.now(), isUnderWay: false })
      })
    }
    return value
  }

  /** Nobody asks for those that have ended. */
  #forget(): void {
    const old = performance.now() - 60 * MAX_AGE_MS
    for (const [process, { at, isUnderWay }] of this.#known)
      if (!isUnderWay && at < old) this.#known.delete(process)
  }
}
