import type { LogReport } from '../control/index.ts'
import type { DescribedNode, NetworkDescription } from '../deployment/index.ts'
import { type Clock, systemClock } from '../endpoint/index.ts'
import type { Availability, LabelChanges } from '../facts/index.ts'
import { Name } from '../packet/index.ts'
import type { FunctionFacts } from '../repository/index.ts'
import type { ControllerActions } from './actions.ts'
import { Deployments } from './deployments.ts'
import type { DesiredInstance } from './desired.ts'
import { CHANGE_TIMEOUT_MS, drainNode } from './drain.ts'
import { ControllerError } from './errors.ts'
import { instanceOf, nodeOf, revisionOf, standingOf } from './lookup.ts'
import type { Catalog, NodeClient, Planner } from './parts.ts'
import type { Plan } from './plan.ts'
import { reached } from './reached.ts'
import { Reconciler } from './reconcile.ts'
import { withInstances } from './roles.ts'
import { runWorkflow } from './run.ts'
import type { Store } from './store.ts'
import { Turns } from './turns.ts'
import { deploymentView, instanceView, nodeView } from './viewing.ts'
import type {
  DeployEvent,
  DeploymentSource,
  DeploymentView,
  DeployOptions,
  InstanceView,
  NodeRouteView,
  NodeView,
  RunEvent,
  RunView,
} from './views.ts'
import type { WatchedNode } from './watched-node.ts'

/** Workflows that may run at a time. */
export const MAX_RUNS = 16

/** Plans that may be made at a time to be looked at: each slows down the others, and a deployment beside them. */
export const MAX_PLANS = 4

export interface ControllerOptions {
  readonly store: Store
  readonly network: NetworkDescription
  readonly catalog: Catalog
  readonly planner: Planner
  readonly connect: (node: DescribedNode) => NodeClient
  /** @defaultValue {@link systemClock} */
  readonly clock?: Clock | undefined
  /** Takes over nodes that another controller assigned to. */
  readonly force?: boolean | undefined
  /** @defaultValue NODE_LOST_AFTER_MS */
  readonly nodeLostAfter?: number | undefined
  /** Told of what is decided: one line, for a person. */
  readonly onNote?: ((text: string) => void) | undefined
}

/** Makes what is deployed real on the nodes of a network, and keeps it so. */
export class Controller implements ControllerActions {
  readonly #options: ControllerOptions
  readonly #store: Store
  readonly #clock: Clock
  readonly #reconciler: Reconciler
  readonly #deployments: Deployments
  readonly #turns = new Turns()
  #runs = 0
  #plans = 0

  /** Goes on with what is kept in the store, which it closes in the end. */
  constructor(options: ControllerOptions) {
    const { store, clock = systemClock, onNote } = options
    this.#options = options
    this.#store = store
    this.#clock = clock
    this.#reconciler = new Reconciler({ ...options, clock })
    this.#deployments = new Deployments({ ...options, clock, reconciler: this.#reconciler })
    for (const { name } of store.standings()) {
      void this.#turns
        .take(() => this.#deployments.goOn(name))
        .catch((error: unknown) => {
          if (!this.#reconciler.signal.aborted) onNote?.((error as Error).message)
        })
    }
    this.#reconciler.start()
  }

  /** What runs on the nodes goes on. */
  async close(): Promise<void> {
    await this.#reconciler.close()
    await this.#turns.idle()
    this.#store.close()
  }

  async nodes(): Promise<NodeView[]> {
    return [...this.#reconciler.nodes.values()].map((node) => nodeView(this.#store, node))
  }

  async setAvailability(name: string, availability: Availability): Promise<NodeView> {
    const node = this.#node(name)
    if (availability === 'drain') return await drainNode(node, this.#reconciler, this.#store)
    return await this.#command(node, () => node.client.command('availability', { availability }))
  }

  async changeLabels(name: string, { set, removed }: LabelChanges): Promise<NodeView> {
    const node = this.#node(name)
    return await this.#command(node, () => node.client.command('label', { set, removed: [...removed] }))
  }

  async calibrate(name: string): Promise<NodeView> {
    const node = this.#node(name)
    return await this.#command(node, () => node.client.command('calibrate', {}))
  }

  functions(): Promise<FunctionFacts[]> {
    return this.#options.catalog.functions()
  }

  async plan(source: DeploymentSource, options: DeployOptions = {}, signal?: AbortSignal): Promise<Plan> {
    if (this.#plans >= MAX_PLANS)
      throw new ControllerError('too-many', `${MAX_PLANS} plans are made already: try again when one is done`)
    this.#plans++
    try {
      return (await this.#deployments.plan(source, options, undefined, signal)).plan
    } finally {
      this.#plans--
    }
  }

  deploy(
    source: DeploymentSource,
    options: DeployOptions = {},
    onEvent?: (event: DeployEvent) => void,
  ): Promise<DeploymentView> {
    return this.#turns.take(() => this.#deployments.deploy(source, options, onEvent))
  }

  async deployments(): Promise<DeploymentView[]> {
    const situation = this.#reconciler.situation()
    return this.#store.standings().map((standing) => deploymentView(this.#store, situation, standing))
  }

  async deployment(name: string): Promise<DeploymentView> {
    return deploymentView(this.#store, this.#reconciler.situation(), standingOf(this.#store, name))
  }

  async source(name: string, revision = standingOf(this.#store, name).revision): Promise<DeploymentSource> {
    return revisionOf(this.#store, name, revision).source
  }

  rollback(name: string, revision?: number, onEvent?: (event: DeployEvent) => void): Promise<DeploymentView> {
    return this.#turns.take(() => this.#deployments.rollback(name, revision, onEvent))
  }

  remove(name: string): Promise<void> {
    return this.#turns.take(() => this.#deployments.remove(name))
  }

  async instances(): Promise<InstanceView[]> {
    const situation = this.#reconciler.situation()
    return this.#store.desired.instances.map((instance) => instanceView(situation, instance))
  }

  async instance(id: string): Promise<InstanceView> {
    return instanceView(this.#reconciler.situation(), instanceOf(this.#store, id))
  }

  async logs(id: string): Promise<LogReport> {
    const { client } = this.#node(instanceOf(this.#store, id).node)
    return await reached(client.logs(id))
  }

  async hold(id: string, hold: 'pause' | 'stop' | undefined): Promise<InstanceView> {
    this.#change(id, ({ hold: _, ...instance }) => ({ ...instance, ...(hold !== undefined && { hold }) }))
    const states = hold === undefined ? ['ready', 'idle'] : [hold === 'pause' ? 'paused' : 'stopped']
    return await this.#until(id, ({ state }) => states.includes(state))
  }

  async restart(id: string, kill = false): Promise<InstanceView> {
    const { node, generation } = instanceOf(this.#store, id)
    if (kill) {
      const { client } = this.#node(node)
      const { process, since } = await this.instance(id)
      await reached(client.command('restart', { instance: id, kill }))
      return await this.#until(
        id,
        (view) => view.state === 'ready' && (view.process !== process || view.since !== since),
      )
    }
    this.#change(id, (instance) => ({ ...instance, generation: generation + 1 }))
    return await this.#until(id, (view) => view.generation > generation && view.state === 'ready')
  }

  async routes(): Promise<NodeRouteView[]> {
    const nodes = [...this.#reconciler.nodes.values()].filter(({ isReachable }) => isReachable)
    const all = await Promise.all(
      nodes.map(async ({ name, client }) =>
        (await reached(client.routes())).map((route) => ({ ...route, node: name })),
      ),
    )
    return all.flat()
  }

  async run(
    workflow: string,
    content: string,
    onEvent?: (event: RunEvent) => void,
    signal?: AbortSignal,
  ): Promise<{ readonly view: RunView; readonly result: Uint8Array }> {
    if (this.#runs >= MAX_RUNS)
      throw new ControllerError('too-many', `${MAX_RUNS} workflows run already: try again when one is done`)
    this.#runs++
    try {
      const store = this.#store
      const reconciler = this.#reconciler
      return await runWorkflow(workflow, parseName(content), {
        store,
        reconciler,
        clock: this.#clock,
        onEvent,
        signal,
      })
    } finally {
      this.#runs--
    }
  }

  async #command(node: WatchedNode, command: () => Promise<void>): Promise<NodeView> {
    await reached(command())
    await node.renew()
    this.#reconciler.kick()
    return nodeView(this.#store, node)
  }

  #change(id: string, change: (instance: DesiredInstance) => DesiredInstance): void {
    instanceOf(this.#store, id)
    this.#reconciler.change(() => {
      this.#store.desired = withInstances(this.#store.desired, (one) => (one.id === id ? change(one) : one))
    })
  }

  async #until(id: string, isDone: (view: InstanceView) => boolean): Promise<InstanceView> {
    const found = await this.#reconciler.until(() => {
      const view = instanceView(this.#reconciler.situation(), instanceOf(this.#store, id))
      if (view.state === 'failed') throw new ControllerError('failed', `${id} has failed: ${view.cause}`)
      return isDone(view) ? view : undefined
    }, CHANGE_TIMEOUT_MS)
    if (found !== undefined) return found
    const { state, cause = 'no cause was given' } = await this.instance(id)
    throw new ControllerError('failed', `${id} is ${state} still: ${cause}`)
  }

  #node(name: string): WatchedNode {
    return nodeOf(this.#reconciler.nodes, name)
  }
}

function parseName(uri: string): Name {
  try {
    return Name.parse(uri)
  } catch (error) {
    throw new ControllerError('bad-request', (error as Error).message, { cause: error })
  }
}
