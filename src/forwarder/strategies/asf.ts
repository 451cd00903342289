import type { NextHop } from '../fib.ts'
import { Measurements, type NextHopMeasurement, type PrefixMeasurements } from './asf-measurements.ts'
import { askAnother, cheapestUntried, isAwaited, sendOrReject } from './next-hops.ts'
import { type RetransmissionOptions, RetransmissionSuppression } from './retransmission.ts'
import type { PendingInterest, Strategy } from './strategy.ts'

/** Time between probes below a FIB prefix, in milliseconds (NFD), and the shortest that may be set. */
export const DEFAULT_PROBING_INTERVAL_MS = 60_000
export const MIN_PROBING_INTERVAL_MS = 1000

/** After so many time-outs in a row a next hop is taken for dead (NFD). */
export const DEFAULT_MAX_TIMEOUTS = 3

export interface AsfOptions extends RetransmissionOptions {
  /** @defaultValue {@link DEFAULT_PROBING_INTERVAL_MS} */
  readonly probingIntervalMs?: number | undefined
  /** @defaultValue {@link DEFAULT_MAX_TIMEOUTS} */
  readonly maxTimeouts?: number | undefined
  /** A number from 0 up to, but without, 1. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}

/** Where a next hop that is not measured ranks: behind those that answer, before those that do not. */
const UNMEASURED = Number.MAX_VALUE

/**
 * The next hop with the shortest smoothed round-trip time, as NFD's asf (Lehman et al., NDN-0042): measured for each FIB prefix, next
 * hops that are not measured in between those that answer and those that nacked or timed out; now and then a second next hop gets
 * the Interest too, to be measured. An Interest that is sent again goes to a next hop that has not got it, or to the one that got it
 * longest ago.
 *
 * It differs from NFD in three things. After a Nack the next best is asked at once. A time-out is noticed when the next Interest
 * comes, and does not count if something that was sent later was answered. And where there is one next hop nothing is measured.
 */
export class Asf implements Strategy {
  readonly name = 'asf'
  readonly version = 5
  readonly #suppression: RetransmissionSuppression
  readonly #probingInterval: number
  readonly #maxTimeouts: number
  readonly #random: () => number
  readonly #measurements: Measurements

  constructor(options: AsfOptions = {}) {
    const {
      probingIntervalMs = DEFAULT_PROBING_INTERVAL_MS,
      maxTimeouts = DEFAULT_MAX_TIMEOUTS,
      random = Math.random,
    } = options
    this.#suppression = new RetransmissionSuppression(options)
    this.#probingInterval = probingIntervalMs
    this.#maxTimeouts = maxTimeouts
    this.#random = random
    this.#measurements = new Measurements(random)
  }

  afterReceiveInterest(interest: PendingInterest): void {
    const { nextHops, now } = interest
    if (nextHops.length < 2) {
      if (this.#suppression.suppresses(interest)) interest.suppress()
      else sendOrReject(interest, nextHops[0])
      return
    }
    const prefix = this.#measurements.of(interest.prefix.key, now)
    if (isAwaited(interest)) this.#sendAgain(interest, prefix)
    else {
      const best = this.#best(interest, prefix, false)
      if (best === undefined || !this.#send(interest, prefix, best.face)) interest.reject(interest.nackReason)
      else if (now >= prefix.probeAt) this.#probe(interest, prefix, best)
    }
  }

  #sendAgain(interest: PendingInterest, prefix: PrefixMeasurements): void {
    const hop = this.#best(interest, prefix, true) ?? sentLongestAgo(interest)
    if (hop === undefined || this.#suppression.suppressesAt(interest, hop.face)) interest.suppress()
    else if (!this.#send(interest, prefix, hop.face)) interest.reject(interest.nackReason)
  }

  #send(interest: PendingInterest, prefix: PrefixMeasurements, face: number): boolean {
    if (!interest.send(face)) return false
    this.#watch(interest, prefix, face)
    return true
  }

  #watch(interest: PendingInterest, prefix: PrefixMeasurements, face: number): void {
    // It may have been answered here, and not sent.
    if (interest.sentAt(face) === interest.now) prefix.of(face, interest.now).sent(interest.now)
  }

  #best(interest: PendingInterest, prefix: PrefixMeasurements, isUntried: boolean): NextHop | undefined {
    let best: NextHop | undefined
    let bestRank = Number.POSITIVE_INFINITY
    // Cheapest first, so that of equals the first is the best.
    for (const hop of interest.nextHops) {
      if (isUntried && interest.state(hop.face) !== 'untried') continue
      const known = prefix.get(hop.face, interest.now)
      known?.settle(interest.now, this.#maxTimeouts)
      const rank = rankOf(known)
      if (best !== undefined && rank >= bestRank) continue
      best = hop
      bestRank = rank
    }
    return best
  }

  #probe(interest: PendingInterest, prefix: PrefixMeasurements, used: NextHop): void {
    const hop = this.#chooseProbed(interest, prefix, used)
    if (hop === undefined || !interest.probe(hop.face)) return
    this.#watch(interest, prefix, hop.face)
    prefix.probeAt = interest.now + this.#probingInterval
  }

  /** The first that is not measured, or else any: the better it ranks the likelier. */
  #chooseProbed(
    { nextHops, now }: PendingInterest,
    prefix: PrefixMeasurements,
    used: NextHop,
  ): NextHop | undefined {
    const others = nextHops.filter(({ face }) => face !== used.face)
    const isMeasured = (hop: NextHop): boolean => prefix.get(hop.face, now)?.rtt.isMeasured === true
    const unmeasured = others.find((hop) => !isMeasured(hop))
    if (unmeasured !== undefined) return unmeasured
    others.sort((a, b) => rankOf(prefix.get(a.face, now)) - rankOf(prefix.get(b.face, now)))
    // Of n the first has a share of n, the next of n - 1, and so on (NFD, ProbingModule).
    const shares = (others.length * (others.length + 1)) / 2
    let left = this.#random() * shares
    return others.find((_, i) => {
      left -= others.length - i
      return left < 0
    })
  }

  beforeSatisfyInterest(interest: PendingInterest, face: number): void {
    if (this.#measurements.size === 0) return
    const { now } = interest
    const known = this.#measurements.get(interest.prefix.key, now)?.get(face, now)
    const sentAt = interest.sentAt(face)
    if (known !== undefined && sentAt !== undefined) known.answered(sentAt, now)
  }

  afterReceiveNack(interest: PendingInterest, face: number): void {
    const prefix = this.#measurements.get(interest.prefix.key, interest.now)
    prefix?.get(face, interest.now)?.refused()
    if (prefix === undefined) askAnother(interest, cheapestUntried)
    else
      askAnother(
        interest,
        () => this.#best(interest, prefix, true),
        (hop) => this.#send(interest, prefix, hop),
      )
  }

  removeFace(face: number): void {
    this.#measurements.removeFace(face)
  }
}

/** The less the better. */
function rankOf(known: NextHopMeasurement | undefined): number {
  if (known?.isDead === true) return Number.POSITIVE_INFINITY
  return known?.rtt.isMeasured === true ? known.rtt.smoothed : UNMEASURED
}

function sentLongestAgo(interest: PendingInterest): NextHop | undefined {
  let earliest = Number.POSITIVE_INFINITY
  let found: NextHop | undefined
  for (const hop of interest.nextHops) {
    const sentAt = interest.sentAt(hop.face) ?? Number.NEGATIVE_INFINITY
    if (sentAt >= earliest) continue
    earliest = sentAt
    found = hop
  }
  return found
}
