import type { WorkReport } from '../control/index.ts'
import type { Planner } from './parts.ts'
import type { Store } from './store.ts'
import type { WatchedNode } from './watched-node.ts'

/** How often what was learned is kept, in milliseconds. */
const KEEP_EVERY_MS = 5000

interface KeptCosts {
  readonly costs: unknown
  /** When the last piece of work that was learned from had ended, by node, in milliseconds since the epoch. */
  readonly until: Record<string, number>
}

/** Lets the planner learn from each piece of work once, and keeps what it knows. */
export class Learning {
  readonly #store: Store
  readonly #planner: Pick<Planner, 'learn' | 'load' | 'save'>
  readonly #until: Map<string, number>
  /** Until when this process had it from the one before. */
  readonly #before: ReadonlyMap<string, number>
  #hasNews = false
  #keptAt = Number.NEGATIVE_INFINITY

  constructor(store: Store, planner: Pick<Planner, 'learn' | 'load' | 'save'>) {
    this.#store = store
    this.#planner = planner
    const kept = store.costs as KeptCosts | undefined
    if (kept !== undefined) planner.load(kept.costs)
    this.#before = new Map(Object.entries(kept?.until ?? {}))
    this.#until = new Map(this.#before)
  }

  learn(work: WorkReport, { name, facts }: WatchedNode): void {
    const end = work.received + work.fetch + work.wait + work.run
    if (facts === undefined || end <= (this.#before.get(name) ?? 0)) return
    this.#planner.learn(work, facts)
    this.#until.set(name, Math.max(end, this.#until.get(name) ?? 0))
    this.#hasNews = true
  }

  /** @param now milliseconds; infinity: at once */
  keep(now: number): void {
    if (!this.#hasNews || now - this.#keptAt < KEEP_EVERY_MS) return
    this.#store.costs = {
      costs: this.#planner.save(),
      until: Object.fromEntries(this.#until),
    } satisfies KeptCosts
    this.#hasNews = false
    this.#keptAt = now
  }
}
