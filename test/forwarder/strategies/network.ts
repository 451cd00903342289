import type { Strategy } from '../../../src/forwarder/index.ts'
import type { Interest } from '../../../src/packet/index.ts'
import { type FakeFace, Fixture, name } from '../fixture.ts'

/** A forwarder with a strategy for all names, one who asks, and next hops for `/a`, each costing more than the one before. */
export class Network extends Fixture {
  readonly consumer: FakeFace
  readonly hops: readonly FakeFace[]

  constructor(strategy: Strategy, hops: number, cost: (hop: number) => number = (hop) => hop) {
    super()
    this.forwarder.strategies.set(name('/'), strategy)
    this.consumer = this.face()
    this.hops = Array.from({ length: hops }, () => this.face())
    for (const [i, hop] of this.hops.entries()) this.route('/a', hop, cost(i))
  }

  hop(index: number): FakeFace {
    const hop = this.hops[index]
    if (hop === undefined) throw new Error(`there is no next hop ${index}`)
    return hop
  }

  /** Which next hops were sent something since the last call. */
  asked(): number[] {
    return this.hops.flatMap((hop, i) => (hop.take().length > 0 ? [i] : []))
  }

  /** The first next hop that was sent an Interest since the last call, and that Interest. */
  askedWith(): [number, Interest] | [] {
    for (const [i, hop] of this.hops.entries())
      for (const packet of hop.take()) if (packet.kind === 'interest') return [i, packet.interest]
    return []
  }

  /** Asks for a name; the next hop that gets it answers after a while. Returns which that was. */
  exchange(of: string, delay = 0): number {
    this.consumer.interest(of)
    const [hop, ...others] = this.asked()
    if (hop === undefined || others.length > 0) throw new Error(`${of} went to ${[hop, ...others]}`)
    this.wait(delay)
    this.hop(hop).data(of)
    this.consumer.take()
    return hop
  }
}

/** Numbers from 0 up to 1 that look random, the same for each seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
