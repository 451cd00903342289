import { isAwaited } from './next-hops.ts'
import { type RetransmissionOptions, RetransmissionSuppression } from './retransmission.ts'
import type { PendingInterest, Strategy } from './strategy.ts'

/**
 * All next hops, as NFD's multicast; one sent again goes to each that it was not sent to for a while. Who asks gets a Nack when all
 * next hops have sent one, with the least severe reason. Unlike with NFD, an Interest that is pending is not sent to a next hop
 * that is new in the FIB until it is sent again.
 */
export class Multicast implements Strategy {
  readonly name = 'multicast'
  readonly version = 4
  /** So that those who ask for the same hear of one another, as the protocols that synchronize data need it. */
  readonly hearsAggregated = true
  readonly #suppression: RetransmissionSuppression

  constructor(options?: RetransmissionOptions) {
    this.#suppression = new RetransmissionSuppression(options)
  }

  afterReceiveInterest(interest: PendingInterest): void {
    let isSent = false
    let isSuppressed = false
    for (const { face } of interest.nextHops) {
      if (this.#suppression.suppressesAt(interest, face)) isSuppressed = true
      else if (interest.send(face)) isSent = true
    }
    if (isSent) return
    if (isSuppressed) interest.suppress()
    else interest.reject(interest.nackReason)
  }

  afterReceiveNack(interest: PendingInterest): void {
    if (!isAwaited(interest)) interest.reject(interest.nackReason)
  }
}
