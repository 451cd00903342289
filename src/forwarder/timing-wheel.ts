/** Width of a slot in milliseconds: how much later than asked something may expire. */
export const SLOT_MS = 8
const SLOTS = 1024

/** Values of `wheelSlot` for an entry that is in no slot. */
const NOWHERE = -1
const BETWEEN_SLOTS = -2

/** What a wheel holds: it says itself when it is due, and may put that off without telling the wheel. */
export interface Expiring {
  /** Milliseconds on the wheel's clock. */
  expiry: number
  /** Where it is in the wheel, which alone writes these two. */
  wheelSlot: number
  wheelPosition: number
}

/**
 * A timing wheel: entries in slots by the time at which they are due. Adding and removing take constant time; an entry
 * that lives longer than a turn of the wheel (8 s) or was put off is moved when its slot comes round. No timer and no
 * search per entry, and nothing of an entry that was removed stays behind.
 */
export class TimingWheel<T extends Expiring> {
  readonly #slots: T[][] = Array.from({ length: SLOTS }, () => [])
  #current: number

  constructor(now: number) {
    this.#current = Math.floor(now / SLOT_MS)
  }

  add(entry: T): void {
    const due = Math.max(Math.ceil(entry.expiry / SLOT_MS), this.#current + 1)
    entry.wheelSlot = Math.min(due, this.#current + SLOTS - 1) % SLOTS
    entry.wheelPosition = this.#at(entry.wheelSlot).push(entry) - 1
  }

  remove(entry: T): void {
    if (entry.wheelSlot >= 0) {
      const slot = this.#at(entry.wheelSlot)
      const last = slot.pop() as T
      if (last !== entry) {
        slot[entry.wheelPosition] = last
        last.wheelPosition = entry.wheelPosition
      }
    }
    entry.wheelSlot = NOWHERE
  }

  /** Takes out each entry that is due at `now` and gives it to `onExpire`. */
  advance(now: number, onExpire: (entry: T) => void): void {
    const target = Math.floor(now / SLOT_MS)
    const end = Math.min(target, this.#current + SLOTS)
    const later: T[] = []
    for (let at = this.#current + 1; at <= end; at++) {
      const slot = this.#at(at % SLOTS)
      for (let entry = slot.pop(); entry !== undefined; entry = slot.pop()) {
        const isDue = entry.expiry <= now
        entry.wheelSlot = isDue ? NOWHERE : BETWEEN_SLOTS
        if (isDue) onExpire(entry)
        else later.push(entry)
      }
    }
    // Only now: while the wheel turns, a slot ahead may be one that this turn has passed.
    if (target > this.#current) this.#current = target
    for (const entry of later) if (entry.wheelSlot === BETWEEN_SLOTS) this.add(entry)
  }

  #at(slot: number): T[] {
    return this.#slots[slot] as T[]
  }
}
