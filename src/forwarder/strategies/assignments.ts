import { Lru } from '../eviction.ts'
import { grown, HashTable, NONE } from '../hash-table.ts'

/** Most names whose next hop is remembered: that which was not asked for longest is forgotten. */
export const MAX_ASSIGNMENTS = 65_536

/** A name that was not asked for in so long is forgotten, in milliseconds: a result may be asked for again for a while. */
export const ASSIGNMENT_TIMEOUT_MS = 10 * 60 * 1000

/** How it stands with the work that a name means: not begun or given up waiting for; Interest sent; answered. */
export const OPEN = 0
export const IN_HAND = 1
export const ANSWERED = 2

/** Which next hop each name was given to: names by hash, entries by number, in columns. */
export class Assignments {
  faces = new Int32Array(0)
  states = new Uint8Array(0)
  /** When the name was given to the next hop. */
  givenAt = new Float64Array(0)
  /** Time-outs in a row, and when the last one was. */
  timeouts = new Uint8Array(0)
  timedOutAt = new Float64Array(0)
  #usedAt = new Float64Array(0)
  readonly #max: number
  readonly #table: HashTable
  readonly #order = new Lru()
  readonly #onForget: (entry: number) => void

  /** @param onForget is told of each entry that goes, before it does */
  constructor(onForget: (entry: number) => void, max = MAX_ASSIGNMENTS) {
    this.#onForget = onForget
    this.#max = max
    this.#table = new HashTable(max)
    this.#growColumns()
  }

  get size(): number {
    return this.#table.size
  }

  /** The entry of a name, by its hash, or NONE. Two names with one hash share a next hop, and nothing worse. */
  find(hash: number, now: number): number {
    for (let entry = this.#table.first(hash); entry !== NONE; entry = this.#table.next(entry)) {
      if (this.#table.hashOf(entry) !== hash) continue
      if (!this.#isOver(entry, now)) return entry
      this.remove(entry)
      return NONE
    }
    return NONE
  }

  #isOver(entry: number, now: number): boolean {
    return now - (this.#usedAt[entry] as number) > ASSIGNMENT_TIMEOUT_MS
  }

  touch(entry: number, now: number): void {
    this.#usedAt[entry] = now
    this.#order.touch(entry)
  }

  /** A new entry, for a name that has none. */
  add(hash: number, face: number, now: number): number {
    const oldest = this.#order.victim()
    if (oldest !== NONE && (this.size >= this.#max || this.#isOver(oldest, now))) this.remove(oldest)
    const entry = this.#table.add(hash)
    if (this.#table.capacity > this.faces.length) this.#growColumns()
    this.faces[entry] = face
    this.states[entry] = OPEN
    this.givenAt[entry] = now
    this.timeouts[entry] = 0
    this.timedOutAt[entry] = Number.NEGATIVE_INFINITY
    this.#usedAt[entry] = now
    this.#order.add(entry)
    return entry
  }

  remove(entry: number): void {
    this.#onForget(entry)
    this.#order.remove(entry)
    this.#table.remove(entry)
  }

  #growColumns(): void {
    const { capacity } = this.#table
    this.faces = grown(this.faces, capacity)
    this.states = grown(this.states, capacity)
    this.givenAt = grown(this.givenAt, capacity)
    this.timeouts = grown(this.timeouts, capacity)
    this.timedOutAt = grown(this.timedOutAt, capacity)
    this.#usedAt = grown(this.#usedAt, capacity)
    this.#order.grow(capacity)
  }
}
