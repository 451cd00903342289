import { RttEstimator } from './rtt-estimator.ts'

/** Most FIB prefixes below which next hops are measured: that which was not used for longest is forgotten. */
export const MAX_MEASURED_PREFIXES = 4096

/** What is known of a prefix or a next hop that was not used for so long is forgotten, in milliseconds (NFD). */
export const MEASUREMENT_LIFETIME_MS = 5 * 60 * 1000

/** The first probe below a prefix goes out at a random moment of so long a time, in milliseconds (NFD). */
const FIRST_PROBE_WITHIN_MS = 5000

/** What is known of a next hop. */
export class NextHopMeasurement {
  readonly rtt = new RttEstimator()
  /** It sent a Nack, or nothing too often, and nothing better since. */
  isDead = false
  usedAt: number
  #timeouts = 0
  /** When the Interest went out over which a time-out is counted, and until when there is time for the answer. */
  #watchedSince = 0
  #deadline = Number.POSITIVE_INFINITY

  constructor(now: number) {
    this.usedAt = now
  }

  /** An Interest goes out: one at a time is watched. */
  sent(now: number): void {
    this.usedAt = now
    if (this.#deadline !== Number.POSITIVE_INFINITY) return
    this.#watchedSince = now
    this.#deadline = now + this.rtt.timeout
  }

  /** Counts the time-out that is due, if one is. */
  settle(now: number, maxTimeouts: number): void {
    if (now < this.#deadline) return
    this.#deadline = Number.POSITIVE_INFINITY
    if (++this.#timeouts >= maxTimeouts) this.isDead = true
  }

  /** An answer came. One to what was sent as late as that which is watched, or later, shows that nothing is amiss. */
  answered(sentAt: number, now: number): void {
    this.rtt.add(now - sentAt)
    this.usedAt = now
    this.isDead = false
    this.#timeouts = 0
    if (sentAt >= this.#watchedSince) this.#deadline = Number.POSITIVE_INFINITY
  }

  refused(): void {
    this.isDead = true
    this.#deadline = Number.POSITIVE_INFINITY
  }
}

/** What is known of the next hops of a FIB prefix. */
export class PrefixMeasurements {
  usedAt: number
  /** When a probe is due. */
  probeAt: number
  readonly #ofFace = new Map<number, NextHopMeasurement>()

  constructor(now: number, random: () => number) {
    this.usedAt = now
    this.probeAt = now + random() * FIRST_PROBE_WITHIN_MS
  }

  /** What is known of a next hop, if anything is. */
  get(face: number, now: number): NextHopMeasurement | undefined {
    const known = this.#ofFace.get(face)
    if (known === undefined || now - known.usedAt <= MEASUREMENT_LIFETIME_MS) return known
    this.#ofFace.delete(face)
    return undefined
  }

  of(face: number, now: number): NextHopMeasurement {
    let known = this.get(face, now)
    if (known === undefined) {
      known = new NextHopMeasurement(now)
      this.#ofFace.set(face, known)
    }
    return known
  }

  removeFace(face: number): void {
    this.#ofFace.delete(face)
  }
}

/** What is known of next hops, by FIB prefix. */
export class Measurements {
  readonly #random: () => number
  /** By the prefix's key, that used longest ago first. */
  readonly #prefixes = new Map<string, PrefixMeasurements>()
  #newest: PrefixMeasurements | undefined

  constructor(random: () => number) {
    this.#random = random
  }

  get size(): number {
    return this.#prefixes.size
  }

  /** What is known below a prefix, if anything is. */
  get(prefix: string, now: number): PrefixMeasurements | undefined {
    const known = this.#prefixes.get(prefix)
    return known === undefined || now - known.usedAt > MEASUREMENT_LIFETIME_MS ? undefined : known
  }

  of(prefix: string, now: number): PrefixMeasurements {
    const known = this.get(prefix, now) ?? new PrefixMeasurements(now, this.#random)
    known.usedAt = now
    if (known === this.#newest) return known
    this.#prefixes.delete(prefix)
    this.#prefixes.set(prefix, known)
    this.#newest = known
    for (const oldest of this.#prefixes.keys()) {
      if (this.#prefixes.size <= MAX_MEASURED_PREFIXES) break
      this.#prefixes.delete(oldest)
    }
    return known
  }

  removeFace(face: number): void {
    for (const prefix of this.#prefixes.values()) prefix.removeFace(face)
  }
}
