import type { NetworkDescription } from '../deployment/index.ts'
import type { Desired } from './desired.ts'
import type { Planner } from './parts.ts'
import type { KeptAssignment, Store } from './store.ts'
import type { WatchedNode } from './watched-node.ts'

export interface AssigningOptions {
  readonly store: Store
  readonly planner: Pick<Planner, 'assignmentsOf'>
  readonly network: NetworkDescription
  /** Whether a node may be taken over that another controller assigned to. */
  readonly force?: boolean | undefined
  /** A node has taken its assignment. */
  readonly onTold: () => void
}

/** Makes the nodes' assignments of what is desired, and sends each node its own. */
export class Assigning {
  readonly #options: AssigningOptions
  /** What the assignments were made of. */
  #assigned: Desired | undefined

  constructor(options: AssigningOptions) {
    this.#options = options
  }

  /** Those that change get their next revision. */
  make(): void {
    const { store, planner, network } = this.#options
    if (store.desired === this.#assigned) return
    const contents = planner.assignmentsOf(store.desired, network)
    for (const [node, content] of contents) {
      const kept = store.assignment(node)
      if (kept !== undefined && JSON.stringify(kept.content) === JSON.stringify(content)) continue
      store.setAssignment(node, { revision: (kept?.revision ?? 0) + 1, content })
    }
    this.#assigned = store.desired
  }

  /** Sends a node what it is to have, if it has not. */
  tell(node: WatchedNode): void {
    const { store, force = false, onTold } = this.#options
    if (!node.isReachable || this.hasLatest(node, false)) return
    const { controller, revision: had = -1 } = node.report ?? {}
    const isOurs = controller === undefined || controller === store.controller
    if (!isOurs && !force) {
      node.refusal = `${controller} assigns to it: end that controller, and let this one take the node over (force)`
      return
    }
    const assignment = this.#newerThan(isOurs ? had : -1, node.name)
    if (assignment === undefined) return
    const { revision, content } = assignment
    void node.send({ controller: store.controller, revision, ...content }, force).then(() => {
      if (node.refusal === undefined) onTold()
    })
  }

  /** What a node is to have, with a revision that it does not have yet: it may know later ones than this controller remembers. */
  #newerThan(revision: number, node: string): KeptAssignment | undefined {
    const { store } = this.#options
    const kept = store.assignment(node)
    if (kept === undefined || kept.revision > revision) return kept
    const renewed = { ...kept, revision: revision + 1 }
    store.setAssignment(node, renewed)
    return renewed
  }

  /** @param isApplied whether it must also have carried it out */
  hasLatest({ name, report }: WatchedNode, isApplied: boolean): boolean {
    const { store } = this.#options
    const revision = store.assignedRevision(name)
    if (revision === undefined) return true
    const isThere = report?.controller === store.controller && report.revision === revision
    return isThere && (report.isApplied || !isApplied)
  }
}
