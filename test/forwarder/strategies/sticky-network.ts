import { Sticky, type StickyOptions } from '../../../src/forwarder/strategies/sticky.ts'
import { Network, seeded } from './network.ts'

/** A network with the strategy that is tested. */
export class StickyNetwork extends Network {
  readonly sticky: Sticky

  constructor(hops: number, options: StickyOptions = {}, cost: (hop: number) => number = () => 0) {
    const sticky = new Sticky({ random: seeded(1), ...options })
    super(sticky, hops, cost)
    this.sticky = sticky
  }

  /** How many results each next hop has in hand. */
  get inHand(): number[] {
    return this.hops.map((hop) => this.sticky.inHand(hop.id))
  }
}
