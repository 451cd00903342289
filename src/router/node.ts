import { mkdir, realpath, rm } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { FaceStatus, FunctionStatus, NodeStatus, RouteStatus } from '../control/index.ts'
import { type CreatedEngine, createEngine, type EngineEvent } from '../engine/index.ts'
import type { NodeFacts } from '../facts/index.ts'
import { healthName } from '../function/index.ts'
import { NodeAvailability } from './availability.ts'
import type { NodeConfig } from './config.ts'
import { Drain } from './drain.ts'
import { engineNodeName, FunctionHost, type NodeProgress } from './function-host.ts'
import { Identities } from './identities.ts'
import type { NodeCommands } from './node-control.ts'
import { NodeState } from './node-state.ts'
import { type ReloadTarget, reload } from './reload.ts'
import { Report } from './report.ts'
import { Router } from './router.ts'
import { Self } from './self.ts'
import { DEFAULT_SUPERVISION, type Supervision } from './supervision.ts'

export interface NodeOptions {
  readonly log: Logger
  readonly onProgress?: ((event: NodeProgress) => void) | undefined
  /** Ends the start early: the node that is then returned has stopped, or is about to. */
  readonly signal?: AbortSignal | undefined
  /** What is not said is as in {@link DEFAULT_SUPERVISION}. */
  readonly supervision?: Partial<Supervision> | undefined
}

interface Parts {
  readonly config: NodeConfig
  readonly supervision: Supervision
  readonly log: Logger
  readonly created: CreatedEngine
  readonly identities: Identities
  readonly router: Router
  readonly state: NodeState
}

/** A node: a router and the functions that it offers. */
export class Node {
  /** A sentence that says where functions run, why, and how to get the other. */
  readonly engineWhy: string
  readonly #log: Logger
  readonly #created: CreatedEngine
  readonly #identities: Identities
  readonly #router: Router
  readonly #functions: FunctionHost
  readonly #report: Report
  readonly #availability: NodeAvailability
  readonly #self: Self
  readonly #renewals: NodeJS.Timeout
  readonly #unwatch: () => void
  #config: NodeConfig
  #reloading: Promise<void> = Promise.resolve()
  #stopped: Promise<void> | undefined

  /**
   * Starts a node. A function that cannot be built or started is logged and shown as failed; the node goes on without it.
   * @throws FaceError where it cannot listen, EngineError where the engine asked for does not answer, TrustError
   */
  static async start(config: NodeConfig, options: NodeOptions): Promise<Node> {
    const { log, signal, onProgress = () => {} } = options
    await mkdir(config.home, { recursive: true })
    const identities = await Identities.open(config.home, config.name)
    const state = await NodeState.open(config.home)
    let node: Node | undefined
    const datasets = {
      functions: () => node?.functions(),
      routes: () => node?.routes(),
      faces: () => node?.faces(),
      status: () => node?.status(),
      facts: () => node?.facts(),
    }
    const commands = (): NodeCommands | undefined => node?.commands
    const supervision = { ...DEFAULT_SUPERVISION, ...options.supervision }
    const router = new Router({ config, supervision, log, identities, datasets, commands })
    const { plane } = router
    try {
      // Listening comes first: it tells whether another node of this home is running, whose instances must be left alone.
      for (const { address, ...own } of config.listen) await plane.links.listen(address, own)
      const created = await createEngine(config.engine, {
        nodeName: engineNodeName({ name: config.name, home: await realpath(config.home) }),
        stateDirectory: config.home,
        onLog: (id, line) => log.info({ instance: id }, line),
        onWarning: (message) => log.warn(message),
      })
      for (const id of created.leftovers) log.warn(`stopped ${id}, left behind by a node that crashed`)
      node = new Node({ config, supervision, log, created, identities, router, state })
    } catch (error) {
      await router.close()
      throw error
    }
    const stop = (): void => void node?.stop()
    signal?.addEventListener('abort', stop)
    if (signal?.aborted === true) stop()
    try {
      await node.#availability.begin()
      await node.#functions.start(onProgress)
      await router.multicast.set(config.multicast)
      await router.staticRoutes.set(config.routes)
    } catch (error) {
      await node.stop()
      throw error
    } finally {
      signal?.removeEventListener('abort', stop)
    }
    return node
  }

  private constructor({ config, supervision, log, created, identities, router, state }: Parts) {
    const { engine, why } = created
    const { plane, routing } = router
    this.#config = config
    this.engineWhy = why
    this.#log = log
    this.#created = created
    this.#identities = identities
    this.#router = router
    this.#functions = new FunctionHost({
      config,
      engine,
      forwarder: plane.forwarder,
      supervision,
      signer: () => identities.node.signer,
      writeIdentity: (path, artifact) => identities.writeForInstance(path, artifact),
      probe: async (name, lifetime) => {
        await plane.endpoint.express(healthName(name), { mustBeFresh: true, lifetime })
      },
      onActivity: () => plane.armExpiry(),
      onFunction: (manifest) => router.addFunction(manifest),
      addRoute: (prefix, slot) => router.addFunctionFace(prefix, slot),
      removeRoute: (prefix, slot) => router.removeFunctionRoute(prefix, slot),
      reasonAgainst: (source) => this.#availability.reasonAgainst(source),
      log,
    })
    const tell = (level: 'info' | 'warn', message: string): void => log[level](message)
    this.#availability = new NodeAvailability({
      state,
      functions: this.#functions,
      drain: () => this.#drain(),
      log: tell,
    })
    this.#self = new Self({
      config: () => this.#config,
      state,
      engine,
      availability: () => this.#availability.now,
      load: () => ({ instances: this.#functions.instances, pending: plane.forwarder.pit.size }),
      log: tell,
    })
    this.#report = new Report({
      config,
      plane,
      routing,
      functions: this.#functions,
      engine: { engine: engine.kind, why },
      availability: () => this.#availability.now,
      anchor: identities.anchor.name,
    })
    this.#unwatch = engine.watch((event) => this.#onEngineEvent(event))
    this.#renewals = setInterval(() => void this.#renew(), supervision.renewEvery)
    this.#renewals.unref()
  }

  /** What it works by. */
  get config(): NodeConfig {
    return this.#config
  }

  /**
   * Works by another configuration from now on, as far as that can be had without a new start; see `reload`.
   * @throws FaceError where it cannot listen; then nothing has changed
   */
  reload(config: NodeConfig): Promise<void> {
    const reloading = this.#reloading.then(async () => {
      if (this.#stopped === undefined) this.#config = await reload(this.#reloadTarget, this.#config, config)
    })
    this.#reloading = reloading.catch(() => {})
    return reloading
  }

  get #reloadTarget(): ReloadTarget {
    const { plane, multicast, staticRoutes } = this.#router
    const apply = (config: NodeConfig): void => this.#router.apply(config)
    return { links: plane.links, multicast, staticRoutes, apply, log: this.#log }
  }

  /** Where it answers, as FaceUris. */
  get addresses(): string[] {
    return this.#router.plane.links.addresses
  }

  functions(): Promise<FunctionStatus[]> {
    return this.#report.functions()
  }

  routes(): RouteStatus[] {
    return this.#report.routes()
  }

  faces(): FaceStatus[] {
    return this.#report.faces()
  }

  status(): NodeStatus {
    return this.#report.status()
  }

  /** What it is: how much it can do, what it has, and how busy it is. */
  facts(): Promise<NodeFacts> {
    return this.#self.facts()
  }

  /** What commands to the node do. */
  get commands(): NodeCommands {
    return {
      changeLabels: (changes) => this.#self.changeLabels(changes),
      calibrate: () => this.#self.calibrate(),
      setAvailability: (availability) => this.#availability.set(availability),
    }
  }

  #drain(): Drain {
    const { forwarder, internalFace } = this.#router.plane
    return new Drain({
      forwarder,
      functions: this.#functions.slots,
      internalFace,
      limit: this.#functions.workTime,
    })
  }

  /** Lets every instance finish its work and end, closes every link, and leaves nothing behind. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    const { plane } = this.#router
    clearInterval(this.#renewals)
    plane.links.refuseNew()
    this.#router.staticRoutes.close()
    await this.#reloading
    await this.#availability.close()
    this.#self.close()
    await this.#functions.stop()
    this.#unwatch()
    await this.#created.engine.close().catch((error: Error) => this.#log.error(error.message))
    // Last, so that no other node of this home can start meanwhile.
    await this.#router.close()
    await rm(this.#functions.directory, { recursive: true, force: true })
  }

  #onEngineEvent(event: EngineEvent): void {
    const { kind } = this.#created.engine
    if (event.type === 'lost') this.#log.error(`the ${kind} engine is gone: ${event.cause.message}`)
    if (event.type === 'found') this.#log.info(`the ${kind} engine answers again`)
    this.#functions.onEngineEvent(event)
  }

  async #renew(): Promise<void> {
    await this.#identities.renewNode().catch((error: Error) => this.#log.error(error.message))
    await this.#functions.renewIdentities()
  }
}
