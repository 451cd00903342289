/** Segments in flight at first, at least and at most. */
const INITIAL_WINDOW = 4
const MIN_WINDOW = 2
const MAX_WINDOW = 256

/** Retransmission time-out before any measurement, at least and at most, in milliseconds. */
const INITIAL_RTO_MS = 1000
const MIN_RTO_MS = 200
const MAX_RTO_MS = 4000

/** Pause before an Interest that was refused for congestion is sent again, at first and at most, in milliseconds. */
const FIRST_BACK_OFF_MS = 10
const MAX_BACK_OFF_MS = 1000

/** How long to wait after so many refusals: doubled each time. Milliseconds. */
export function backOffAfter(refusals: number): number {
  return Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (refusals - 1))
}

/** How many segments may be in flight: slow start, then additive increase; multiplicative decrease (RFC 5681 §3.1). */
export class CongestionWindow {
  #size = INITIAL_WINDOW
  #threshold = MAX_WINDOW
  #decreasedAt = Number.NEGATIVE_INFINITY

  get size(): number {
    return Math.floor(this.#size)
  }

  increase(): void {
    const step = this.#size < this.#threshold ? 1 : 1 / this.#size
    this.#size = Math.min(MAX_WINDOW, this.#size + step)
  }

  /**
   * @param sentAt when the segment that was lost or marked had been sent: one loss a window counts once
   * @returns whether it counts
   */
  decrease(sentAt: number, now: number): boolean {
    if (sentAt < this.#decreasedAt) return false
    this.#decreasedAt = now
    this.#size = Math.max(MIN_WINDOW, this.#size / 2)
    this.#threshold = this.#size
    return true
  }
}

/** Round-trip time, smoothed, and the time-out that follows from it (RFC 6298). Milliseconds. */
export class RttEstimator {
  #smoothed: number | undefined
  #variation = 0
  #rto = INITIAL_RTO_MS

  get rto(): number {
    return this.#rto
  }

  sample(rtt: number): void {
    if (this.#smoothed === undefined) {
      this.#smoothed = rtt
      this.#variation = rtt / 2
    } else {
      this.#variation = 0.75 * this.#variation + 0.25 * Math.abs(this.#smoothed - rtt)
      this.#smoothed = 0.875 * this.#smoothed + 0.125 * rtt
    }
    this.#rto = Math.min(MAX_RTO_MS, Math.max(MIN_RTO_MS, this.#smoothed + 4 * this.#variation))
  }

  backOff(): void {
    this.#rto = Math.min(MAX_RTO_MS, 2 * this.#rto)
  }
}
