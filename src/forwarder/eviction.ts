import { grown, NONE } from './hash-table.ts'

/** Which of a Content Store's packets goes when there is no room. Packets are known by number. */
export interface EvictionPolicy {
  /** Makes room for packets with numbers up to `capacity`. */
  grow(capacity: number): void
  /** @param hash of its name */
  add(entry: number, hash: number): void
  /** It was asked for. */
  touch(entry: number): void
  /** It is no longer there. */
  remove(entry: number): void
  /** The one to evict next, or NONE; the caller removes it. */
  victim(): number
  /** The one that `victim` named is evicted, and not erased or replaced. @param maxPackets that the Content Store holds now */
  evicted(entry: number, maxPackets: number): void
}

/** A list of entries, known by number, from which any can be taken out. */
class EntryList {
  size = 0
  first = NONE
  last = NONE

  append(entry: number, next: Int32Array, previous: Int32Array): void {
    next[entry] = NONE
    previous[entry] = this.last
    if (this.last === NONE) this.first = entry
    else next[this.last] = entry
    this.last = entry
    this.size++
  }

  remove(entry: number, next: Int32Array, previous: Int32Array): void {
    const after = next[entry] as number
    const before = previous[entry] as number
    if (before === NONE) this.first = after
    else next[before] = after
    if (after === NONE) this.last = before
    else previous[after] = before
    this.size--
  }
}

/** Least recently used: what was asked for longest ago goes first (NFD's default). */
export class Lru implements EvictionPolicy {
  readonly #list = new EntryList()
  #next = new Int32Array(0)
  #previous = new Int32Array(0)

  grow(capacity: number): void {
    this.#next = grown(this.#next, capacity)
    this.#previous = grown(this.#previous, capacity)
  }

  add(entry: number): void {
    this.#list.append(entry, this.#next, this.#previous)
  }

  touch(entry: number): void {
    if (this.#list.last === entry) return
    this.remove(entry)
    this.add(entry)
  }

  remove(entry: number): void {
    this.#list.remove(entry, this.#next, this.#previous)
  }

  victim(): number {
    return this.#list.first
  }

  evicted(): void {}
}

/** Share of the packets that is for those that were not asked for again yet. */
const SMALL_SHARE = 0.1

/** Most often that a packet is noted to have been asked for. */
const MAX_USES = 3

const IN_MAIN = 4

/**
 * S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023): a packet comes into a small queue, goes on
 * to the main queue if it is asked for again, and is otherwise soon forgotten but for the hash of its name. So names that are asked
 * for once, however many, do not drive out those that are asked for often.
 */
export class S3Fifo implements EvictionPolicy {
  readonly #small = new EntryList()
  readonly #main = new EntryList()
  readonly #ghosts = new Ghosts()
  #next = new Int32Array(0)
  #previous = new Int32Array(0)
  /** By entry: how often it was asked for, and whether it is in the main queue. */
  #states = new Uint8Array(0)
  #hashes = new Int32Array(0)

  grow(capacity: number): void {
    this.#next = grown(this.#next, capacity)
    this.#previous = grown(this.#previous, capacity)
    this.#states = grown(this.#states, capacity)
    this.#hashes = grown(this.#hashes, capacity)
  }

  add(entry: number, hash: number): void {
    this.#hashes[entry] = hash
    const wasHere = this.#ghosts.delete(hash)
    this.#append(entry, wasHere ? this.#main : this.#small)
  }

  #append(entry: number, list: EntryList): void {
    this.#states[entry] = list === this.#main ? IN_MAIN : 0
    list.append(entry, this.#next, this.#previous)
  }

  touch(entry: number): void {
    const state = this.#states[entry] as number
    if ((state & MAX_USES) < MAX_USES) this.#states[entry] = state + 1
  }

  remove(entry: number): void {
    const list = ((this.#states[entry] as number) & IN_MAIN) === 0 ? this.#small : this.#main
    list.remove(entry, this.#next, this.#previous)
  }

  victim(): number {
    for (;;) {
      const isSmallFull = this.#small.size > SMALL_SHARE * (this.#small.size + this.#main.size)
      const fromSmall = this.#main.size === 0 || isSmallFull
      const entry = fromSmall ? this.#small.first : this.#main.first
      if (entry === NONE) return NONE
      const uses = (this.#states[entry] as number) & MAX_USES
      // In the small queue one use is not enough: a retransmission would be that.
      if (fromSmall ? uses <= 1 : uses === 0) return entry
      this.remove(entry)
      this.#append(entry, this.#main)
      if (!fromSmall) this.#states[entry] = IN_MAIN + uses - 1
    }
  }

  evicted(entry: number, maxPackets: number): void {
    if (((this.#states[entry] as number) & IN_MAIN) === 0)
      this.#ghosts.add(this.#hashes[entry] as number, maxPackets)
  }
}

/** Hashes of what was forgotten, as many as there are packets: in the order in which they came, the oldest goes. */
class Ghosts {
  readonly #hashes = new Set<number>()

  add(hash: number, max: number): void {
    this.#hashes.add(hash)
    for (const oldest of this.#hashes) {
      if (this.#hashes.size <= max) return
      this.#hashes.delete(oldest)
    }
  }

  delete(hash: number): boolean {
    return this.#hashes.delete(hash)
  }
}
