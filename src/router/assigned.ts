import { isDeepStrictEqual } from 'node:util'
import type { Assignment, AssignmentReport } from '../control/index.ts'
import type { Availability } from '../facts/index.ts'
import { CommandError, ControlStatus } from '../management/index.ts'
import { AssignedInstance, type AssignedInstanceOptions } from './assigned-instance.ts'
import type { AssignedTraffic } from './assigned-traffic.ts'
import type { AssignmentStore } from './assignment-store.ts'
import { Limiter } from './limiter.ts'

/** Instances that are brought up at the same time. */
const START_CONCURRENCY = 2

export interface AssignedOptions
  extends Pick<AssignedInstanceOptions, 'host' | 'images' | 'supervision' | 'cpuShare' | 'log'> {
  readonly store: AssignmentStore
  readonly traffic: AssignedTraffic
  readonly availability: () => Availability
}

/**
 * What a controller has assigned to the node, and all that follows from it. It is declarative: a newer assignment takes the place of the
 * one before as a whole, and each instance goes over to what it wants by itself.
 */
export class Assigned {
  readonly #options: AssignedOptions
  readonly #instances = new Map<string, AssignedInstance>()
  readonly #limiter = new Limiter(START_CONCURRENCY)
  #accepting: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(options: AssignedOptions) {
    this.#options = options
  }

  /** Goes on with what is kept. */
  begin(): void {
    const { availability, traffic } = this.#options
    if (availability() === 'drain') traffic.withdraw()
    this.#apply()
  }

  /**
   * Takes an assignment; resolves when it is kept and has begun to hold.
   * @param force though another controller, or a later revision, assigned last
   * @throws CommandError where it is not to take the place of the one that there is; then nothing has changed
   */
  accept(assignment: Assignment, force: boolean): Promise<void> {
    const accepting = this.#accepting.then(() => this.#accept(assignment, force))
    this.#accepting = accepting.catch(() => {})
    return accepting
  }

  async #accept(assignment: Assignment, force: boolean): Promise<void> {
    const { store, availability, log } = this.#options
    const { value } = store
    if (isDeepStrictEqual(value?.assignment, assignment)) return
    if (value !== undefined && !force) checkSuccession(value.assignment, assignment)
    const ids = assignment.instances.map(({ id }) => id)
    const taken = availability() === 'active' ? ids : ids.filter((id) => value?.taken.includes(id))
    await store.write({ assignment, taken })
    log('info', `revision ${assignment.revision} of the controller ${assignment.controller} is assigned`)
    this.#apply()
  }

  #apply(): void {
    const { store, traffic } = this.#options
    const { value } = store
    if (value === undefined || this.#isClosed) return
    const wanted = new Map(value.assignment.instances.map((one) => [one.id, one]))
    for (const [id, one] of wanted) {
      const there = this.#instances.get(id)
      if (there === undefined) this.#instances.set(id, this.#make(one))
      else if (!isDeepStrictEqual(there.wanted, one)) there.set(one)
    }
    for (const [id, one] of this.#instances) if (!wanted.has(id) && !one.isLeaving) one.set(undefined)
    traffic.set(value.assignment)
  }

  #make(wanted: Assignment['instances'][number]): AssignedInstance {
    const { host, images, supervision, cpuShare, traffic, log } = this.#options
    return new AssignedInstance(wanted, {
      host,
      images,
      supervision,
      cpuShare,
      log,
      limiter: this.#limiter,
      registry: () => this.#options.store.value?.assignment.registry ?? '',
      reasonAgainst: (id) => this.#reasonAgainst(id),
      onChange: (id) => traffic.refresh(id),
      onGone: (id) => {
        this.#instances.delete(id)
        // It may be wanted again by now.
        if (this.#isWanted(id)) this.#apply()
      },
    })
  }

  #isWanted(id: string): boolean {
    return this.#options.store.value?.assignment.instances.some((one) => one.id === id) === true
  }

  #reasonAgainst(id: string): string | undefined {
    const { availability, store, traffic } = this.#options
    // One that was drained stays so where it is only paused then.
    if (availability() === 'drain' || traffic.isWithdrawn) return 'the node is drained'
    const isTaken = store.value?.taken.includes(id) === true
    return availability() === 'pause' && !isTaken ? 'the node is paused and takes no new instance' : undefined
  }

  /** The node takes new instances again: from now on it has taken all. */
  takeAll(): Promise<void> {
    const { store } = this.#options
    const taking = this.#accepting.then(async () => {
      if (store.value === undefined) return
      const { assignment } = store.value
      await store.write({ assignment, taken: assignment.instances.map(({ id }) => id) })
    })
    this.#accepting = taking.catch(() => {})
    return taking
  }

  /** Those that the node's availability has withdrawn, or kept from starting, go on. */
  offer(): void {
    this.#options.traffic.offer()
    for (const one of this.#instances.values()) one.look()
  }

  get(id: string): AssignedInstance | undefined {
    return this.#instances.get(id)
  }

  report(): Omit<AssignmentReport, 'instances'> & {
    readonly instances: readonly ReturnType<AssignedInstance['report']>[]
  } {
    const { store, traffic } = this.#options
    const { controller, revision } = store.value?.assignment ?? {}
    const instances = [...this.#instances.values()].map((one) => one.report())
    const failed = instances.flatMap(({ id, state, cause }) =>
      state === 'failed' ? [`${id}: ${cause}`] : [],
    )
    const isApplied = traffic.isApplied && [...this.#instances.values()].every(({ isLeaving }) => !isLeaving)
    return { controller, revision, isApplied, problems: [...traffic.problems, ...failed], instances }
  }

  /** Begins nothing any more. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#options.traffic.close()
    await Promise.all([...this.#instances.values()].map((one) => one.close()))
  }
}

/** @throws CommandError */
function checkSuccession(before: Assignment, after: Assignment): void {
  const what = `revision ${after.revision} of the controller ${after.controller}`
  if (before.controller !== after.controller)
    throw conflict(
      `the controller ${before.controller} has assigned this node: ${what} must be forced upon it`,
    )
  if (after.revision < before.revision)
    throw conflict(`${what} is older than revision ${before.revision}, which is assigned`)
  if (after.revision === before.revision)
    throw conflict(`${what} is assigned already, and says something else: raise the revision`)
}

function conflict(reason: string): CommandError {
  return new CommandError(ControlStatus.Conflict, reason)
}
