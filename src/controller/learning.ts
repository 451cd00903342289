import type { WorkReport } from '../control/index.ts'
import type { NodeFacts } from '../facts/index.ts'
import type { Planner } from './parts.ts'
import type { Store } from './store.ts'
import { type Run, timeAlone } from './time-alone.ts'
import type { WatchedNode } from './watched-node.ts'

/** How often what was learned is kept, in milliseconds. */
const KEEP_EVERY_MS = 5000

/** Pieces of work of a node that are remembered to see which ran beside others: the newest. */
export const MAX_RUNS_KNOWN = 1024

interface KeptCosts {
  readonly costs: unknown
  /** When the last piece of work that was learned from had ended, by node, in milliseconds since the epoch. */
  readonly until: Record<string, number>
}

/** A piece of work, and what it is learned with. */
interface Seen {
  readonly work: WorkReport
  readonly run: Run
  readonly node: WatchedNode
}

/**
 * Lets the planner learn from each piece of work once, and keeps what it knows. What took long because others ran on the same vCPU counts as
 * what it would have taken alone: a plan has one task at a time there. So a piece of work is learned a round after it was told of, when those that
 * ran beside it are most likely known.
 */
export class Learning {
  readonly #store: Store
  readonly #planner: Pick<Planner, 'learn' | 'load' | 'save'>
  readonly #until: Map<string, number>
  /** Until when this process had it from the one before. */
  readonly #before: ReadonlyMap<string, number>
  /** Told of since the last round, and before it. */
  #fresh: Seen[] = []
  #waiting: Seen[] = []
  /** Of each node, the newest last. */
  readonly #runs = new Map<string, Run[]>()
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

  /** Is told of a piece of work that has ended. */
  add(work: WorkReport, node: WatchedNode): void {
    const run = runOf(work, node)
    const runs = this.#runs.get(node.name) ?? []
    runs.push(run)
    this.#runs.set(node.name, runs.slice(-MAX_RUNS_KNOWN))
    if (run.end > (this.#before.get(node.name) ?? 0)) this.#fresh.push({ work, run, node })
  }

  /** Learns what has waited for a round, and now and then keeps it. @param now milliseconds */
  round(now: number): void {
    this.#learnWaiting()
    if (!this.#hasNews || now - this.#keptAt < KEEP_EVERY_MS) return
    this.#keep()
    this.#keptAt = now
  }

  /** Learns and keeps all. */
  close(): void {
    this.#learnWaiting()
    this.#learnWaiting()
    if (this.#hasNews) this.#keep()
  }

  #learnWaiting(): void {
    for (const { work, run, node } of this.#waiting) {
      const { name, facts } = node
      if (facts === undefined) continue
      const others = (this.#runs.get(name) ?? []).filter((one) => one !== run)
      this.#planner.learn({ ...work, run: timeAlone(run, others, slowdownAt(facts)) }, facts)
      this.#until.set(name, Math.max(run.end, this.#until.get(name) ?? 0))
      this.#hasNews = true
    }
    this.#waiting = this.#fresh
    this.#fresh = []
  }

  #keep(): void {
    this.#store.costs = {
      costs: this.#planner.save(),
      until: Object.fromEntries(this.#until),
    } satisfies KeptCosts
    this.#hasNews = false
  }
}

/** Instances that each have a share of their own slow each other down only when these are more than there is. */
function slowdownAt({ cpu: { share, shareOf } }: NodeFacts): (count: number) => number {
  return shareOf === 'instance' ? (count) => Math.max(1, count * share) : (count) => count
}

function runOf({ instance, received, fetch, wait, run }: WorkReport, { report }: WatchedNode): Run {
  const start = received + fetch + wait
  const cpus = report?.instances.find(({ id }) => id === instance)?.cpus ?? []
  return { start, end: start + run, vcpu: cpus.length === 1 ? cpus[0] : undefined }
}
