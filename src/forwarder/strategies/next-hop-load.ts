/** Share of a new measurement in the smoothed response time. */
const ALPHA = 1 / 4

/** An idle next hop that has answered nothing new for so long is tried as if it were new, in milliseconds: what slowed it may be over. */
const STALE_MS = 30_000

/** How long a next hop that sent a Nack or nothing gets no new names, in milliseconds: twice as long each time, until it answers. */
const FIRST_PAUSE_MS = 1000
const MAX_PAUSE_MS = 60_000

/** How busy a next hop is, and how fast. Times in milliseconds. */
export class NextHopLoad {
  /** Names that were given to it and wait for their first answer. */
  inHand = 0
  /** When it last answered anything. */
  answeredAt = Number.NEGATIVE_INFINITY
  #responseTime = Number.NaN
  #measuredAt = Number.NEGATIVE_INFINITY
  #pausedUntil = Number.NEGATIVE_INFINITY
  #pause = FIRST_PAUSE_MS

  /** From when a name was given to it until the first answer, smoothed; NaN if that is not known. */
  responseTime(now: number): number {
    return this.inHand === 0 && now - this.#measuredAt > STALE_MS ? Number.NaN : this.#responseTime
  }

  isPaused(now: number): boolean {
    return now < this.#pausedUntil
  }

  measure(time: number, now: number): void {
    this.#measuredAt = now
    if (Number.isNaN(this.#responseTime)) this.#responseTime = time
    else this.#responseTime += ALPHA * (time - this.#responseTime)
  }

  answered(now: number): void {
    this.answeredAt = now
    this.#pausedUntil = Number.NEGATIVE_INFINITY
    this.#pause = FIRST_PAUSE_MS
  }

  /** It sent a Nack, or nothing. */
  pause(now: number): void {
    // Of many Interests that were sent together the first counts.
    if (this.isPaused(now)) return
    this.#pausedUntil = now + this.#pause
    this.#pause = Math.min(MAX_PAUSE_MS, 2 * this.#pause)
  }
}
