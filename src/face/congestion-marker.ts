/** Octets that wait to be sent, above which a link is congested (NFD's DefaultCongestionThreshold). */
export const DEFAULT_CONGESTION_THRESHOLD_BYTES = 64 * 1024

/** Longest time between two marks while a link is congested, in milliseconds (NFD's BaseCongestionMarkingInterval). */
export const DEFAULT_CONGESTION_INTERVAL_MS = 100

export interface CongestionOptions {
  /** Octets in the send queue; at most half of what it holds. @defaultValue {@link DEFAULT_CONGESTION_THRESHOLD_BYTES} */
  readonly threshold?: number | undefined
  /** Milliseconds. @defaultValue {@link DEFAULT_CONGESTION_INTERVAL_MS} */
  readonly baseInterval?: number | undefined
}

/**
 * Says which packets are to carry a congestion mark, as NFD's GenericLinkService does: the first when the send queue has
 * grown beyond the threshold, but no sooner after the last mark than the base interval; then, for as long as it stays
 * there, others at intervals that shrink with the square root of the number of marks, as in CoDel (RFC 8289 §3.2).
 */
export class CongestionMarker {
  readonly #threshold: number
  readonly #baseInterval: number
  /** Marks since the queue grew beyond the threshold. */
  #marks = 0
  #lastMark = Number.NEGATIVE_INFINITY
  #nextMark = Number.POSITIVE_INFINITY

  /** @param capacity octets that the send queue holds */
  constructor(options: CongestionOptions, capacity: number) {
    const { threshold = DEFAULT_CONGESTION_THRESHOLD_BYTES, baseInterval = DEFAULT_CONGESTION_INTERVAL_MS } =
      options
    this.#threshold = Math.min(threshold, capacity / 2)
    this.#baseInterval = baseInterval
  }

  /** Whether the queue is longer than the threshold. To be asked before each packet: a short queue ends the congestion. */
  isCongested(queueBytes: number): boolean {
    if (queueBytes > this.#threshold) return true
    if (this.#marks > 0) {
      this.#marks = 0
      this.#nextMark = Number.POSITIVE_INFINITY
    }
    return false
  }

  /**
   * Whether the packet that is about to be sent, while the link is congested, is to be marked; if so, it has been counted.
   * @param now milliseconds that never go back
   */
  isDue(now: number): boolean {
    if (now < this.#nextMark && now < this.#lastMark + this.#baseInterval) return false
    if (this.#marks === 0) this.#nextMark = now
    this.#marks++
    this.#nextMark += this.#baseInterval / Math.sqrt(this.#marks)
    this.#lastMark = now
    return true
  }
}
