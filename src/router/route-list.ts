import type { RouteFlagName, RouteOrigin, RouteStatus } from '../control/index.ts'
import type { Forwarder, NextHop } from '../forwarder/index.ts'
import { isOfInstance } from '../function/index.ts'
import { type Rib, RouteOrigin as RibOrigin, RouteFlag } from '../management/index.ts'
import { formatName, type Name } from '../packet/index.ts'
import { ASSIGNED_ORIGIN, OWN_ORIGIN } from './routing.ts'

/** What a face leads to: the node itself, a function of it, or a peer. */
export interface Whither {
  readonly own: 'node' | 'function' | undefined
  readonly remote: string
}

type Hop = RouteStatus['hops'][number]
type Routes = ReadonlyMap<string, readonly KeptRoute[]>
type KeptRoute =
  ReturnType<Rib['entries']> extends Iterable<{ readonly routes: readonly (infer R)[] }> ? R : never

const ORIGINS: Readonly<Record<number, RouteOrigin>> = {
  [RibOrigin.App]: 'client',
  [RibOrigin.AutoReg]: 'autoreg',
  [RibOrigin.Client]: 'client',
  [RibOrigin.AutoConf]: 'autoconf',
  [RibOrigin.Nlsr]: 'nlsr',
  [RibOrigin.PrefixAnn]: 'prefix-announcement',
  [RibOrigin.Static]: 'static',
  [ASSIGNED_ORIGIN]: 'controller',
}

/**
 * All prefixes of the FIB with their next hops, and of each the routes that it follows from.
 * @param planOf the plan that a controller's route comes from
 * @param now of the clock by which routes end, in milliseconds
 */
export function listRoutes(
  fib: Forwarder['fib'],
  rib: Rib,
  whither: (face: number) => Whither,
  planOf: (prefix: Name, face: number) => string | undefined,
  now: number,
): RouteStatus[] {
  const routes: Routes = new Map([...rib.entries()].map((entry) => [entry.prefix.key, entry.routes]))
  // That each instance is asked of itself under its id goes without saying.
  const entries = fib.entries().filter(({ prefix }) => !isOfInstance(prefix))
  return entries.map(({ prefix, hops }) => ({
    prefix: formatPrefix(prefix),
    hops: hops.flatMap((hop) => {
      const plan = planOf(prefix, hop.face)
      const told = describeHop(hop, routes.get(prefix.key) ?? [], whither(hop.face), now)
      return told.map((one) => (one.origin === 'controller' ? { ...one, plan } : one))
    }),
  }))
}

/** A hop for each route over its face; one without any is inherited, or was added by hand. */
function describeHop(
  { face, cost }: NextHop,
  routes: readonly KeptRoute[],
  { own, remote }: Whither,
  now: number,
): Hop[] {
  const ofFace = routes.filter((route) => route.face === face)
  if (ofFace.every((route) => route.cost !== cost)) {
    const origin = ofFace.length > 0 || routes.length === 0 ? 'fib' : 'inherited'
    return [{ face, cost, origin, remote }]
  }
  return ofFace.map((route) => ({
    face,
    cost: route.cost,
    origin: originOf(route, own),
    remote,
    flags: flagsOf(route.flags),
    ...(Number.isFinite(route.expiresAt) && {
      expiresIn: Math.max(0, Math.round(Number(route.expiresAt) - now)),
    }),
  }))
}

function originOf({ origin }: KeptRoute, own: Whither['own']): RouteOrigin {
  if (origin === OWN_ORIGIN) return own ?? 'node'
  return ORIGINS[origin] ?? `origin-${origin}`
}

function flagsOf(flags: number): RouteFlagName[] {
  const names: RouteFlagName[] = []
  if ((flags & RouteFlag.ChildInherit) !== 0) names.push('child-inherit')
  if ((flags & RouteFlag.Capture) !== 0) names.push('capture')
  return names
}

/** A prefix that ends in a function is shown as that function. */
function formatPrefix(prefix: Name): string {
  const text = formatName(prefix)
  return text.length > 1 && text.endsWith('/') ? text.slice(0, -1) : text
}
