import { LAST_RESORT_COST } from '../control/index.ts'
import { RouteFlag } from '../management/index.ts'
import type { Name } from '../packet/index.ts'
import type { RouteConfig } from './config.ts'
import type { Link, LinkEvent, Links } from './links.ts'
import type { Routing } from './routing.ts'
import type { Supervision } from './supervision.ts'

export interface StaticRoutesOptions {
  readonly links: Links
  readonly routing: Routing
  readonly supervision: Pick<Supervision, 'firstRetry' | 'maxRetry'>
  /** Of its routes in the RIB. */
  readonly origin: number
  /**
   * For so long a route that is dropped stays as a last resort, in milliseconds: who has fetched one segment of a result there gets the
   * rest. @defaultValue 0
   */
  readonly linger?: number | undefined
  /** Whether somebody else wants a face that no route of these leads over any more. */
  readonly isWanted?: ((link: Link) => boolean) | undefined
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void
}

interface Kept {
  readonly route: RouteConfig
  link: Link | undefined
  retry: NodeJS.Timeout | undefined
  /** The way has been tried for the first time, with or without success. */
  settle: () => void
}

/**
 * Routes to other routers, of the configuration or of a controller, over faces that connect again whenever their link breaks. A route
 * is in the RIB for as long as its face is up, so meanwhile another next hop is used, or who asks is refused at once.
 */
export class StaticRoutes {
  readonly #options: StaticRoutesOptions
  readonly #kept = new Map<string, Kept>()
  /** Routes that are dropped and linger. */
  readonly #last = new Map<Kept, NodeJS.Timeout>()
  #wanted: ReadonlyMap<string, RouteConfig> = new Map()

  constructor(options: StaticRoutesOptions) {
    this.#options = options
  }

  /**
   * Puts these in the place of those that there are. An old route goes when the new ones of its prefix have been tried: between them a
   * name is not without a next hop. Resolves when each new one has been tried for the first time.
   */
  async set(routes: readonly RouteConfig[]): Promise<void> {
    const wanted = new Map(routes.map((route) => [keyOf(route), route]))
    this.#wanted = wanted
    const added = [...wanted].filter(([key]) => !this.#kept.has(key))
    const replaced = new Set(added.map(([, { prefix }]) => prefix.key))
    const dropped = [...this.#kept].filter(([key]) => !wanted.has(key))
    for (const [key, kept] of dropped) if (!replaced.has(kept.route.prefix.key)) this.#drop(key, kept)
    await Promise.all(
      added.map(
        ([key, route]) =>
          new Promise<void>((settle) => {
            const kept: Kept = { route, link: undefined, retry: undefined, settle }
            this.#kept.set(key, kept)
            void this.#connect(kept, this.#options.supervision.firstRetry)
          }),
      ),
    )
    // Unless it is wanted again meanwhile.
    for (const [key, kept] of dropped) if (!this.#wanted.has(key)) this.#drop(key, kept)
    // Not before: the new routes may lead over the same faces.
    for (const [, { link }] of dropped) if (link !== undefined) this.#closeUnused(link)
  }

  /** Whether a route leads over a face. */
  uses(link: Link): boolean {
    return [...this.#kept.values(), ...this.#last.keys()].some((kept) => kept.link === link)
  }

  /** That to a prefix over a face. */
  find(prefix: Name, face: number): RouteConfig | undefined {
    const all = [...this.#kept.values(), ...this.#last.keys()]
    return all.find(({ link, route }) => link?.id === face && route.prefix.equals(prefix))?.route
  }

  /** Those of which no face is up, for whoever asks why. */
  get missing(): RouteConfig[] {
    return [...this.#kept.values()]
      .filter(({ link }) => link === undefined || link.face.isUp === false)
      .map(({ route }) => route)
  }

  /** To be told of what becomes of faces. */
  onEvent(event: LinkEvent, link: Link): void {
    for (const kept of this.#kept.values()) {
      if (kept.link !== link) continue
      if (event === 'up') this.#register(kept, link)
      else if (event === 'down') this.#unregister(kept, link)
      else if (event === 'destroyed') {
        kept.link = undefined
        // A route that is not permanent ends with its link.
        if (kept.route.persistency === 'permanent')
          this.#connectLater(kept, this.#options.supervision.firstRetry)
      }
    }
  }

  /** A face that is about to be closed on somebody's wish is not made again, and the routes over it are given up. */
  giveUp(link: Link): void {
    for (const [key, kept] of this.#kept) {
      if (kept.link !== link) continue
      this.#options.log(
        'info',
        `route ${kept.route.prefix} to ${kept.route.to} is given up with face ${link.id}`,
      )
      this.#kept.delete(key)
    }
  }

  /** Connects to none any more; the routes that there are go on. */
  close(): void {
    for (const timer of this.#last.values()) clearTimeout(timer)
    for (const kept of this.#kept.values()) {
      clearTimeout(kept.retry)
      kept.settle()
    }
  }

  /** Never rejects. */
  async #connect(kept: Kept, wait: number): Promise<void> {
    const { links, supervision, log } = this.#options
    const { route } = kept
    if (links.isEnding) {
      kept.settle()
      return
    }
    try {
      const { link } = await links.dial(route.to, {
        form: route.form,
        isLimited: false,
        persistency: route.persistency,
        reconnect: {
          firstWait: supervision.firstRetry,
          longestWait: supervision.maxRetry,
          onFailure: (error, next) => this.#onFailure(route, error, next),
        },
      })
      if (this.#kept.get(keyOf(route)) !== kept) this.#closeUnused(link)
      else {
        kept.link = link
        if (link.face.isUp !== false) this.#register(kept, link)
      }
    } catch (error) {
      const again = Math.min(wait, supervision.maxRetry)
      log('warn', failure(route, error as Error, again))
      this.#connectLater(kept, again)
    }
  }

  #connectLater(kept: Kept, wait: number): void {
    kept.settle()
    if (this.#options.links.isEnding) return
    clearTimeout(kept.retry)
    kept.retry = setTimeout(() => void this.#connect(kept, 2 * wait), wait)
  }

  /** A permanent face could not connect, and will try again by itself. */
  #onFailure({ to, form }: RouteConfig, error: Error, wait: number): void {
    for (const { route, settle } of this.#kept.values()) {
      if (route.to !== to || route.form !== form) continue
      this.#options.log('warn', failure(route, error, wait))
      settle()
    }
  }

  #register(kept: Kept, link: Link): void {
    const { routing, log } = this.#options
    const { prefix, to, cost, childInherit, capture } = kept.route
    const flags = (childInherit ? RouteFlag.ChildInherit : 0) | (capture ? RouteFlag.Capture : 0)
    const hasRoom = routing.add(prefix, { face: link.id, origin: this.#options.origin, cost, flags })
    if (hasRoom) log('info', `route ${prefix} to ${to}`)
    else log('error', `no route ${prefix} to ${to}: the FIB is full, raise limits.routes`)
    kept.settle()
  }

  #unregister({ route }: Kept, link: Link): void {
    this.#options.routing.remove(route.prefix, link.id, this.#options.origin)
  }

  #drop(key: string, kept: Kept): void {
    if (this.#kept.get(key) !== kept) return
    this.#kept.delete(key)
    clearTimeout(kept.retry)
    kept.settle()
    const { link, route } = kept
    if (link === undefined) return
    if (!this.#hasHeir(kept)) {
      if (this.#options.linger === undefined || link.face.isUp === false) this.#unregister(kept, link)
      else this.#retire(kept, link, this.#options.linger)
    }
    this.#options.log('info', `no route ${route.prefix} to ${route.to} any more`)
  }

  /** Whether another has taken its place in the RIB: the same at another cost. */
  #hasHeir({ link, route }: Kept): boolean {
    return [...this.#kept.values()].some(
      (other) => other.link === link && other.route.prefix.equals(route.prefix),
    )
  }

  #retire(kept: Kept, link: Link, linger: number): void {
    const { routing, origin } = this.#options
    const { prefix, childInherit } = kept.route
    const flags = childInherit ? RouteFlag.ChildInherit : 0
    routing.add(prefix, { face: link.id, origin, cost: LAST_RESORT_COST, flags })
    const end = (): void => {
      this.#last.delete(kept)
      if (!this.#hasHeir(kept)) this.#unregister(kept, link)
      this.#closeUnused(link)
    }
    this.#last.set(kept, setTimeout(end, linger))
  }

  /** A face that was made for routes goes with the last of them. */
  #closeUnused(link: Link): void {
    const { isWanted = () => false, links } = this.#options
    if (link.isDialled && !this.uses(link)) links.retire(link, () => this.uses(link) || isWanted(link))
  }
}

function failure({ prefix }: RouteConfig, { message }: Error, wait: number): string {
  return `route ${prefix}: ${message}; tried again in ${wait} ms`
}

function keyOf({ prefix, ...rest }: RouteConfig): string {
  return JSON.stringify([prefix.toString(), Object.entries(rest).toSorted()])
}
