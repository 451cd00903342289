import type { NextHop } from '../fib.ts'
import { askAnother, cheapestUntried, sendOrReject } from './next-hops.ts'
import { type RetransmissionOptions, RetransmissionSuppression } from './retransmission.ts'
import type { PendingInterest, Strategy } from './strategy.ts'

/**
 * The cheapest next hop, as NFD's best-route: one sent again goes to the cheapest that was not asked yet, and when all were, to that
 * which was asked longest ago. So who keeps silent is passed over. (A function that is offered by several would do its work twice:
 * that is what sticky is for.) Unlike with NFD, after a Nack the next cheapest is asked at once.
 */
export class BestRoute implements Strategy {
  readonly name = 'best-route'
  readonly version = 5
  readonly #suppression: RetransmissionSuppression

  constructor(options?: RetransmissionOptions) {
    this.#suppression = new RetransmissionSuppression(options)
  }

  afterReceiveInterest(interest: PendingInterest): void {
    if (this.#suppression.suppresses(interest)) interest.suppress()
    else sendOrReject(interest, chooseHop(interest))
  }

  afterReceiveNack(interest: PendingInterest): void {
    askAnother(interest, cheapestUntried)
  }
}

function chooseHop(interest: PendingInterest): NextHop | undefined {
  const { nextHops } = interest
  // Nearly always there is one.
  if (nextHops.length < 2) return nextHops[0]
  return cheapestUntried(interest) ?? askedLongestAgo(interest)
}

function askedLongestAgo(interest: PendingInterest): NextHop | undefined {
  // Those that sent a Nack last of all.
  const since = ({ face }: NextHop): number =>
    interest.state(face) === 'nacked' ? Number.POSITIVE_INFINITY : (interest.sentAt(face) ?? 0)
  return interest.nextHops.reduce((first, hop) => (since(hop) < since(first) ? hop : first))
}
