import type { NameForm } from './packets.ts'

/** What the generator asks for, and how. */
export interface Load {
  readonly form: NameForm
  /** Octets of Content. */
  readonly payload: number
  /** Names asked for at any time: one that all consumers have the Data of is followed by the next. */
  readonly window: number
  /** Ask again for so many names, which the generator first asks for once; 0 for names never asked for before. */
  readonly again: number
  /** Whether packets may get lost on the way. */
  readonly isLossy: boolean
  /** How long to ask before the measurement begins, milliseconds. */
  readonly warmUp: number
  /** How long to measure, milliseconds. */
  readonly duration: number
}

export interface LoadSample {
  /** Data that consumers were given in the measured time. */
  readonly count: number
  /** With those of the warm-up. */
  readonly total: number
  /** Milliseconds. */
  readonly elapsed: number
  /** Milliseconds from Interest to Data; only at window 1. */
  readonly latencies: readonly number[]
  /** Interests that the producer was asked. */
  readonly produced: number
  /** Names without an answer; where packets may get lost. */
  readonly lost: number
  /** Data that were compared octet by octet with what the producer sent; of all others the name and the size. */
  readonly compared: number
}
