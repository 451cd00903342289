import type { NextHop } from '../fib.ts'
import { askAnother, sendOrReject } from './next-hops.ts'
import { type RetransmissionOptions, RetransmissionSuppression } from './retransmission.ts'
import type { PendingInterest, Strategy, UpstreamState } from './strategy.ts'

export interface RandomOptions extends RetransmissionOptions {
  /** A number from 0 up to, but without, 1. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}

/**
 * Any next hop, each as likely as another, as NFD's random. Ours asks another at once after a Nack, and lets an Interest that is sent
 * again too soon go no further.
 */
export class Random implements Strategy {
  readonly name = 'random'
  readonly version = 1
  readonly #suppression: RetransmissionSuppression
  readonly #random: () => number
  readonly #chooseUntried = (interest: PendingInterest): NextHop | undefined =>
    this.#choose(interest, 'untried')

  constructor({ random = Math.random, ...options }: RandomOptions = {}) {
    this.#suppression = new RetransmissionSuppression(options)
    this.#random = random
  }

  afterReceiveInterest(interest: PendingInterest): void {
    const { nextHops } = interest
    if (this.#suppression.suppresses(interest)) interest.suppress()
    else if (nextHops.length < 2) sendOrReject(interest, nextHops[0])
    else {
      const hop = this.#choose(interest, 'untried') ?? this.#choose(interest, 'pending') ?? nextHops[0]
      sendOrReject(interest, hop)
    }
  }

  afterReceiveNack(interest: PendingInterest): void {
    askAnother(interest, this.#chooseUntried)
  }

  /** Any of the next hops of a state. */
  #choose(interest: PendingInterest, state: UpstreamState): NextHop | undefined {
    let count = 0
    for (const { face } of interest.nextHops) if (interest.state(face) === state) count++
    let left = Math.floor(this.#random() * count)
    for (const hop of interest.nextHops) if (interest.state(hop.face) === state && left-- === 0) return hop
    return undefined
  }
}
