import type { Name } from '../../packet/index.ts'
import type { NextHop } from '../fib.ts'

/** How it stands with a next hop: it was not asked, may still answer, or sent a Nack. */
export type UpstreamState = 'untried' | 'pending' | 'nacked'

/** What a strategy sees of a pending Interest, and what it can do with it. Good until the strategy returns. */
export interface PendingInterest {
  readonly name: Name
  /** The FIB prefix that leads on: what is measured of a next hop holds for it. `/` where none does. */
  readonly prefix: Name
  /** A 32-bit hash of the name without version and segment: the same for all that belongs to one result. See `result-hash.ts`. */
  readonly resultHash: number
  /** Where it may be sent, cheapest first: not back where it came from, and not out of its scope. */
  readonly nextHops: readonly NextHop[]
  /** Milliseconds, monotonic. */
  readonly now: number
  /** Whether a face that asks now has asked before. */
  readonly isRetransmission: boolean
  /** The least severe reason of the Nacks that came, or the one to give where none came: NoRoute. */
  readonly nackReason: number
  state(face: number): UpstreamState
  /** When it was last sent to a face, in milliseconds; undefined for one that is untried. */
  sentAt(face: number): number | undefined
  /** How often it was sent to a face. */
  attempts(face: number): number
  /** Sends it to a face, once more if it was sent there before. False if it is too large. */
  send(face: number): boolean
  /** The same with a Nonce of its own, so that nobody takes it for a loop: to measure one next hop while another is used. */
  probe(face: number): boolean
  /** Lets it go no further now; who asks waits for the answer to what was sent before. */
  suppress(): void
  /** Gives up: a Nack for all who ask, unless an answer can still come. @param reason see `NackReason` */
  reject(reason: number): void
}

/**
 * Decides where Interests go, for all names under a prefix (NFD Developer's Guide §5). It is told of each Interest that the
 * Content Store cannot answer and that is not pending already, and of what comes back. One object serves one prefix.
 */
export interface Strategy {
  /** Its name and version, as in `/localhost/nfd/strategy/<name>/v=<version>`. */
  readonly name: string
  readonly version: number
  /** Whether it is told too of an Interest that another face has asked for and that is pending already. @defaultValue false */
  readonly hearsAggregated?: boolean
  /** A new Interest, or one that is sent again: `send`, `suppress` or `reject` it. */
  afterReceiveInterest(interest: PendingInterest): void
  /** All who were asked are to be heard before `reject`; the Nack is noted already. */
  afterReceiveNack(interest: PendingInterest, face: number, reason: number): void
  /**
   * A Data has come from a face, `rtt` milliseconds after the Interest last went there: the first one, or one for an Interest
   * that another face has answered already. Of the latter nobody waits any more, so there are no next hops.
   */
  beforeSatisfyInterest?(interest: PendingInterest, face: number, rtt: number): void
  /** Its time is over, with nobody having answered. */
  beforeExpireInterest?(interest: PendingInterest): void
  /** It ends before its time, for who asked is gone: no answer to it is heard any more. */
  afterAbandonInterest?(interest: PendingInterest): void
  /** The next hop to which all goes that belongs to one result, where one has been chosen. */
  nextHopOf?(resultHash: number, now: number): number | undefined
  /** A face is gone. */
  removeFace?(face: number): void
}
