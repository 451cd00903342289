import type { Deployment, NetworkDescription } from '../deployment/index.ts'
import type { Clock } from '../endpoint/index.ts'
import type { FunctionFacts } from '../repository/index.ts'
import { CHANGE_TIMEOUT_MS } from './drain.ts'
import { ControllerError } from './errors.ts'
import { revisionOf, standingOf } from './lookup.ts'
import type { Catalog, Planner } from './parts.ts'
import type { Plan } from './plan.ts'
import type { Reconciler } from './reconcile.ts'
import { Rollout } from './rollout.ts'
import { factsOf } from './situation.ts'
import type { Revision, Standing, Store } from './store.ts'
import { deploymentView } from './viewing.ts'
import type { DeployEvent, DeploymentSource, DeploymentView, DeployOptions } from './views.ts'

export interface DeploymentsOptions {
  readonly store: Store
  readonly network: NetworkDescription
  readonly catalog: Catalog
  readonly planner: Planner
  readonly reconciler: Reconciler
  readonly clock: Clock
}

/** Changes what is deployed; one change at a time. */
export class Deployments {
  readonly #options: DeploymentsOptions

  constructor(options: DeploymentsOptions) {
    this.#options = options
  }

  /** Goes on with what a controller was about to do when it ended. @throws as `deploy` and `remove` */
  async goOn(name: string): Promise<void> {
    const standing = this.#options.store.standing(name)
    if (standing?.state === 'deploying') await this.#carryOut(standing)
    if (standing?.state === 'removing') await this.#finishRemoval(name)
  }

  async deploy(
    source: DeploymentSource,
    options: DeployOptions,
    onEvent?: (event: DeployEvent) => void,
    versions?: ReadonlyMap<string, string>,
  ): Promise<DeploymentView> {
    const begun = this.#options.clock.now()
    const { deployment, facts, plan } = await this.plan(source, options, versions)
    const { name } = deployment
    const store = this.#options.store
    const present = store.standing(name)
    const revision = 1 + Math.max(0, present?.revision ?? 0, ...store.revisions(name))
    const phases = { plan: { ms: this.#options.clock.now() - begun } }
    const standing: Standing = {
      ...{ name, revision, state: 'deploying', deployedAt: Date.now(), phases },
      before: {
        revision: present?.state === 'failed' ? undefined : present?.revision,
        desired: store.desired,
      },
    }
    this.#options.reconciler.change(() => {
      store.addRevision(keptRevision(revision, source, options, deployment, facts, plan))
      store.setStanding(standing)
      store.desired = this.#options.planner.desiredAfter(store.desired, deployment, plan, revision)
    })
    onEvent?.({ type: 'planned', plan, revision })
    onEvent?.({ type: 'phase', phase: 'plan', ms: phases.plan.ms })
    return await this.#carryOut(standing, onEvent)
  }

  async rollback(
    name: string,
    revision?: number,
    onEvent?: (event: DeployEvent) => void,
  ): Promise<DeploymentView> {
    const { store } = this.#options
    const present = standingOf(store, name).revision
    const earlier = revision ?? store.revisions(name).find((one) => one < present)
    if (earlier === undefined)
      throw new ControllerError('conflict', `deployment ${name} has no earlier revision to go back to`)
    const { source, scheduler, timeLimit, facts } = revisionOf(store, name, earlier)
    const versions = new Map(facts.map((one) => [one.name, one.version]))
    return await this.deploy(source, { scheduler, timeLimit }, onEvent, versions)
  }

  async remove(name: string): Promise<void> {
    const { store, planner, reconciler } = this.#options
    const standing = standingOf(store, name)
    reconciler.change(() => {
      store.desired = planner.without(store.desired, name)
      store.setStanding({ ...standing, state: 'removing' })
    })
    await this.#finishRemoval(name)
  }

  async #carryOut(
    { name, phases }: Standing,
    onEvent?: (event: DeployEvent) => void,
  ): Promise<DeploymentView> {
    const store = this.#options.store
    const reconciler = this.#options.reconciler
    await new Rollout(name, phases, { store, reconciler, clock: this.#options.clock, onEvent }).run()
    const deployment = deploymentView(store, reconciler.situation(), standingOf(store, name))
    onEvent?.({ type: 'done', deployment })
    return deployment
  }

  /** @param signal ends a search; it ends with the controller in any case */
  async plan(
    source: DeploymentSource,
    options: DeployOptions,
    versions?: ReadonlyMap<string, string>,
    signal?: AbortSignal,
  ) {
    const { catalog, planner, network, reconciler } = this.#options
    const ends = AbortSignal.any([reconciler.signal, ...(signal ? [signal] : [])])
    const [{ deployment, facts }] = await Promise.all([catalog.read(source, versions), this.#lookAround()])
    const nodes = factsOf(reconciler.situation())
    const { desired } = this.#options.store
    const plan = await planner.plan({ ...options, deployment, facts, desired, nodes, network, signal: ends })
    return { deployment, facts, plan }
  }

  /** Plans are made with what nodes say now. */
  async #lookAround(): Promise<void> {
    await Promise.all(
      [...this.#options.reconciler.nodes.values()].flatMap((node) => [node.poll(), node.refresh()]),
    )
  }

  async #finishRemoval(name: string): Promise<void> {
    const { store, reconciler } = this.#options
    const { revision } = standingOf(store, name)
    const names = new Set(store.revision(name, revision)?.functions.map((one) => one.name))
    // What leaves is no deployment's any more.
    const isThere = () =>
      store.desired.instances.some(
        ({ role, deployments, function: one }) =>
          role === 'leaving' && deployments.length === 0 && names.has(one),
      )
    // At the nodes, too.
    const isGone = await reconciler.until(
      () => (!isThere() && reconciler.isSettled) || undefined,
      CHANGE_TIMEOUT_MS,
    )
    if (isGone === undefined)
      throw new ControllerError(
        'failed',
        `instances of ${name} have work in hand still; they end when that is done`,
      )
    store.removeDeployment(name)
  }
}

function keptRevision(
  revision: number,
  source: DeploymentSource,
  { timeLimit }: DeployOptions,
  { name, functions, chains, workflows }: Deployment,
  facts: readonly FunctionFacts[],
  plan: Plan,
): Revision {
  return {
    deployment: name,
    revision,
    source,
    scheduler: plan.scheduler,
    ...(timeLimit !== undefined && { timeLimit }),
    functions,
    facts,
    chains: chains.map(({ text }) => text),
    workflows: workflows.map(({ name, content, result }) => ({ name, content: content.toString(), result })),
    plan,
  }
}
