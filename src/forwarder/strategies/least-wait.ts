import type { NextHop } from '../fib.ts'
import { NextHopLoad } from './next-hop-load.ts'
import type { PendingInterest, UpstreamState } from './strategy.ts'

/**
 * Of more next hops than this only two, taken at random, are compared: nearly as good as the best of all, and not everybody runs to
 * the same one (Mitzenmacher, "The power of two choices in randomized load balancing", IEEE TPDS 12(10), 2001).
 */
export const MAX_COMPARED = 8

/** A next hop of this cost or more gets a new name only where there is no other: it is to finish what it has in hand, and then to go. */
export const LAST_RESORT_COST = 2 ** 32

/** Shorter response times count as this, in milliseconds: then the names in hand decide alone. */
const MIN_RESPONSE_MS = 1

/**
 * Chooses the next hop with the shortest wait: the names that it has in hand and one more, times how long it takes for one. One that
 * is not measured counts as fast as the fastest. Those that sent Nacks or nothing come last for a while. Of equals the cheapest, and of
 * these any. A last resort is not among them as long as there is another.
 */
export class LeastWait {
  readonly #random: () => number
  /** By face; gone with the face. */
  readonly #loads = new Map<number, NextHopLoad>()

  constructor(random: () => number) {
    this.#random = random
  }

  get(face: number): NextHopLoad | undefined {
    return this.#loads.get(face)
  }

  of(face: number): NextHopLoad {
    let load = this.#loads.get(face)
    if (load === undefined) {
      load = new NextHopLoad()
      this.#loads.set(face, load)
    }
    return load
  }

  remove(face: number): void {
    this.#loads.delete(face)
  }

  /** One of the next hops of a state. */
  choose(interest: PendingInterest, state: UpstreamState): NextHop | undefined {
    const { now } = interest
    let hops = interest.nextHops.filter(({ face }) => interest.state(face) === state)
    // They are sorted by cost.
    const lastResort = hops.findIndex(({ cost }) => cost >= LAST_RESORT_COST)
    if (lastResort > 0) hops = hops.slice(0, lastResort)
    if (hops.length > MAX_COMPARED) hops = this.#twoOf(hops)
    const fallback = this.#fastest(hops, now)
    let best: NextHop | undefined
    let bestWait = 0
    let isBestPaused = false
    let equals = 0
    for (const hop of hops) {
      const wait = this.#wait(hop, fallback, now)
      const isPaused = this.#loads.get(hop.face)?.isPaused(now) === true
      const difference =
        best === undefined
          ? -1
          : Number(isPaused) - Number(isBestPaused) || wait - bestWait || hop.cost - best.cost
      if (difference > 0) continue
      equals = difference < 0 ? 1 : equals + 1
      if (this.#random() * equals >= 1) continue
      best = hop
      bestWait = wait
      isBestPaused = isPaused
    }
    return best
  }

  #twoOf(hops: readonly NextHop[]): NextHop[] {
    const one = Math.floor(this.#random() * hops.length)
    const other = (one + 1 + Math.floor(this.#random() * (hops.length - 1))) % hops.length
    return [hops[one] as NextHop, hops[other] as NextHop]
  }

  #wait({ face }: NextHop, fallback: number, now: number): number {
    const load = this.#loads.get(face)
    const time = load?.responseTime(now) ?? Number.NaN
    const known = Number.isNaN(time) ? fallback : time
    return ((load?.inHand ?? 0) + 1) * Math.max(MIN_RESPONSE_MS, known)
  }

  /** The shortest response time that is known. */
  #fastest(hops: readonly NextHop[], now: number): number {
    let fastest = Number.POSITIVE_INFINITY
    for (const { face } of hops) {
      const time = this.#loads.get(face)?.responseTime(now)
      if (time !== undefined && time < fastest) fastest = time
    }
    return fastest === Number.POSITIVE_INFINITY ? MIN_RESPONSE_MS : fastest
  }
}
