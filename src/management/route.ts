import { RouteFlag } from './control-parameters.ts'

/** That a prefix can be reached over a face. A prefix has one for each face and origin. */
export interface Route {
  readonly face: number
  /** Who has made it: `RouteOrigin`. */
  readonly origin: number
  readonly cost: number
  /** Bits: `RouteFlag`. */
  readonly flags: number
  /** When it ends, in milliseconds of the clock that `Rib.expire` is given; never, if undefined. */
  readonly expiresAt?: number | undefined
}

/** A face to which the FIB sends, and what that costs. */
export interface NextHop {
  readonly face: number
  readonly cost: number
}

/** Costs by face. */
export type Costs = ReadonlyMap<number, number>

export function isChildInherit({ flags }: Pick<Route, 'flags'>): boolean {
  return (flags & RouteFlag.ChildInherit) !== 0
}

export function isCapture({ flags }: Pick<Route, 'flags'>): boolean {
  return (flags & RouteFlag.Capture) !== 0
}

/**
 * The next hops of a prefix: its own routes, for each face the cheapest; and for the faces of which it has none those
 * that it inherits, unless a route of its own captures (NFD wiki, RibMgmt, "Route inheritance").
 */
export function nextHops(routes: readonly Route[], inherited: Costs): NextHop[] {
  const hops: NextHop[] = []
  const [only] = routes
  if (only === undefined) return hops
  // Most prefixes have one route, and no map is needed to tell its face from others.
  const own = routes.length === 1 ? undefined : cheapest(routes)
  if (own === undefined) hops.push({ face: only.face, cost: only.cost })
  else for (const [face, cost] of own) hops.push({ face, cost })
  if (inherited.size > 0 && !routes.some(isCapture))
    for (const [face, cost] of inherited)
      if (own === undefined ? face !== only.face : !own.has(face)) hops.push({ face, cost })
  return hops.length === 1 ? hops : hops.sort((a, b) => a.cost - b.cost || a.face - b.face)
}

/** What the prefixes below one inherit: its own routes that say so, for each face the cheapest; and what it inherits itself. */
export function passedOn(routes: readonly Route[], inherited: Costs): Costs {
  const isShut = routes.some(isCapture)
  if (!isShut && !routes.some(isChildInherit)) return inherited
  const costs = cheapest(routes.filter(isChildInherit))
  if (!isShut) for (const [face, cost] of inherited) if (!costs.has(face)) costs.set(face, cost)
  return costs
}

function cheapest(routes: readonly Route[]): Map<number, number> {
  const costs = new Map<number, number>()
  for (const { face, cost } of routes) {
    const known = costs.get(face)
    if (known === undefined || cost < known) costs.set(face, cost)
  }
  return costs
}

export function sameCosts(a: Costs, b: Costs): boolean {
  if (a === b) return true
  if (a.size !== b.size) return false
  for (const [face, cost] of a) if (b.get(face) !== cost) return false
  return true
}

/** Of two lists that are sorted. */
export function sameHops(a: readonly NextHop[], b: readonly NextHop[]): boolean {
  return a.length === b.length && a.every(({ face, cost }, i) => b[i]?.face === face && b[i]?.cost === cost)
}
