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

  /** Takes an interval that is free. */
  add(start: number, end: number): void {
    if (end <= start) return
    const at = this.#firstEndingAfter(start)
    const joinsBefore = at > 0 && this.ends[at - 1] === start
    const joinsAfter = at < this.starts.length && this.starts[at] === end
    if (joinsBefore && joinsAfter) {
      this.ends[at - 1] = this.ends[at] as number
      this.starts.splice(at, 1)
      this.ends.splice(at, 1)
    } else if (joinsBefore) this.ends[at - 1] = end
    else if (joinsAfter) this.starts[at] = start
    else if (at === this.starts.length) {
      this.starts.push(start)
      this.ends.push(end)
    } else {
      this.starts.splice(at, 0, start)
      this.ends.splice(at, 0, end)
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
