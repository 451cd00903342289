import type { PendingInterest } from './strategy.ts'

export interface RetransmissionOptions {
  /** For so long after an Interest was sent, one sent again goes no further, in milliseconds. @defaultValue 10 */
  readonly initialSuppressionMs?: number | undefined
  /** Longest such time, in milliseconds. @defaultValue 250 */
  readonly maxSuppressionMs?: number | undefined
  /** By what the time grows each time that it is sent again. @defaultValue 2 */
  readonly suppressionMultiplier?: number | undefined
}

export const INITIAL_SUPPRESSION_MS = 10
export const MAX_SUPPRESSION_MS = 250
export const SUPPRESSION_MULTIPLIER = 2

/** Whether Interests that are sent again come too soon (NFD's RetxSuppressionExponential). */
export class RetransmissionSuppression {
  readonly #initial: number
  readonly #max: number
  readonly #multiplier: number

  constructor(options: RetransmissionOptions = {}) {
    this.#initial = options.initialSuppressionMs ?? INITIAL_SUPPRESSION_MS
    this.#max = options.maxSuppressionMs ?? MAX_SUPPRESSION_MS
    this.#multiplier = options.suppressionMultiplier ?? SUPPRESSION_MULTIPLIER
  }

  /** Whether it is too soon to send it to any next hop, after it was sent to whichever. */
  suppresses(interest: PendingInterest): boolean {
    if (!interest.isRetransmission) return false
    let sent = 0
    let last = Number.NEGATIVE_INFINITY
    for (const { face } of interest.nextHops) {
      const sentAt = interest.sentAt(face)
      if (sentAt === undefined || interest.state(face) === 'nacked') continue
      sent += interest.attempts(face)
      last = Math.max(last, sentAt)
    }
    return interest.now - last < this.#interval(sent)
  }

  /** Whether it is too soon to send it to one next hop again, whatever was sent to others. */
  suppressesAt(interest: PendingInterest, face: number): boolean {
    const sentAt = interest.sentAt(face)
    return sentAt !== undefined && interest.now - sentAt < this.#interval(interest.attempts(face))
  }

  #interval(sent: number): number {
    return Math.min(this.#max, this.#initial * this.#multiplier ** (sent - 1))
  }
}
