/** When a vCPU is busy: intervals in ascending order, none of which touches the next. Seconds. */
export class BusyTimes {
  readonly starts: number[] = []
  readonly ends: number[] = []

  /** When it is free for good. */
  get end(): number {
    return this.ends.at(-1) ?? 0
  }

  /** The earliest time, not before `ready`, from which it is free for so long. */
  earliest(ready: number, duration: number): number {
    let start = ready
    for (let i = this.#firstEndingAfter(ready); i < this.starts.length; i++) {
      if (start + duration <= (this.starts[i] as number)) return start
      start = Math.max(start, this.ends[i] as number)
    }
    return start
  }

  /** Makes it busy, also where it is so already: what others do may overlap. */
  add(start: number, end: number): void {
    if (end <= start) return
    let from = this.#firstEndingAfter(start)
    if (from > 0 && this.ends[from - 1] === start) from--
    let to = from
    while (to < this.starts.length && (this.starts[to] as number) <= end) to++
    if (from === this.starts.length) {
      this.starts.push(start)
      this.ends.push(end)
    } else if (from === to) {
      this.starts.splice(from, 0, start)
      this.ends.splice(from, 0, end)
    } else {
      this.starts[from] = Math.min(start, this.starts[from] as number)
      this.ends[from] = Math.max(end, this.ends[to - 1] as number)
      if (to - from > 1) {
        this.starts.splice(from + 1, to - from - 1)
        this.ends.splice(from + 1, to - from - 1)
      }
    }
  }

  clear(): void {
    this.starts.length = 0
    this.ends.length = 0
  }

  #firstEndingAfter(time: number): number {
    let low = 0
    let high = this.ends.length
    // Most questions are about the end.
    if (high > 0 && (this.ends[high - 1] as number) <= time) return high
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.ends[middle] as number) > time) high = middle
      else low = middle + 1
    }
    return low
  }
}
