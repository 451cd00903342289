/** Things that are to happen, by time and then by kind; of equals, the one that was added first comes first. Seconds. */
export class EventQueue {
  readonly #times: number[] = []
  readonly #kinds: number[] = []
  readonly #subjects: number[] = []
  readonly #sequence: number[] = []
  #added = 0

  /** When the next thing happens; Infinity where there is none. */
  get nextTime(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY
  }

  /** What kind it is of; undefined where there is none. */
  get nextKind(): number | undefined {
    return this.#kinds[0]
  }

  get nextSubject(): number | undefined {
    return this.#subjects[0]
  }

  add(time: number, kind: number, subject: number): void {
    let at = this.#times.length
    const sequence = this.#added++
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!this.#isBefore(time, kind, sequence, above)) break
      this.#move(above, at)
      at = above
    }
    this.#set(at, time, kind, subject, sequence)
  }

  /** Takes out the next thing. @returns its subject */
  take(): number {
    const subject = this.#subjects[0] as number
    const time = this.#times.pop() as number
    const kind = this.#kinds.pop() as number
    const last = this.#subjects.pop() as number
    const sequence = this.#sequence.pop() as number
    const size = this.#times.length
    if (size === 0) return subject
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= size) break
      if (below + 1 < size && this.#isBeforeAt(below + 1, below)) below++
      if (this.#isBefore(time, kind, sequence, below)) break
      this.#move(below, at)
      at = below
    }
    this.#set(at, time, kind, last, sequence)
    return subject
  }

  #isBefore(time: number, kind: number, sequence: number, at: number): boolean {
    const other = this.#times[at] as number
    if (time !== other) return time < other
    const otherKind = this.#kinds[at] as number
    if (kind !== otherKind) return kind < otherKind
    return sequence < (this.#sequence[at] as number)
  }

  #isBeforeAt(a: number, b: number): boolean {
    return this.#isBefore(this.#times[a] as number, this.#kinds[a] as number, this.#sequence[a] as number, b)
  }

  #move(from: number, to: number): void {
    this.#set(
      to,
      this.#times[from] as number,
      this.#kinds[from] as number,
      this.#subjects[from] as number,
      this.#sequence[from] as number,
    )
  }

  #set(at: number, time: number, kind: number, subject: number, sequence: number): void {
    this.#times[at] = time
    this.#kinds[at] = kind
    this.#subjects[at] = subject
    this.#sequence[at] = sequence
  }
}
