import { Name } from '../packet/index.ts'

export interface NextHop {
  readonly face: number
  readonly cost: number
}

/** Most prefixes in a FIB. */
export const DEFAULT_MAX_ROUTES = 1_000_000

/** Forwarding Information Base: for each prefix the faces that lead there, cheapest first. */
export class Fib {
  readonly #entries = new Map<string, readonly NextHop[]>()
  readonly #max: number
  /** How many entries there are of each length, so that a look-up tries no length in vain. */
  readonly #lengths: number[] = []
  /** In how many entries each face is, so that a face without routes goes without a search. */
  readonly #routes = new Map<number, number>()

  constructor(max = DEFAULT_MAX_ROUTES) {
    this.#max = max
  }

  get size(): number {
    return this.#entries.size
  }

  /** Adds a next hop or changes its cost. False if the FIB is full. */
  add(prefix: Name, face: number, cost: number): boolean {
    const hops = this.#entries.get(prefix.key)
    if (hops === undefined && this.#entries.size >= this.#max) return false
    if (hops === undefined) this.#lengths[prefix.length] = (this.#lengths[prefix.length] ?? 0) + 1
    const others = (hops ?? []).filter((hop) => hop.face !== face)
    if (others.length === (hops ?? []).length) this.#routes.set(face, (this.#routes.get(face) ?? 0) + 1)
    this.#entries.set(
      prefix.key,
      [...others, { face, cost }].sort((a, b) => a.cost - b.cost || a.face - b.face),
    )
    return true
  }

  /** False if there was no such next hop. */
  remove(prefix: Name, face: number): boolean {
    const hops = this.#entries.get(prefix.key)
    const left = hops?.filter((hop) => hop.face !== face)
    if (hops === undefined || left === undefined || left.length === hops.length) return false
    this.#routes.set(face, (this.#routes.get(face) as number) - 1)
    if (left.length > 0) {
      this.#entries.set(prefix.key, left)
      return true
    }
    this.#entries.delete(prefix.key)
    this.#lengths[prefix.length] = (this.#lengths[prefix.length] as number) - 1
    return true
  }

  removeFace(face: number): void {
    if ((this.#routes.get(face) ?? 0) > 0) {
      for (const { prefix, hops } of [...this.entries()]) {
        if (hops.some((hop) => hop.face === face)) this.remove(prefix, face)
      }
    }
    this.#routes.delete(face)
  }

  /** Next hops of the longest prefix of a name; none if no prefix of it has any. */
  lookup(name: Name): readonly NextHop[] {
    const { key, ends } = name
    for (let length = Math.min(name.length, this.#lengths.length - 1); length >= 0; length--) {
      if (!this.#lengths[length]) continue
      const hops = this.#entries.get(key.slice(0, length === 0 ? 0 : ends[length - 1]))
      if (hops !== undefined) return hops
    }
    return []
  }

  *entries(): IterableIterator<{ prefix: Name; hops: readonly NextHop[] }> {
    for (const [key, hops] of this.#entries) yield { prefix: Name.decode(Buffer.from(key, 'latin1')), hops }
  }
}
