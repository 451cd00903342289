/** Bounds of the retransmission time-out, in milliseconds, and what it is before anything is measured (ndn-cxx, RttEstimator). */
const INITIAL_RTO_MS = 1000
const MIN_RTO_MS = 200
const MAX_RTO_MS = 60_000

/** Shares of a new measurement in the smoothed round-trip time and its variation, and what the latter counts (RFC 6298 §2). */
const ALPHA = 1 / 8
const BETA = 1 / 4
const K = 4

/** Smoothed round-trip time and retransmission time-out (RFC 6298). Times in milliseconds. */
export class RttEstimator {
  /** NaN as long as nothing is measured. */
  smoothed = Number.NaN
  #variation = 0

  get isMeasured(): boolean {
    return !Number.isNaN(this.smoothed)
  }

  get timeout(): number {
    if (!this.isMeasured) return INITIAL_RTO_MS
    return Math.min(MAX_RTO_MS, Math.max(MIN_RTO_MS, this.smoothed + K * this.#variation))
  }

  add(rtt: number): void {
    if (this.isMeasured) {
      this.#variation += BETA * (Math.abs(rtt - this.smoothed) - this.#variation)
      this.smoothed += ALPHA * (rtt - this.smoothed)
    } else {
      this.smoothed = rtt
      this.#variation = rtt / 2
    }
  }
}
