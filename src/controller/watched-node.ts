import {
  type Assignment,
  type AssignmentReport,
  type InstanceReport,
  NO_CURSOR,
  type WorkReport,
} from '../control/index.ts'
import type { DescribedNode } from '../deployment/index.ts'
import type { Clock } from '../endpoint/index.ts'
import type { NodeFacts } from '../facts/index.ts'
import type { NodeClient } from './parts.ts'

/** A node that says nothing for so long is lost, in milliseconds: others take over what is to run there. */
export const NODE_LOST_AFTER_MS = 3000

/** How often a node is asked what it is, in milliseconds. */
const FACTS_EVERY_MS = 5000

export interface WatchedNodeOptions {
  readonly clock: Clock
  /** @defaultValue {@link NODE_LOST_AFTER_MS} */
  readonly lostAfter?: number | undefined
  /** Is given each piece of work once. */
  readonly onWork: (work: WorkReport, node: WatchedNode) => void
}

/** A node, with what it said last. */
export class WatchedNode {
  readonly description: DescribedNode
  readonly client: NodeClient
  facts: NodeFacts | undefined
  report: AssignmentReport | undefined
  /** Why it cannot be reached; undefined where it can. */
  cause: string | undefined = 'it has not answered yet'
  /** Why it did not take the assignment that it was sent. */
  refusal: string | undefined
  readonly #options: WatchedNodeOptions
  #answeredAt: number
  #factsAt = Number.NEGATIVE_INFINITY
  #polling: Promise<void> | undefined
  #asking: Promise<void> | undefined
  #sending: Promise<void> | undefined
  /** Assignments that it took. */
  #sent = 0
  #cursor = NO_CURSOR

  constructor(description: DescribedNode, client: NodeClient, options: WatchedNodeOptions) {
    this.description = description
    this.client = client
    this.#options = options
    this.#answeredAt = options.clock.now()
  }

  get name(): string {
    return this.description.name
  }

  get isReachable(): boolean {
    return this.cause === undefined
  }

  get isLost(): boolean {
    const { clock, lostAfter = NODE_LOST_AFTER_MS } = this.#options
    return !this.isReachable && clock.now() - this.#answeredAt >= lostAfter
  }

  instance(id: string): InstanceReport | undefined {
    return this.isReachable ? this.report?.instances.find((instance) => instance.id === id) : undefined
  }

  /** Asks how far it is. Resolves when that is known, also that it cannot be reached. */
  poll(): Promise<void> {
    const { clock } = this.#options
    if (clock.now() - this.#factsAt >= FACTS_EVERY_MS) void this.refresh()
    this.#polling ??= this.#poll().finally(() => {
      this.#polling = undefined
    })
    return this.#polling
  }

  /** Asks what it is. */
  refresh(): Promise<void> {
    this.#factsAt = this.#options.clock.now()
    this.#asking ??= this.client
      .facts()
      .then(
        (facts) => {
          this.facts = facts
        },
        // It is asked again, and `poll` tells the cause.
        () => {
          this.#factsAt = Number.NEGATIVE_INFINITY
        },
      )
      .finally(() => {
        this.#asking = undefined
      })
    return this.#asking
  }

  /** What it is after a command: an answer that is under way may be of before. */
  async renew(): Promise<void> {
    await this.#asking
    await this.refresh()
  }

  /** Sends it one assignment at a time. Rejects never: what went wrong is in `refusal`. */
  send(assignment: Assignment, force: boolean): Promise<void> {
    this.#sending ??= this.client
      .assign(assignment, force)
      .then(
        () => {
          const { controller, revision } = assignment
          const { problems = [], instances = [] } = this.report ?? {}
          this.refusal = undefined
          // What was asked before does not tell of it.
          this.#sent++
          this.report = { controller, revision, isApplied: false, problems, instances }
        },
        (error: unknown) => {
          this.refusal = (error as Error).message
        },
      )
      .finally(() => {
        this.#sending = undefined
      })
    return this.#sending
  }

  async #poll(): Promise<void> {
    const sent = this.#sent
    try {
      const [report, { cursor, works }] = await Promise.all([
        this.client.assigned(),
        this.client.works(this.#cursor),
      ])
      if (sent === this.#sent) this.report = report
      this.cause = undefined
      this.#answeredAt = this.#options.clock.now()
      this.#cursor = cursor
      for (const work of works) this.#options.onWork(work, this)
    } catch (error) {
      this.cause = (error as Error).message
    }
  }
}
