import { type Forwarder, LAST_RESORT_COST } from '../forwarder/index.ts'
import { DirectNextHops, Rib, type Route, RouteFlag } from '../management/index.ts'
import type { Name } from '../packet/index.ts'
import { nextHopTable } from './fib-control.ts'

/** Origins that nobody may command routes of; numbers that NFD has no names for. */
export const OWN_ORIGIN = 254
const LEAD_IN_ORIGIN = 253
/** Of routes that a controller has assigned. */
export const ASSIGNED_ORIGIN = 252
export const RESERVED_ORIGINS: readonly number[] = [OWN_ORIGIN, LEAD_IN_ORIGIN, ASSIGNED_ORIGIN]

/** Bounds of the tables of routes. */
export interface RoutingLimits {
  /** Routes in the RIB. */
  readonly ribRoutes: number
  /** Next hops added by hand. */
  readonly directNextHops: number
}

/** All routes of a node, whoever made them, and what follows from them in the FIB. */
export class Routing {
  readonly rib: Rib
  /** Next hops that were added by hand. */
  readonly direct: DirectNextHops

  constructor(fib: Forwarder['fib'], limits: RoutingLimits) {
    this.direct = new DirectNextHops(nextHopTable(fib), limits.directNextHops)
    this.rib = new Rib(this.direct, limits.ribRoutes)
  }

  /**
   * A route to the node itself or to one of its functions. It inherits nothing: no other has a part in what is the node's.
   * @returns false if there is no room for it
   */
  addOwn(prefix: Name, face: number): boolean {
    return this.rib.register(prefix, { face, origin: OWN_ORIGIN, cost: 0, flags: RouteFlag.Capture }) === 'ok'
  }

  removeOwn(prefix: Name, face: number): void {
    this.rib.unregister(prefix, face, OWN_ORIGIN)
  }

  /** A route that somebody wants for good. @returns false if there is no room for it */
  add(prefix: Name, route: Pick<Route, 'face' | 'origin' | 'cost' | 'flags'>): boolean {
    return this.rib.register(prefix, route) === 'ok'
  }

  remove(prefix: Name, face: number, origin: number): void {
    this.rib.unregister(prefix, face, origin)
  }

  /**
   * Leads a name to a face for a moment, beside what leads there anyhow, which is asked first.
   * @returns takes the route back
   */
  leadTo(name: Name, face: number): () => void {
    const route = { face, origin: LEAD_IN_ORIGIN, cost: LAST_RESORT_COST, flags: 0 }
    if (this.rib.find(name, face, LEAD_IN_ORIGIN) !== undefined || this.rib.register(name, route) === 'full')
      return () => {}
    return () => {
      this.rib.unregister(name, face, LEAD_IN_ORIGIN)
    }
  }

  /** Forgets a face that is about to go, so that what was asked of it finds the ways that are left. */
  removeFace(face: number): void {
    this.rib.removeFace(face)
    this.direct.removeFace(face)
  }
}
