import type { WorkReport } from '../control/index.ts'
import type { NetworkDescription } from '../deployment/index.ts'
import { type Clock, pause } from '../endpoint/index.ts'
import { Assigning } from './assigning.ts'
import type { Desired } from './desired.ts'
import { Learning } from './learning.ts'
import type { NodeClient, Planner } from './parts.ts'
import { Roles } from './roles.ts'
import { Scaling } from './scaling.ts'
import type { Situation } from './situation.ts'
import type { Store } from './store.ts'
import { wantedBy } from './wanted.ts'
import { WatchedNode } from './watched-node.ts'

/** How often nodes are asked how far they are, in milliseconds. */
export const RECONCILE_EVERY_MS = 500

/** The same while something is on its way. */
const RECONCILE_BUSY_MS = 100

/** How long one round waits for nodes that do not answer, in milliseconds; it goes on without them. */
const ROUND_PATIENCE_MS = 1000

export interface ReconcilerOptions {
  readonly store: Store
  readonly planner: Planner
  readonly network: NetworkDescription
  readonly connect: (node: NetworkDescription['nodes'][number]) => NodeClient
  readonly clock: Clock
  /** Whether a node may be taken over that another controller assigned to. */
  readonly force?: boolean | undefined
  /** @defaultValue NODE_LOST_AFTER_MS */
  readonly nodeLostAfter?: number | undefined
  /** Told of what was decided: one line, for a person. */
  readonly onNote?: ((text: string) => void) | undefined
}

/** Works towards what is desired: looks at the nodes, decides, tells the nodes, again and again. */
export class Reconciler {
  readonly nodes: ReadonlyMap<string, WatchedNode>
  /** Nodes that are about to be drained. */
  readonly draining = new Set<string>()
  readonly #options: ReconcilerOptions
  readonly #roles: Roles
  readonly #scaling: Scaling
  readonly #learning: Learning
  readonly #assigning: Assigning
  readonly #workListeners = new Set<(work: WorkReport, node: WatchedNode) => void>()
  readonly #roundListeners = new Set<() => void>()
  readonly #end = new AbortController()
  #wake = (): void => {}
  #isWoken = false
  #running: Promise<void> = Promise.resolve()

  constructor(options: ReconcilerOptions) {
    const { network, connect, clock, store, planner, nodeLostAfter: lostAfter } = options
    this.#options = options
    this.#roles = new Roles(planner)
    this.#scaling = new Scaling(planner)
    this.#learning = new Learning(store, planner)
    this.#assigning = new Assigning({ ...options, onTold: () => this.kick() })
    const onWork = (work: WorkReport, node: WatchedNode): void => {
      this.#learning.add(work, node)
      for (const listener of this.#workListeners) listener(work, node)
    }
    this.nodes = new Map(
      network.nodes.map((node) => [
        node.name,
        new WatchedNode(node, connect(node), { clock, lostAfter, onWork }),
      ]),
    )
  }

  /** Why instances that should not be where they are cannot go elsewhere. */
  get refused(): ReadonlyMap<string, string> {
    return this.#roles.refused
  }

  get signal(): AbortSignal {
    return this.#end.signal
  }

  start(): void {
    this.#running = this.#loop()
  }

  /** What runs on the nodes goes on. */
  async close(): Promise<void> {
    this.#end.abort(new Error('the controller is closed'))
    for (const { client } of this.nodes.values()) client.close()
    await this.#running
    this.#learning.close()
  }

  /** The next round comes at once. */
  kick(): void {
    this.#isWoken = true
    this.#wake()
  }

  /** @returns what ends it */
  onWork(listener: (work: WorkReport, node: WatchedNode) => void): () => void {
    this.#workListeners.add(listener)
    return () => this.#workListeners.delete(listener)
  }

  /**
   * Resolves when `find` gives something; it is asked after each round.
   * @param ms milliseconds, after which undefined is given
   * @throws what `find` throws; where the controller is closed
   */
  until<T>(find: () => T | undefined, ms: number): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const settle = (then: () => void): void => {
        this.#roundListeners.delete(look)
        this.signal.removeEventListener('abort', abort)
        cancel()
        then()
      }
      const look = (): void => {
        try {
          const found = find()
          if (found !== undefined) settle(() => resolve(found))
        } catch (error) {
          settle(() => reject(error as Error))
        }
      }
      const abort = (): void => settle(() => reject(this.signal.reason as Error))
      const cancel = this.#options.clock.after(ms, () => settle(() => resolve(undefined)))
      this.signal.addEventListener('abort', abort)
      this.#roundListeners.add(look)
      if (this.signal.aborted) abort()
      else this.kick()
    })
  }

  /** Whether each node that can be reached has what it is to have. */
  get isSettled(): boolean {
    return [...this.nodes.values()].every(
      (node) => !node.isReachable || this.#assigning.hasLatest(node, true),
    )
  }

  situation(): Situation {
    return { nodes: this.nodes, draining: this.draining, ...wantedBy(this.#options.store) }
  }

  /** One round: looks, decides, tells. */
  async round(): Promise<void> {
    const { store, clock, onNote } = this.#options
    const polls = [...this.nodes.values()].map((node) => node.poll())
    await this.#within(Promise.all(polls), ROUND_PATIENCE_MS)
    if (this.signal.aborted) return
    const { desired } = store
    const situation = this.situation()
    let next = this.#roles.next(desired, situation, clock.now(), this.isSettled)
    if (situation.rollout === undefined) next = this.#scaling.next(next, situation, clock.now())
    this.#learning.round(clock.now())
    if (next !== desired) {
      this.change(() => {
        store.desired = next
      })
      onNote?.(changesBetween(desired, next))
    } else this.#assigning.make()
    for (const listener of [...this.#roundListeners]) listener()
    for (const node of this.nodes.values()) this.#assigning.tell(node)
  }

  /** Changes what is kept, all or nothing, and what each node is to have with it. */
  change(change: () => void): void {
    this.#options.store.transaction(() => {
      change()
      this.#assigning.make()
    })
    this.kick()
  }

  async #loop(): Promise<void> {
    while (!this.signal.aborted) {
      try {
        await this.round()
      } catch (error) {
        if (this.signal.aborted) return
        // The next round may find it otherwise: a disk that was full, say.
        this.#options.onNote?.(`a round of the controller failed: ${(error as Error).stack}`)
      }
      if (!this.#isWoken) await this.#rest()
      this.#isWoken = false
    }
  }

  /** Until it is woken, or the next round is due. */
  async #rest(): Promise<void> {
    const isBusy =
      !this.isSettled || this.#options.store.desired.instances.some(({ role }) => role !== 'serving')
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    await this.#within(woken, isBusy ? RECONCILE_BUSY_MS : RECONCILE_EVERY_MS)
    this.#wake = () => {}
  }

  /** Waits for something, but not longer, and not when the controller ends. @param ms milliseconds */
  async #within(something: Promise<unknown>, ms: number): Promise<void> {
    const enough = new AbortController()
    const signal = AbortSignal.any([this.signal, enough.signal])
    const waiting = pause(this.#options.clock, ms, signal).catch(() => {})
    await Promise.race([something, waiting])
    enough.abort()
  }
}

/** What changed, for a person: `resize-2 on b: coming → serving`. */
function changesBetween(before: Desired, after: Desired): string {
  const old = new Map(before.instances.map((instance) => [instance.id, instance]))
  const now = new Map(after.instances.map((instance) => [instance.id, instance]))
  const ids = [...new Set([...old.keys(), ...now.keys()])]
  return ids
    .map((id) => ({
      id,
      node: (now.get(id) ?? old.get(id))?.node,
      from: old.get(id)?.role,
      to: now.get(id)?.role,
    }))
    .filter(({ from, to }) => from !== to)
    .map(({ id, node, from = 'new', to = 'gone' }) => `${id} on ${node}: ${from} → ${to}`)
    .join(', ')
}
