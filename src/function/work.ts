import type { Interest, Name } from '../packet/index.ts'

/** Most askers that one piece of work remembers; of more, those who asked first are forgotten. */
const MAX_ASKERS = 64

/** Longest time that an Interest is taken to wait, in milliseconds, whatever lifetime it names. */
const MAX_LIFETIME_MS = 3_600_000

/** One who waits for a piece of work. */
export interface Asker {
  readonly interest: Interest
  readonly pitToken: Uint8Array | undefined
  /** Until when it waits, in milliseconds on the runtime's clock. */
  readonly expiry: number
}

/** A piece of work in hand: one flat name, however many ask for it. */
export class Work {
  readonly name: Name
  /** HopLimit of the first Interest that asked for it. */
  readonly hopLimit: number | undefined
  /** When that one arrived, in milliseconds since the epoch. */
  readonly received = Date.now()
  /** Bytes of its inputs that are here. */
  inputBytes = 0
  isDone = false
  /** By PIT token: an Interest with the same is the same, sent again. */
  readonly #askers = new Map<string, Asker>()

  constructor({ name, hopLimit }: Interest) {
    this.name = name
    this.hopLimit = hopLimit
  }

  /** Notes an Interest for this work that arrives at `now`. */
  ask(interest: Interest, pitToken: Uint8Array | undefined, now: number): void {
    const key = pitToken === undefined ? '' : Buffer.from(pitToken).toString('latin1')
    const before = this.#askers.get(key)?.expiry ?? 0
    const expiry = Math.max(before, now + Math.min(interest.lifetime, MAX_LIFETIME_MS))
    this.#askers.delete(key)
    this.#askers.set(key, { interest, pitToken, expiry })
    const [oldest] = this.#askers.keys()
    if (this.#askers.size > MAX_ASKERS) this.#askers.delete(oldest as string)
  }

  /** Milliseconds until nobody waits any more; 0 or less if that is so already. */
  timeLeft(now: number): number {
    let left = 0
    for (const { expiry } of this.#askers.values()) left = Math.max(left, expiry - now)
    return left
  }

  /** Those who still wait. */
  waiting(now: number): Asker[] {
    return [...this.#askers.values()].filter(({ expiry }) => expiry > now)
  }
}
