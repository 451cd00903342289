import { grown, NONE } from './hash-table.ts'

/** Width of a slot in milliseconds: how much later than asked something may expire. */
export const SLOT_MS = 8
const SLOTS = 1024

/** Beside the slots, a list of those that are put off while the wheel turns. */
const PUT_OFF = SLOTS

/**
 * A timing wheel: entries, known by number, in slots by the time at which they are due. Adding and removing take constant time; an
 * entry that lives longer than a turn of the wheel (8 s) or was put off is moved when its slot comes round. No timer, no
 * object and no search per entry.
 */
export class TimingWheel {
  readonly #heads = new Int32Array(SLOTS + 1).fill(NONE)
  #next = new Int32Array(0)
  #previous = new Int32Array(0)
  /** The list that an entry is in. */
  #slots = new Int32Array(0)
  #current: number

  constructor(now: number) {
    this.#current = Math.floor(now / SLOT_MS)
  }

  /** Makes room for entries with numbers up to `capacity`. */
  grow(capacity: number): void {
    const before = this.#slots.length
    this.#next = grown(this.#next, capacity)
    this.#previous = grown(this.#previous, capacity)
    this.#slots = grown(this.#slots, capacity).fill(NONE, before)
  }

  /** Takes an entry that is not in the wheel. @param expiry milliseconds on the wheel's clock */
  add(entry: number, expiry: number): void {
    const due = Math.max(Math.ceil(expiry / SLOT_MS), this.#current + 1)
    this.#link(entry, Math.min(due, this.#current + SLOTS - 1) % SLOTS)
  }

  remove(entry: number): void {
    const slot = this.#slots[entry] as number
    if (slot === NONE) return
    const next = this.#next[entry] as number
    const previous = this.#previous[entry] as number
    if (previous === NONE) this.#heads[slot] = next
    else this.#next[previous] = next
    if (next !== NONE) this.#previous[next] = previous
    this.#slots[entry] = NONE
  }

  /**
   * Takes out each entry that is due at `now` and gives it to `onExpire`.
   * @param expiries when each entry is due, by number: an entry may have been put off without the wheel's being told
   */
  advance(now: number, expiries: Float64Array, onExpire: (entry: number) => void): void {
    const target = Math.floor(now / SLOT_MS)
    const end = Math.min(target, this.#current + SLOTS)
    for (let at = this.#current + 1; at <= end; at++) {
      const slot = at % SLOTS
      for (let entry = this.#first(slot); entry !== NONE; entry = this.#first(slot)) {
        this.remove(entry)
        if ((expiries[entry] as number) <= now) onExpire(entry)
        else this.#link(entry, PUT_OFF)
      }
    }
    // Only now: while the wheel turns, a slot ahead may be one that this turn has passed.
    if (target > this.#current) this.#current = target
    for (let entry = this.#first(PUT_OFF); entry !== NONE; entry = this.#first(PUT_OFF)) {
      this.remove(entry)
      this.add(entry, expiries[entry] as number)
    }
  }

  #first(slot: number): number {
    return this.#heads[slot] as number
  }

  #link(entry: number, slot: number): void {
    const next = this.#heads[slot] as number
    this.#next[entry] = next
    this.#previous[entry] = NONE
    if (next !== NONE) this.#previous[next] = entry
    this.#heads[slot] = entry
    this.#slots[entry] = slot
  }
}
