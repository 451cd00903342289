import { LAST_RESORT_COST } from '../control/index.ts'
import { RouteFlag } from '../management/index.ts'
import type { Name } from '../packet/index.ts'
import { ASSIGNED_ORIGIN, type Routing } from './routing.ts'

/** How often it is looked whether an old route is still needed, in milliseconds. */
const SWEEP_MS = 250

export interface AssignedRoute {
  readonly prefix: Name
  readonly cost: number
  /** Bits: `RouteFlag`. */
  readonly flags: number
  readonly plan?: string | undefined
}

/** To whom routes lead. */
export interface RouteOwner {
  readonly faceId: number
  /** Whether it has anything in hand for the sake of which an old route is to stay for a moment; not there: it never has. */
  readonly isQuiet?: (() => boolean) | undefined
  /** Longest time for which an old route stays, in milliseconds. */
  readonly linger: number
}

interface Kept {
  readonly route: AssignedRoute
  readonly owner: RouteOwner
  /** When an old route goes at the latest, in milliseconds of `performance.now()`; undefined for one that is wanted. */
  readonly until?: number
}

/**
 * Routes of a controller to the node's own instances. One that is not wanted any more becomes a last resort until its instance has
 * nothing in hand: who has fetched one segment of a result there gets the rest.
 */
export class AssignedRoutes {
  readonly #routing: Pick<Routing, 'add' | 'remove'>
  /** By face and prefix. */
  readonly #kept = new Map<number, Map<string, Kept>>()
  #sweeping: NodeJS.Timeout | undefined

  constructor(routing: Pick<Routing, 'add' | 'remove'>) {
    this.#routing = routing
  }

  /**
   * Puts these in the place of all to the same owner.
   * @param isAtOnce whether nothing of the old ones stays
   * @returns prefixes for which there is no room
   */
  set(owner: RouteOwner, routes: readonly AssignedRoute[], isAtOnce = false): Name[] {
    const kept = this.#kept.get(owner.faceId) ?? new Map<string, Kept>()
    this.#kept.set(owner.faceId, kept)
    const wanted = cheapest(routes)
    const refused: Name[] = []
    for (const [key, route] of wanted) {
      if (this.#isSame(kept.get(key), route) || this.#add(owner, route)) kept.set(key, { route, owner })
      else refused.push(route.prefix)
    }
    for (const [key, old] of kept) {
      if (wanted.has(key) || (old.until !== undefined && !isAtOnce)) continue
      if (isAtOnce || owner.isQuiet === undefined) this.#remove(kept, key, old)
      else this.#retire(kept, key, old)
    }
    return refused
  }

  /** The plan that a route comes from. */
  planOf(prefix: Name, face: number): string | undefined {
    return this.#kept.get(face)?.get(prefix.key)?.route.plan
  }

  /** A face is gone, and its routes with it. */
  forget(face: number): void {
    this.#kept.delete(face)
  }

  close(): void {
    clearTimeout(this.#sweeping)
  }

  #isSame(kept: Kept | undefined, { cost, flags }: AssignedRoute): boolean {
    return kept?.until === undefined && kept?.route.cost === cost && kept.route.flags === flags
  }

  #add({ faceId }: RouteOwner, { prefix, cost, flags }: AssignedRoute): boolean {
    return this.#routing.add(prefix, { face: faceId, origin: ASSIGNED_ORIGIN, cost, flags })
  }

  #remove(kept: Map<string, Kept>, key: string, { route, owner }: Kept): void {
    kept.delete(key)
    this.#routing.remove(route.prefix, owner.faceId, ASSIGNED_ORIGIN)
  }

  #retire(kept: Map<string, Kept>, key: string, { route, owner }: Kept): void {
    const cost = Math.max(LAST_RESORT_COST, route.cost)
    // It captures nothing: what leads to a shorter prefix is for new work.
    const last = { ...route, cost, flags: RouteFlag.ChildInherit }
    this.#add(owner, last)
    kept.set(key, { route: last, owner, until: performance.now() + owner.linger })
    this.#sweeping ??= setTimeout(() => this.#sweep(), SWEEP_MS)
  }

  #sweep(): void {
    this.#sweeping = undefined
    const now = performance.now()
    let isLeft = false
    for (const kept of this.#kept.values()) {
      const old = [...kept].filter(([, { until }]) => until !== undefined)
      const isQuiet = old[0]?.[1].owner.isQuiet?.()
      for (const [key, one] of old) {
        if (isQuiet === true || now >= (one.until as number)) this.#remove(kept, key, one)
        else isLeft = true
      }
    }
    if (isLeft) this.#sweeping = setTimeout(() => this.#sweep(), SWEEP_MS)
  }
}

/** By the key of the prefix; of two with one prefix the cheaper. */
function cheapest(routes: readonly AssignedRoute[]): Map<string, AssignedRoute> {
  const found = new Map<string, AssignedRoute>()
  for (const route of routes) {
    const { key } = route.prefix
    if (route.cost < (found.get(key)?.cost ?? Number.POSITIVE_INFINITY)) found.set(key, route)
  }
  return found
}
