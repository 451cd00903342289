/** Entries for which a table has room at first. */
const INITIAL_CAPACITY = 64

/** What stands for no entry. */
export const NONE = -1

/**
 * Numbers for the entries of a table, by hash: where an entry is. What an entry is stands in columns, arrays that the table
 * has beside this, so an entry is no object. Grows by doubling, up to a bound.
 */
export class HashTable {
  size = 0
  /** Every entry's number is less; columns are to be as long. */
  capacity: number
  readonly #max: number
  /** By the lowest bits of a hash, the first of the entries that have them. */
  #heads: Int32Array
  /** The next entry with the same lowest bits; of a free number, the next free one. */
  #next: Int32Array
  #hashes: Int32Array
  #free = NONE
  /** Numbers from here on have never been used. */
  #fresh = 0

  constructor(max: number) {
    this.#max = max
    this.capacity = Math.min(INITIAL_CAPACITY, max)
    this.#heads = new Int32Array(bucketsFor(this.capacity)).fill(NONE)
    this.#next = new Int32Array(this.capacity)
    this.#hashes = new Int32Array(this.capacity)
  }

  /** The first entry that may have a hash. */
  first(hash: number): number {
    return this.#heads[hash & (this.#heads.length - 1)] as number
  }

  /** The entry after another. */
  next(entry: number): number {
    return this.#next[entry] as number
  }

  hashOf(entry: number): number {
    return this.#hashes[entry] as number
  }

  /** The number of a new entry; NONE if there is no room. `capacity` may have grown. */
  add(hash: number): number {
    if (this.size === this.capacity && !this.#grow()) return NONE
    let entry = this.#free
    if (entry === NONE) entry = this.#fresh++
    else this.#free = this.#next[entry] as number
    this.#hashes[entry] = hash
    this.#insert(entry, hash)
    this.size++
    return entry
  }

  remove(entry: number): void {
    const bucket = (this.#hashes[entry] as number) & (this.#heads.length - 1)
    const after = this.#next[entry] as number
    let previous = this.#heads[bucket] as number
    if (previous === entry) this.#heads[bucket] = after
    else {
      while (this.#next[previous] !== entry) previous = this.#next[previous] as number
      this.#next[previous] = after
    }
    this.#next[entry] = this.#free
    this.#free = entry
    this.size--
  }

  /** All entries there are. */
  all(): number[] {
    const entries: number[] = []
    for (const head of this.#heads) {
      for (let entry = head; entry !== NONE; entry = this.next(entry)) entries.push(entry)
    }
    return entries
  }

  #insert(entry: number, hash: number): void {
    const bucket = hash & (this.#heads.length - 1)
    this.#next[entry] = this.#heads[bucket] as number
    this.#heads[bucket] = entry
  }

  #grow(): boolean {
    if (this.capacity >= this.#max) return false
    const entries = this.all()
    this.capacity = Math.min(2 * this.capacity, this.#max)
    this.#next = grown(this.#next, this.capacity)
    this.#hashes = grown(this.#hashes, this.capacity)
    this.#heads = new Int32Array(bucketsFor(this.capacity)).fill(NONE)
    for (const entry of entries) this.#insert(entry, this.#hashes[entry] as number)
    return true
  }
}

function bucketsFor(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, capacity)))
}

type Column = Int32Array | Uint32Array | Uint16Array | Uint8Array | Float64Array

/** A longer array with the same beginning. */
export function grown<T extends Column>(column: T, length: number): T {
  const longer = new (column.constructor as new (length: number) => T)(length)
  longer.set(column as never)
  return longer
}
