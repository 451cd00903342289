/** Room for the rounding of sums of usages, in percent. */
const TOLERANCE = 1e-9

/** How much the tasks on a core's vCPUs use it, as steps over time. Seconds and percent. */
export class CoreUsage {
  /** Highest sum that is allowed. */
  readonly #limit: number
  /** Step i goes from `#times[i]` to the next one's time; the last has no end. */
  readonly #times: number[] = [Number.NEGATIVE_INFINITY]
  readonly #levels: number[] = [0]
  #peak = 0

  constructor(limit: number) {
    this.#limit = limit + TOLERANCE
  }

  /** The earliest time, not before `ready`, from which so much more is allowed for so long. */
  earliest(ready: number, duration: number, usage: number): number {
    if (this.#peak + usage <= this.#limit) return ready
    let start = ready
    for (let i = this.#stepAt(ready); i < this.#times.length; i++) {
      if ((this.#times[i] as number) >= start + duration) break
      if ((this.#levels[i] as number) + usage > this.#limit) start = this.#times[i + 1] as number
    }
    return start
  }

  add(start: number, end: number, usage: number): void {
    if (end <= start) return
    const from = this.#cut(start)
    const to = this.#cut(end)
    for (let i = from; i < to; i++) {
      const level = (this.#levels[i] as number) + usage
      this.#levels[i] = level
      if (level > this.#peak) this.#peak = level
    }
  }

  clear(): void {
    this.#times.length = 1
    this.#levels.length = 1
    this.#levels[0] = 0
    this.#peak = 0
  }

  /** Makes a step begin at a time. @returns its number */
  #cut(time: number): number {
    const at = this.#stepAt(time)
    if (this.#times[at] === time) return at
    this.#times.splice(at + 1, 0, time)
    this.#levels.splice(at + 1, 0, this.#levels[at] as number)
    return at + 1
  }

  #stepAt(time: number): number {
    let low = 0
    let high = this.#times.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((this.#times[middle] as number) <= time) low = middle
      else high = middle
    }
    return low
  }
}
