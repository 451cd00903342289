/** What can be in a {@link RecencyList}, which alone writes these two. */
export interface Linked<T> {
  older: T | undefined
  newer: T | undefined
}

/**
 * Entries in the order in which they were last used, linked to each other: every operation takes constant time. The
 * order of insertion of a Map would do, too, but its first key is found by way of all places whose keys were deleted
 * since it last grew, and where the oldest goes with each insertion those are tens of thousands.
 */
export class RecencyList<T extends Linked<T>> {
  #oldest: T | undefined
  #newest: T | undefined

  get oldest(): T | undefined {
    return this.#oldest
  }

  /** Takes in an entry that is in no list, as the newest. */
  add(entry: T): void {
    entry.older = this.#newest
    if (this.#newest === undefined) this.#oldest = entry
    else this.#newest.newer = entry
    this.#newest = entry
  }

  remove(entry: T): void {
    if (entry.older === undefined) this.#oldest = entry.newer
    else entry.older.newer = entry.newer
    if (entry.newer === undefined) this.#newest = entry.older
    else entry.newer.older = entry.older
    entry.older = undefined
    entry.newer = undefined
  }

  /** Makes an entry of this list the newest. */
  touch(entry: T): void {
    if (entry === this.#newest) return
    this.remove(entry)
    this.add(entry)
  }
}
