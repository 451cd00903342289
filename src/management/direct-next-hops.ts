import type { Name } from '../packet/index.ts'
import type { FibControl } from './control-interfaces.ts'
import type { FibSink } from './rib.ts'
import type { NextHop } from './route.ts'

/** Most next hops that `fib/add-nexthop` may add. */
export const DEFAULT_MAX_DIRECT_NEXT_HOPS = 65_536

/** A FIB, one list of next hops for each prefix. */
export interface NextHopTable extends FibSink {
  /** Those of exactly this prefix, sorted by cost; none where it is not there. */
  nextHops(prefix: Name): readonly NextHop[]
}

interface Mixed {
  readonly prefix: Name
  fromRib: readonly NextHop[]
  readonly direct: Map<number, number>
}

/**
 * Puts next hops that were added by hand (`fib/add-nexthop`) beside those that follow from routes, in one FIB. Of two
 * over the same face that by hand counts.
 */
export class DirectNextHops implements FibSink, Pick<FibControl, 'addNextHop' | 'removeNextHop'> {
  readonly #fib: NextHopTable
  readonly #max: number
  /** Prefixes that have next hops of both kinds or could have. */
  readonly #mixed = new Map<string, Mixed>()
  #size = 0

  /** @param max default {@link DEFAULT_MAX_DIRECT_NEXT_HOPS} */
  constructor(fib: NextHopTable, max = DEFAULT_MAX_DIRECT_NEXT_HOPS) {
    this.#fib = fib
    this.#max = max
  }

  /** Next hops that were added by hand. */
  get size(): number {
    return this.#size
  }

  /** For the RIB. */
  setNextHops(prefix: Name, hops: readonly NextHop[]): boolean {
    const mixed = this.#mixed.get(prefix.key)
    if (mixed === undefined) return this.#fib.setNextHops(prefix, hops)
    if (!this.#fib.setNextHops(prefix, merge(hops, mixed.direct))) return false
    mixed.fromRib = hops
    return true
  }

  addNextHop(prefix: Name, face: number, cost: number): 'ok' | 'full' {
    const known = this.#mixed.get(prefix.key)
    const mixed = known ?? { prefix, fromRib: this.#fib.nextHops(prefix), direct: new Map<number, number>() }
    const isNew = !mixed.direct.has(face)
    if (isNew && this.#size >= this.#max) return 'full'
    const direct = new Map(mixed.direct).set(face, cost)
    if (!this.#fib.setNextHops(prefix, merge(mixed.fromRib, direct))) return 'full'
    mixed.direct.set(face, cost)
    if (isNew) this.#size++
    this.#mixed.set(prefix.key, mixed)
    return 'ok'
  }

  removeNextHop(prefix: Name, face: number): void {
    const mixed = this.#mixed.get(prefix.key)
    if (mixed?.direct.delete(face) !== true) return
    this.#size--
    if (mixed.direct.size === 0) this.#mixed.delete(prefix.key)
    this.#fib.setNextHops(prefix, merge(mixed.fromRib, mixed.direct))
  }

  /** Removes those over a face that is gone. */
  removeFace(face: number): void {
    for (const { prefix } of [...this.#mixed.values()].filter(({ direct }) => direct.has(face)))
      this.removeNextHop(prefix, face)
  }
}

function merge(fromRib: readonly NextHop[], direct: ReadonlyMap<number, number>): NextHop[] {
  const added = [...direct].map(([face, cost]) => ({ face, cost }))
  return [...fromRib.filter(({ face }) => !direct.has(face)), ...added].toSorted(
    (a, b) => a.cost - b.cost || a.face - b.face,
  )
}
