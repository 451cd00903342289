/** Something that is in an `ExpiryHeap`, at most one. */
export interface Expiring {
  /** Milliseconds, on the clock of whoever asks for what is over. */
  expiresAt: number
  /** Its place in the heap; -1 while it is not in it. Kept by the heap. */
  heapIndex: number
}

/** Finds what is over next: a binary heap whose members know their places, so that one can be taken out early. */
export class ExpiryHeap<T extends Expiring> {
  readonly #members: T[] = []

  get first(): T | undefined {
    return this.#members[0]
  }

  add(member: T): void {
    this.#members.push(member)
    this.#rise(member, this.#members.length - 1)
  }

  /** Takes it out, if it is in. */
  remove(member: T): void {
    const index = member.heapIndex
    if (index < 0) return
    member.heapIndex = -1
    const last = this.#members.pop() as T
    if (last === member) return
    this.#rise(last, index)
    this.#sink(last, last.heapIndex)
  }

  #put(member: T, index: number): void {
    this.#members[index] = member
    member.heapIndex = index
  }

  #rise(member: T, from: number): void {
    let index = from
    while (index > 0) {
      const above = (index - 1) >> 1
      const parent = this.#members[above] as T
      if (parent.expiresAt <= member.expiresAt) break
      this.#put(parent, index)
      index = above
    }
    this.#put(member, index)
  }

  #sink(member: T, from: number): void {
    const members = this.#members
    let index = from
    for (;;) {
      let below = 2 * index + 1
      if (below >= members.length) break
      const right = members[below + 1]
      if (right !== undefined && right.expiresAt < (members[below] as T).expiresAt) below++
      const child = members[below] as T
      if (child.expiresAt >= member.expiresAt) break
      this.#put(child, index)
      index = below
    }
    this.#put(member, index)
  }
}
