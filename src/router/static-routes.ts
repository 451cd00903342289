import { RouteFlag } from '../management/index.ts'
import type { RouteConfig } from './config.ts'
import type { Link, LinkEvent, Links } from './links.ts'
import type { Routing } from './routing.ts'
import type { Supervision } from './supervision.ts'

export interface StaticRoutesOptions {
  readonly links: Links
  readonly routing: Routing
  readonly supervision: Pick<Supervision, 'firstRetry' | 'maxRetry'>
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
 * The routes of the configuration, over faces that connect again whenever their link breaks. A route is in the RIB for as
 * long as its face is up, so meanwhile another next hop is used, or who asks is refused at once.
 */
export class StaticRoutes {
  readonly #options: StaticRoutesOptions
  readonly #kept = new Map<string, Kept>()

  constructor(options: StaticRoutesOptions) {
    this.#options = options
  }

  /** Puts these in the place of those that there are. Resolves when each new one has been tried for the first time. */
  async set(routes: readonly RouteConfig[]): Promise<void> {
    const wanted = new Map(routes.map((route) => [keyOf(route), route]))
    const dropped = [...this.#kept].filter(([key]) => !wanted.has(key))
    for (const [key, kept] of dropped) this.#drop(key, kept)
    const added = [...wanted].filter(([key]) => !this.#kept.has(key))
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
    // Not before: the new routes may lead over the same faces.
    for (const [, { link }] of dropped) if (link !== undefined) this.#closeUnused(link)
  }

  /** To be told of what becomes of faces. */
  onEvent(event: LinkEvent, link: Link): void {
    for (const kept of this.#kept.values()) {
      if (kept.link !== link) continue
      if (event === 'up') this.#register(kept, link)
      else if (event === 'down') this.#options.routing.removeStatic(kept.route.prefix, link.id)
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
    const hasRoom = routing.addStatic(prefix, link.id, cost, flags)
    if (hasRoom) log('info', `route ${prefix} to ${to}`)
    else log('error', `no route ${prefix} to ${to}: the FIB is full, raise limits.routes`)
    kept.settle()
  }

  #drop(key: string, kept: Kept): void {
    this.#kept.delete(key)
    clearTimeout(kept.retry)
    kept.settle()
    const { link, route } = kept
    if (link === undefined) return
    this.#options.routing.removeStatic(route.prefix, link.id)
    this.#options.log('info', `no route ${route.prefix} to ${route.to} any more`)
  }

  /** A face that was made for routes goes with the last of them. */
  #closeUnused(link: Link): void {
    const isUsed = (): boolean => [...this.#kept.values()].some((kept) => kept.link === link)
    if (link.isDialled) this.#options.links.retire(link, isUsed)
  }
}

function failure({ prefix }: RouteConfig, { message }: Error, wait: number): string {
  return `route ${prefix}: ${message}; tried again in ${wait} ms`
}

function keyOf({ prefix, ...rest }: RouteConfig): string {
  return JSON.stringify([prefix.toString(), Object.entries(rest).toSorted()])
}
