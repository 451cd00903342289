import { INSTANCE_PHASES } from '../control/index.ts'
import type { Clock } from '../endpoint/index.ts'
import type { Desired, DesiredInstance } from './desired.ts'
import { ControllerError } from './errors.ts'
import type { Reconciler } from './reconcile.ts'
import { INSTANCE_FAILED_AFTER_MS, withInstances } from './roles.ts'
import { isFailed, isReady, reportOf, type Situation } from './situation.ts'
import type { Revision, Standing, Store } from './store.ts'
import { instanceView } from './viewing.ts'
import type { DeployEvent, DeploymentPhases } from './views.ts'

/** How long the instances of a deployment may take until they are ready, in milliseconds; the longest work that they allow comes on top. */
export const DEPLOY_TIMEOUT_MS = 300_000

/** How long nodes may take to lead to them, in milliseconds. */
const ROUTE_TIMEOUT_MS = 30_000

/** How long is waited for what leaves, in milliseconds, until the rest of it is nobody's business any more. */
const LEAVE_TIMEOUT_MS = 60_000

export interface RolloutOptions {
  readonly store: Store
  readonly reconciler: Reconciler
  readonly clock: Clock
  readonly onEvent?: ((event: DeployEvent) => void) | undefined
}

/** Carries out what is stored of a deployment: waits for its instances, leads to them, and lets go of what was there before. */
export class Rollout {
  readonly #options: RolloutOptions
  readonly #name: string
  readonly #started: number
  /** What each instance was last told to be, as JSON without what changes all the time. */
  readonly #told = new Map<string, string>()
  #phases: DeploymentPhases

  constructor(name: string, phases: DeploymentPhases, options: RolloutOptions) {
    this.#name = name
    this.#options = options
    this.#phases = phases
    this.#started = options.clock.now() - (phases.plan?.ms ?? 0)
  }

  /** @throws ControllerError `failed` where it came to nothing, and what was there before is there again */
  async run(): Promise<void> {
    const { clock, reconciler, store } = this.#options
    try {
      await this.#ready()
    } catch (error) {
      if (!reconciler.signal.aborted) this.#goBack(error as Error)
      throw error
    }
    const switched = clock.now()
    reconciler.change(() => {
      store.desired = withInstances(store.desired, (instance) =>
        instance.role === 'coming' && this.#isOurs(instance) ? { ...instance, role: 'serving' } : instance,
      )
    })
    // Ready is what can be asked for everywhere.
    await reconciler.until(() => reconciler.isSettled || undefined, ROUTE_TIMEOUT_MS)
    reconciler.change(() => {
      const { before: _, ...standing } = this.#standing
      store.setStanding({ ...standing, state: 'ready' })
    })
    this.#phase('route', clock.now() - switched)
    await this.#gone()
    this.#phase('total', clock.now() - this.#started)
    store.setStanding({ ...this.#standing, phases: this.#phases })
  }

  /** Resolves when no instance of the deployment is on its way. @throws ControllerError `failed` */
  async #ready(): Promise<void> {
    const { reconciler, store, clock } = this.#options
    const failing = new Map<string, number>()
    const look = (): true | undefined => {
      const situation = reconciler.situation()
      const coming = this.#coming()
      this.#tell(situation)
      for (const instance of coming) {
        if (!isFailed(situation, instance)) failing.delete(instance.id)
        else if (!failing.has(instance.id)) failing.set(instance.id, clock.now())
        if (clock.now() - (failing.get(instance.id) ?? clock.now()) >= INSTANCE_FAILED_AFTER_MS)
          throw new ControllerError('failed', this.#why(situation, [instance]))
      }
      return coming.every((instance) => isReady(situation, instance)) || undefined
    }
    const { facts = [] } = store.revision(this.#name, this.#standing.revision) ?? {}
    const longest = Math.max(0, ...facts.map(({ manifest }) => manifest.limits.timeout))
    const timeout = DEPLOY_TIMEOUT_MS + longest
    if ((await reconciler.until(look, timeout)) === undefined) {
      const situation = reconciler.situation()
      const late = this.#coming().filter((instance) => !isReady(situation, instance))
      throw new ControllerError('failed', `${this.#why(situation, late)} (after ${timeout / 1000} s)`)
    }
    this.#instancePhases(reconciler.situation())
  }

  #why(situation: Situation, instances: readonly DesiredInstance[]): string {
    const reasons = instances.map((instance) => {
      const node = situation.nodes.get(instance.node)
      const { state = 'not there', cause } = reportOf(situation, instance) ?? {}
      const said = [cause, node?.cause, node?.refusal, ...(node?.report?.problems ?? [])]
      const why = said.find((reason) => reason !== undefined)
      return `${instance.id} on ${instance.node} is ${state}${why === undefined ? '' : `: ${why}`}`
    })
    const isFirst = this.#standing.before?.revision === undefined
    const left = isFirst ? 'nothing of it is left' : 'what was there before is there again'
    return `deployment ${this.#name} could not be started, and ${left}. ${reasons.join('; ')}`
  }

  #goBack(error: Error): void {
    const { reconciler, store } = this.#options
    reconciler.change(() => {
      const { before, ...standing } = this.#standing
      if (before === undefined) return
      store.desired = backTo(store.desired, before.desired, this.#name)
      store.dropRevision(this.#name, standing.revision)
      if (before.revision === undefined) {
        // Nothing is left of a first deployment but the reason; `remove` takes that away.
        store.setStanding({ ...standing, state: 'failed', cause: error.message })
      } else
        store.setStanding({ ...standing, revision: before.revision, state: 'ready', cause: error.message })
    })
  }

  /** Resolves when what leaves is gone, at the nodes too, so that nobody is answered by it any more; or after {@link LEAVE_TIMEOUT_MS}. */
  async #gone(): Promise<void> {
    const { reconciler, store } = this.#options
    const { functions } = this.#revision
    const names = new Set(functions.map(({ name }) => name))
    const isLeaving = ({ role, deployments, function: name }: DesiredInstance): boolean =>
      role === 'leaving' && (names.has(name) || deployments.includes(this.#name))
    const isGone = (): boolean => !store.desired.instances.some(isLeaving) && reconciler.isSettled
    await reconciler.until(() => isGone() || undefined, LEAVE_TIMEOUT_MS)
  }

  #instancePhases(situation: Situation): void {
    const reports = this.#coming().map((instance) => reportOf(situation, instance)?.phases)
    for (const phase of INSTANCE_PHASES) {
      const times = reports.map((phases) => phases?.[phase]).filter((time) => time !== undefined)
      if (times.length === 0) continue
      const bytes = times.some((time) => time.bytes !== undefined)
        ? times.reduce((sum, time) => sum + (time.bytes ?? 0), 0)
        : undefined
      this.#phase(phase, Math.max(...times.map(({ ms }) => ms)), bytes)
    }
  }

  #phase(phase: keyof DeploymentPhases, ms: number, bytes?: number): void {
    this.#phases = { ...this.#phases, [phase]: { ms, ...(bytes !== undefined && { bytes }) } }
    this.#options.onEvent?.({ type: 'phase', phase, ms, ...(bytes !== undefined && { bytes }) })
  }

  /** Tells of instances that are in another state, or further, than when it was last told of. */
  #tell(situation: Situation): void {
    for (const instance of this.#coming()) {
      const view = instanceView(situation, instance)
      const told = JSON.stringify([view.state, view.cause, view.progress])
      if (this.#told.get(instance.id) === told) continue
      this.#told.set(instance.id, told)
      this.#options.onEvent?.({ type: 'instance', instance: view })
    }
  }

  #coming(): DesiredInstance[] {
    return this.#options.store.desired.instances.filter(
      (instance) => instance.role === 'coming' && this.#isOurs(instance),
    )
  }

  #isOurs({ deployments }: DesiredInstance): boolean {
    return deployments.includes(this.#name)
  }

  get #standing(): Standing {
    return this.#options.store.standing(this.#name) as Standing
  }

  get #revision(): Revision {
    return this.#options.store.revision(this.#name, this.#standing.revision) as Revision
  }
}

/** What was there before a deployment that came to nothing, as far as it was not moved meanwhile. */
function backTo(now: Desired, before: Desired, deployment: string): Desired {
  const old = new Map(before.instances.map((instance) => [instance.id, instance]))
  const instances = now.instances.map((instance): DesiredInstance => {
    const was = old.get(instance.id)
    // What came for it only has served nobody.
    if (was === undefined)
      return instance.deployments.every((name) => name === deployment)
        ? { ...instance, role: 'leaving' }
        : instance
    const { role, deployments } = was
    return { ...instance, deployments, role: instance.role === 'coming' ? 'coming' : role }
  })
  const ids = new Set(instances.map(({ id }) => id))
  const pieces = before.pieces.filter(({ instance }) => ids.has(instance))
  return { instances, pieces, tasks: before.tasks, contents: before.contents }
}
