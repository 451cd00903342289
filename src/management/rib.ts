import type { Name } from '../packet/index.ts'
import { type Expiring, ExpiryHeap } from './expiry-heap.ts'
import { type NameNode, NameTree } from './name-tree.ts'
import {
  type Costs,
  isCapture,
  type NextHop,
  nextHops,
  passedOn,
  type Route,
  sameCosts,
  sameHops,
} from './route.ts'

/** Most routes in a RIB. */
export const DEFAULT_MAX_ROUTES = 1_048_576

const NOTHING: Costs = new Map()

/** Where the next hops that follow from the routes go. */
export interface FibSink {
  /**
   * Puts these in the place of all that the RIB gave for the prefix before; none at all removes it. Sorted by cost. It
   * must not refuse fewer hops, or hops that it has just had.
   * @returns false if there is no room; then nothing has changed
   */
  setNextHops(prefix: Name, hops: readonly NextHop[]): boolean
}

/** One prefix with its routes. */
export interface RibPrefix {
  readonly prefix: Name
  /** At least one. */
  readonly routes: readonly Route[]
}

class Entry implements RibPrefix {
  readonly prefix: Name
  readonly node: Node
  routes: readonly Kept[] = []

  constructor(prefix: Name, node: Node) {
    this.prefix = prefix
    this.node = node
  }
}

type Node = NameNode<Entry>

/** A route in the RIB. What must be found again by it is in it. */
class Kept implements Route, Expiring {
  readonly entry: Entry
  readonly face: number
  readonly origin: number
  readonly cost: number
  readonly flags: number
  readonly expiresAt: number
  heapIndex = -1

  constructor(entry: Entry, { face, origin, cost, flags, expiresAt }: Route) {
    this.entry = entry
    this.face = face
    this.origin = origin
    this.cost = cost
    this.flags = flags
    this.expiresAt = expiresAt ?? Number.POSITIVE_INFINITY
  }
}

interface Change {
  readonly prefix: Name
  readonly before: readonly NextHop[]
  readonly after: readonly NextHop[]
}

/**
 * The routes of all prefixes (NFD's Routing Information Base). It works out the next hops that follow from them, by
 * NFD's rules of inheritance, and tells the FIB of those that change. A change of a route costs as much as there are
 * prefixes whose next hops change with it, and no more.
 */
export class Rib {
  readonly #sink: FibSink
  readonly #maxRoutes: number
  readonly #tree = new NameTree<Entry>()
  readonly #byFace = new Map<number, Set<Kept>>()
  readonly #expiring = new ExpiryHeap<Kept>()
  #size = 0

  /** @param maxRoutes default {@link DEFAULT_MAX_ROUTES} */
  constructor(sink: FibSink, maxRoutes = DEFAULT_MAX_ROUTES) {
    this.#sink = sink
    this.#maxRoutes = maxRoutes
  }

  /** Number of routes. */
  get size(): number {
    return this.#size
  }

  /** When the first route ends, in milliseconds; undefined while none will. */
  get nextExpiry(): number | undefined {
    return this.#expiring.first?.expiresAt
  }

  find(prefix: Name, face: number, origin: number): Route | undefined {
    return this.#tree
      .find(prefix)
      ?.value?.routes.find((route) => route.face === face && route.origin === origin)
  }

  /** All prefixes with routes. While it is walked through, routes may come and go: those may be among it or not. */
  entries(): Iterable<RibPrefix> {
    return this.#tree.values()
  }

  /**
   * Adds a route, or puts it in the place of that of the same prefix, face and origin.
   * @returns 'full' if the RIB or the FIB has no room; then nothing has changed
   */
  register(prefix: Name, route: Route): 'ok' | 'full' {
    const known = this.#tree.find(prefix)?.value
    const old = known?.routes.find(({ face, origin }) => face === route.face && origin === route.origin)
    if (old === undefined && this.#size >= this.#maxRoutes) return 'full'
    const node = this.#tree.reach(prefix)
    const entry = known ?? new Entry(prefix, node)
    const kept = new Kept(entry, route)
    const before = entry.routes
    const after =
      old === undefined ? [...before, kept] : before.map((other) => (other === old ? kept : other))
    const done: Change[] = []
    for (const change of this.#replace(entry, after)) {
      if (this.#sink.setNextHops(change.prefix, change.after)) {
        done.push(change)
        continue
      }
      for (const undone of done.toReversed()) this.#sink.setNextHops(undone.prefix, undone.before)
      this.#put(entry, before)
      return 'full'
    }
    if (old !== undefined) this.#forget(old)
    this.#remember(kept)
    return 'ok'
  }

  /** @returns whether there was such a route */
  unregister(prefix: Name, face: number, origin: number): boolean {
    const route = this.#tree
      .find(prefix)
      ?.value?.routes.find((other) => other.face === face && other.origin === origin)
    if (route === undefined) return false
    this.#remove(route)
    return true
  }

  /** Removes the routes of a face that is gone. @returns how many there were */
  removeFace(face: number): number {
    const routes = [...(this.#byFace.get(face) ?? [])]
    for (const route of routes) this.#remove(route)
    return routes.length
  }

  /**
   * Removes routes that have ended, those first whose end was first.
   * @param limit how many at most; the rest is still there, and `nextExpiry` is not after `now`
   * @returns how many it removed
   */
  expire(now: number, limit = Number.POSITIVE_INFINITY): number {
    let count = 0
    for (; count < limit; count++) {
      const { first } = this.#expiring
      if (first === undefined || first.expiresAt > now) break
      this.#remove(first)
    }
    return count
  }

  #remove(route: Kept): void {
    const { entry } = route
    this.#forget(route)
    const rest = entry.routes.filter((other) => other !== route)
    for (const { prefix, before, after } of this.#replace(entry, rest)) {
      if (this.#sink.setNextHops(prefix, after)) continue
      // Without what would have come in its place, the route goes all the same.
      this.#sink.setNextHops(
        prefix,
        after.filter(({ face }) => before.some((hop) => hop.face === face)),
      )
    }
  }

  #remember(route: Kept): void {
    this.#size++
    let ofFace = this.#byFace.get(route.face)
    if (ofFace === undefined) {
      ofFace = new Set()
      this.#byFace.set(route.face, ofFace)
    }
    ofFace.add(route)
    if (route.expiresAt < Number.POSITIVE_INFINITY) this.#expiring.add(route)
  }

  #forget(route: Kept): void {
    this.#size--
    const ofFace = this.#byFace.get(route.face)
    ofFace?.delete(route)
    if (ofFace?.size === 0) this.#byFace.delete(route.face)
    this.#expiring.remove(route)
  }

  #put(entry: Entry, routes: readonly Kept[]): void {
    entry.routes = routes
    entry.node.value = routes.length === 0 ? undefined : entry
    this.#tree.prune(entry.node)
  }

  /** Gives a prefix other routes. @returns the next hops that are to change with it, there and below */
  #replace(entry: Entry, routes: readonly Kept[]): Change[] {
    const { prefix, node, routes: old } = entry
    const inherited = inheritedBy(node)
    const changes: Change[] = []
    const before = nextHops(old, inherited)
    const after = nextHops(routes, inherited)
    if (!sameHops(before, after)) changes.push({ prefix, before, after })
    changesBelow(node, passedOn(old, inherited), passedOn(routes, inherited), changes)
    this.#put(entry, routes)
    return changes
  }
}

/** What a prefix inherits from those above it. */
function inheritedBy(node: Node): Costs {
  const above: Entry[] = []
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (at.value === undefined) continue
    above.push(at.value)
    if (at.value.routes.some(isCapture)) break
  }
  return above.reduceRight((costs, { routes }) => passedOn(routes, costs), NOTHING)
}

/** Adds what changes below a node when what it passes on does. */
function changesBelow(top: Node, before: Costs, after: Costs, changes: Change[]): void {
  const waiting = [{ node: top, before, after }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.node.children === undefined || sameCosts(next.before, next.after)) continue
    for (const node of next.node.children.values()) {
      const { value } = node
      if (value === undefined) {
        waiting.push({ node, before: next.before, after: next.after })
        continue
      }
      const hopsBefore = nextHops(value.routes, next.before)
      const hopsAfter = nextHops(value.routes, next.after)
      if (!sameHops(hopsBefore, hopsAfter))
        changes.push({ prefix: value.prefix, before: hopsBefore, after: hopsAfter })
      if (node.children === undefined) continue
      waiting.push({
        node,
        before: passedOn(value.routes, next.before),
        after: passedOn(value.routes, next.after),
      })
    }
  }
}
