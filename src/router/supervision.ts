import { INSTANCE_LIFETIME_MS } from '../trust/index.ts'

/** How a node looks after the instances of its functions and its links to other routers. All in milliseconds. */
export interface Supervision {
  /** How long an instance may take from its start until it connects. */
  readonly readyTimeout: number
  /** Pause before an instance is started again after the second end in a row; none after the first. */
  readonly firstBackOff: number
  /** The pause is doubled from end to end, up to this. */
  readonly maxBackOff: number
  /** An instance that served for so long was sound: what comes after is a first end again. */
  readonly soundAfter: number
  /** How long an instance may be silent, while something waits for it, before it is asked whether it is alive. */
  readonly silence: number
  /** What it has, beside its longest time for a piece of work, to answer that question. */
  readonly hangGrace: number
  /** How long an instance whose connection has ended may take to end itself, so that it can be told why it did. */
  readonly disconnectGrace: number
  /** How often instances are given a new certificate; often enough for the one that they have not to end. */
  readonly renewEvery: number
  /** Pause before a lost connection to another router is tried again. */
  readonly firstRetry: number
  /** The pause is doubled while nothing answers there, up to this. */
  readonly maxRetry: number
}

export const DEFAULT_SUPERVISION: Supervision = {
  readyTimeout: 60_000,
  firstBackOff: 200,
  maxBackOff: 10_000,
  soundAfter: 30_000,
  silence: 1000,
  hangGrace: 2000,
  disconnectGrace: 1000,
  renewEvery: INSTANCE_LIFETIME_MS / 2,
  firstRetry: 500,
  maxRetry: 30_000,
}
