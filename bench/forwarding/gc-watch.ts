import { PerformanceObserver } from 'node:perf_hooks'

/** How often the heap is looked at, milliseconds. */
const HEAP_LOOK_MS = 100

export interface GcReport {
  /** Length of each pause for garbage collection, milliseconds. */
  readonly pauses: readonly number[]
  /** Largest seen, octets. */
  readonly heap: number
  /** With what lies outside of the heap and the program, octets. */
  readonly resident: number
}

/** Watches the garbage collector of this process. */
export class GcWatch {
  #pauses: number[] = []
  #heap = 0
  #resident = 0
  #timer: NodeJS.Timeout | undefined
  readonly #observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) this.#pauses.push(duration)
  })

  start(): void {
    this.#pauses = []
    this.#heap = 0
    this.#resident = 0
    this.#observer.observe({ entryTypes: ['gc'] })
    this.#timer = setInterval(() => this.#look(), HEAP_LOOK_MS)
  }

  stop(): GcReport {
    this.#look()
    clearInterval(this.#timer)
    this.#observer.disconnect()
    return { pauses: this.#pauses, heap: this.#heap, resident: this.#resident }
  }

  #look(): void {
    const { heapUsed, rss } = process.memoryUsage()
    this.#heap = Math.max(this.#heap, heapUsed)
    this.#resident = Math.max(this.#resident, rss)
  }
}
