import { mkdir, realpath, rm } from 'node:fs/promises'
import type { Logger } from 'pino'
import type {
  AssignmentReport,
  FaceStatus,
  FunctionStatus,
  LogReport,
  NodeCommandParameters,
  NodeStatus,
  RouteStatus,
  WorksReport,
} from '../control/index.ts'
import { type CreatedEngine, createEngine, type EngineEvent } from '../engine/index.ts'
import type { NodeFacts } from '../facts/index.ts'
import { healthName } from '../function/index.ts'
import { CommandError, ControlStatus } from '../management/index.ts'
import { Assigned } from './assigned.ts'
import { AssignedImages } from './assigned-images.ts'
import { AssignedTraffic } from './assigned-traffic.ts'
import { AssignmentStore } from './assignment-store.ts'
import { NodeAvailability, type NodeAvailabilityOptions } from './availability.ts'
import type { NodeConfig } from './config.ts'
import { ConfiguredFunctions, type NodeProgress } from './configured-functions.ts'
import { Drain } from './drain.ts'
import { fetchAssignment } from './fetch-assignment.ts'
import { engineNodeName, FunctionHost } from './function-host.ts'
import { Identities } from './identities.ts'
import { InstanceLogs } from './instance-logs.ts'
import { reportAssignment } from './instance-reports.ts'
import { Measures } from './measures.ts'
import type { NodeCommands } from './node-control.ts'
import { NodeState } from './node-state.ts'
import { type ReloadTarget, reload } from './reload.ts'
import { Report } from './report.ts'
import { Router } from './router.ts'
import { Self } from './self.ts'
import { DEFAULT_SUPERVISION, type Supervision } from './supervision.ts'
import { type Worker, Works } from './works.ts'

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
  readonly store: AssignmentStore
  readonly logs: InstanceLogs
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
  readonly #configured: ConfiguredFunctions
  readonly #assigned: Assigned
  readonly #images: AssignedImages
  readonly #works: Works
  readonly #logs: InstanceLogs
  readonly #measures: Measures
  readonly #report: Report
  readonly #availability: NodeAvailability
  readonly #self: Self
  readonly #renewals: NodeJS.Timeout
  readonly #unwatch: () => void
  readonly #ending = new AbortController()
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
    const store = await AssignmentStore.open(config.home)
    const logs = new InstanceLogs()
    let node: Node | undefined
    const datasets = {
      functions: () => node?.functions(),
      routes: () => node?.routes(),
      faces: () => node?.faces(),
      status: () => node?.status(),
      facts: () => node?.facts(),
      assigned: () => node?.assigned(),
      works: (cursor: string) => node?.works(cursor),
      logs: (instance: string) => node?.logs(instance),
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
        onLog: (id, line) => {
          log.info({ instance: id }, line)
          logs.add(id, line)
        },
        onWarning: (message) => log.warn(message),
        cgroupParent: config.cgroupParent,
      })
      for (const id of created.leftovers) log.warn(`stopped ${id}, left behind by a node that crashed`)
      node = new Node({ config, supervision, log, created, identities, router, state, store, logs })
    } catch (error) {
      await router.close()
      throw error
    }
    const stop = (): void => void node?.stop()
    signal?.addEventListener('abort', stop)
    if (signal?.aborted === true) stop()
    try {
      await node.#availability.begin()
      await node.#configured.start(onProgress)
      await router.multicast.set(config.multicast)
      await router.staticRoutes.set(config.routes)
      if (node.#stopped === undefined) node.#assigned.begin()
    } catch (error) {
      await node.stop()
      throw error
    } finally {
      signal?.removeEventListener('abort', stop)
    }
    return node
  }

  private constructor({ config, supervision, log, created, identities, router, state, store, logs }: Parts) {
    const { engine, why } = created
    const { plane, routing } = router
    this.#config = config
    this.engineWhy = why
    this.#log = log
    this.#created = created
    this.#identities = identities
    this.#router = router
    const traffic = new AssignedTraffic({
      ...router.assigned,
      internalFace: plane.internalFace,
      slot: (id) => this.#functions.get(id),
      chooseStrategy: (prefix) => router.chooseFunctionStrategy(prefix),
    })
    this.#functions = new FunctionHost({
      config,
      engine,
      forwarder: plane.forwarder,
      supervision,
      signer: () => identities.node.signer,
      writeIdentity: (path, artifact) => identities.writeForInstance(path, artifact),
      probe: async (name, id, lifetime) => {
        await plane.endpoint.express(healthName(name, id), { mustBeFresh: true, lifetime })
      },
      onActivity: () => plane.armExpiry(),
      onFunction: (manifest) => router.addFunction(manifest),
      onNoFunction: (name) => router.removeFunction(name),
      onSlot: (slot) => {
        router.addSlot(slot)
        logs.open(slot.id)
      },
      onSlotState: ({ id }) => traffic.refresh(id),
      onSlotGone: (slot) => {
        router.removeSlot(slot)
        logs.close(slot.id)
      },
      log,
    })
    this.#configured = new ConfiguredFunctions({
      ...{ host: this.#functions, config, engine, log },
      addRoute: (prefix, slot) => router.addFunctionRoute(prefix, slot),
      removeRoute: (prefix, slot) => router.removeFunctionRoute(prefix, slot),
      reasonAgainst: (source) => this.#availability.reasonAgainst(source),
    })
    const tell = (level: 'info' | 'warn', message: string): void => log[level](message)
    this.#availability = new NodeAvailability({
      state,
      functions: this.#availableFunctions(traffic),
      drain: () => this.#drain(),
      log: tell,
    })
    this.#images = new AssignedImages({ home: config.home, engine, registry: () => this.#config.registry })
    this.#assigned = new Assigned({
      store,
      traffic,
      host: this.#functions,
      images: this.#images,
      supervision,
      availability: () => this.#availability.now,
      cpuShare: () => this.#config.facts.cpuShare,
      log: tell,
    })
    this.#measures = new Measures((process) => this.#functions.measure(process))
    this.#logs = logs
    this.#works = new Works({
      workers: () => this.#workers(),
      ask: (name, lifetime) => plane.endpoint.express(name, { mustBeFresh: true, lifetime }),
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
      unusable: () => this.#configured.unusable,
      planOf: (prefix, face) => traffic.planOf(prefix, face),
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

  /** What a controller has assigned, and how it stands with all instances. */
  assigned(): AssignmentReport {
    return reportAssignment({
      assigned: this.#assigned,
      configured: this.#configured.slots,
      measures: this.#measures,
      forwarder: this.#router.plane.forwarder,
    })
  }

  /** What its instances have done since an answer with this cursor. */
  works(cursor: string): Promise<WorksReport> {
    return this.#works.since(cursor)
  }

  /** What an instance wrote last; undefined where there is none of that id. */
  logs(instance: string): LogReport | undefined {
    return this.#logs.get(instance)
  }

  /** What commands to the node do. */
  get commands(): NodeCommands {
    return {
      changeLabels: (changes) => this.#self.changeLabels(changes),
      calibrate: () => this.#self.calibrate(),
      setAvailability: async (availability) => {
        await this.#availability.set(availability)
        if (availability === 'active') await this.#assigned.takeAll()
      },
      assign: async (asked, face) => {
        const { plane, routing } = this.#router
        const assignment = await fetchAssignment(plane.endpoint, routing, asked, face)
        await this.#assigned.accept(assignment, asked.force)
      },
      restart: (asked) => this.#restart(asked),
    }
  }

  async #restart({ instance, kill }: NodeCommandParameters['restart']): Promise<void> {
    const assigned = this.#assigned.get(instance)
    const slot = this.#functions.get(instance)
    if (assigned !== undefined) assigned.restart(kill)
    else if (slot === undefined)
      throw new CommandError(ControlStatus.NotFound, `there is no instance ${instance} on this node`)
    // It is carried out after the answer: its work may take long.
    else void (kill ? slot.restart(true) : this.#functions.renew(slot, this.#ending.signal)).catch(() => {})
  }

  #workers(): Worker[] {
    return this.#functions.slots.flatMap(({ id, name, face, process }) =>
      face === undefined || process === undefined ? [] : [{ id, name, process }],
    )
  }

  /** Those of the configuration and those of an assignment, as the node's availability deals with them. */
  #availableFunctions(traffic: AssignedTraffic): NodeAvailabilityOptions['functions'] {
    const configured = this.#configured
    return {
      sources: () => configured.sources(),
      withdrawRoutes: () => {
        configured.withdrawRoutes()
        traffic.withdraw()
      },
      withdraw: (cause) => this.#functions.withdraw(cause),
      offer: async (signal) => {
        this.#assigned.offer()
        await configured.offer(signal)
      },
    }
  }

  #drain(): Drain {
    const { forwarder, internalFace } = this.#router.plane
    return new Drain({
      forwarder,
      instances: this.#functions.slots,
      takesWork: ({ faceId }) => this.#functions.slotOf(faceId)?.gate.newWork === undefined,
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
    this.#ending.abort()
    this.#images.close()
    // It waits for what its instances are about to do, and they for their slots.
    const closed = this.#assigned.close()
    this.#self.close()
    await this.#functions.stop()
    await closed
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
