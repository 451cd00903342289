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
  const costs = new Map<number, number>()
  for (const { face, cost } of routes) addCheapest(costs, face, cost)
  if (routes.length > 0 && !routes.some(isCapture))
    for (const [face, cost] of inherited) if (!costs.has(face)) costs.set(face, cost)
  return [...costs]
    .map(([face, cost]) => ({ face, cost }))
    .toSorted((a, b) => a.cost - b.cost || a.face - b.face)
}

/** What the prefixes below one inherit: its own routes that say so, for each face the cheapest; and what it inherits itself. */
export function passedOn(routes: readonly Route[], inherited: Costs): Costs {
  if (routes.length === 0) return inherited
  const costs = new Map<number, number>()
  for (const route of routes) if (isChildInherit(route)) addCheapest(costs, route.face, route.cost)
  if (routes.some(isCapture)) return costs
  if (costs.size === 0) return inherited
  for (const [face, cost] of inherited) if (!costs.has(face)) costs.set(face, cost)
  return costs
}

function addCheapest(costs: Map<number, number>, face: number, cost: number): void {
  const known = costs.get(face)
  if (known === undefined || cost < known) costs.set(face, cost)
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
