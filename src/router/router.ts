import type { Logger } from 'pino'
import { STATUS_PREFIX } from '../control/index.ts'
import { StrategyRegistry } from '../forwarder/index.ts'
import { instanceName, type Manifest } from '../function/index.ts'
import { RouteOrigin } from '../management/index.ts'
import { Data, type Interest, NackReason, Name } from '../packet/index.ts'
import { createVerifier } from '../trust/index.ts'
import { AssignedRoutes } from './assigned-routes.ts'
import { Authorizer } from './authorize.ts'
import { ChainGuard } from './chain-guard.ts'
import type { NodeConfig } from './config.ts'
import { DataPlane } from './data-plane.ts'
import { applySettings } from './forwarder-settings.ts'
import type { FunctionSlot } from './function-slot.ts'
import type { Identities } from './identities.ts'
import type { Link, LinkEvent } from './links.ts'
import { Management } from './management.ts'
import { MulticastFaces } from './multicast-faces.ts'
import type { NodeCommands } from './node-control.ts'
import { NodeData, type NodeDatasets } from './node-data.ts'
import { OwnFaces } from './own-faces.ts'
import { ASSIGNED_ORIGIN, Routing } from './routing.ts'
import { StaticRoutes } from './static-routes.ts'
import type { Supervision } from './supervision.ts'
import { TaskInputs } from './task-inputs.ts'
import { VERSION } from './version.ts'

/** Where several instances offer a function, all of one result comes from one. */
const FUNCTION_STRATEGY = Name.parse('/localhost/nfd/strategy/sticky')

/** What an instance is asked of itself says nothing of how long its work takes. */
const INSTANCE_STRATEGY = Name.parse('/localhost/nfd/strategy/best-route')

/** For so long an old route to another node is a last resort, in milliseconds. */
const PEER_LINGER_MS = 10_000

export interface RouterOptions {
  readonly config: NodeConfig
  readonly supervision: Supervision
  readonly log: Logger
  readonly identities: Identities
  readonly datasets: NodeDatasets
  /** Commands to the node itself; undefined while it starts. */
  readonly commands: () => NodeCommands | undefined
}

/** A node without its functions: the data plane, the routes, and management at it. */
export class Router {
  readonly plane: DataPlane
  readonly routing: Routing
  readonly staticRoutes: StaticRoutes
  /** What a controller has assigned. */
  readonly assigned: {
    readonly routes: AssignedRoutes
    readonly peers: StaticRoutes
    readonly tasks: TaskInputs
  }
  readonly multicast: MulticastFaces
  readonly #management: Management
  readonly #nodeData: NodeData
  readonly #ownFaces = new OwnFaces()
  readonly #guard: ChainGuard
  /** The strategies that there are. */
  readonly #strategies = new StrategyRegistry()
  #applied: NodeConfig | undefined
  readonly #manifests = new Map<string, Manifest>()
  readonly #log: Logger

  constructor({ config, supervision, log, identities, datasets, commands }: RouterOptions) {
    this.#log = log
    const signer = () => identities.node.signer
    this.#guard = new ChainGuard(this.#manifests, signer)
    this.plane = new DataPlane({
      config,
      log,
      guard: (name) => this.#guard.check(name),
      onInterest: (interest, pitToken, face) => void this.#onInterest(interest, pitToken, face),
      onFaceEvent: (event, link) => this.#onFaceEvent(event, link),
    })
    const { links, forwarder, internalFace } = this.plane
    this.routing = new Routing(forwarder.fib, config.limits)
    const routesBy = (origin: number, linger?: number): StaticRoutes =>
      new StaticRoutes({
        links,
        routing: this.routing,
        supervision,
        origin,
        linger,
        isWanted: (link) => this.#routesToOthers.some((routes) => routes.uses(link)),
        // A plan has many, and the controller tells of them all.
        log: (level, message) =>
          log[level === 'info' && origin === ASSIGNED_ORIGIN ? 'debug' : level](message),
      })
    this.staticRoutes = routesBy(RouteOrigin.Static)
    this.assigned = {
      routes: new AssignedRoutes(this.routing),
      peers: routesBy(ASSIGNED_ORIGIN, PEER_LINGER_MS),
      tasks: new TaskInputs(signer),
    }
    this.multicast = new MulticastFaces({ links, log: (level, message) => log[level](message) })
    this.apply(config)
    this.#ownFaces.add({ id: internalFace, uri: 'internal://', hasLocalFields: true, face: undefined })
    this.#nodeData = new NodeData({ signer, certificates: identities.certificates, datasets })
    this.#management = new Management({
      plane: this.plane,
      routing: this.routing,
      ownFaces: this.#ownFaces,
      strategies: this.#strategies,
      authorizer: this.#makeAuthorizer(identities),
      signer,
      version: VERSION,
      commands,
      onDestroy: (link) => {
        for (const routes of this.#routesToOthers) routes.giveUp(link)
      },
      log: (level, message) => log[level](message),
    })
    for (const prefix of [STATUS_PREFIX, ...this.#management.prefixes, identities.node.name])
      this.routing.addOwn(prefix, internalFace)
  }

  #makeAuthorizer({ anchor, certificates }: Identities): Authorizer {
    const { endpoint, links } = this.plane
    // What the node serves itself it cannot ask for: an Interest does not go back where it came from.
    const own = (name: Name) => certificates.find({ name, canBePrefix: true })
    return new Authorizer({
      verifier: createVerifier({
        anchor,
        fetchCertificate: async (name) => {
          const known = own(name)
          return known === undefined
            ? await endpoint.express(name, { canBePrefix: true })
            : Data.decode(known)
        },
        now: Date.now,
      }),
      operator: anchor.identity,
      isTrustedLink: (face) => links.get(face)?.isTrusted ?? false,
      leadTo: (name, face) => (own(name) === undefined ? this.routing.leadTo(name, face) : () => {}),
    })
  }

  async #onInterest(
    interest: Interest,
    pitToken: Uint8Array | undefined,
    face: number | undefined,
  ): Promise<void> {
    const { endpoint } = this.plane
    if (this.#management.prefixes.some((prefix) => prefix.isPrefixOf(interest.name))) {
      await this.#management.onInterest(interest, face, pitToken)
      return
    }
    try {
      const inputs = this.assigned.tasks.answer(interest)
      if (inputs !== undefined) {
        endpoint.answer(inputs, pitToken)
        return
      }
      const answer = await this.#nodeData.answer(interest)
      if (answer === undefined) endpoint.nack(interest, NackReason.NoRoute, pitToken)
      else if (answer.isOfNow) this.plane.answerOnce(answer.data, pitToken)
      else endpoint.answer(answer.data, pitToken)
    } catch (error) {
      this.#log.error(error)
      endpoint.nack(interest, NackReason.None, pitToken)
    }
  }

  #onFaceEvent(event: LinkEvent, link: Link): void {
    // What follows from its routes goes first, so that what was asked of it finds the ways that are left.
    if (event === 'destroyed') this.routing.removeFace(link.id)
    for (const routes of this.#routesToOthers) routes.onEvent(event, link)
    this.#management.onFaceEvent(event, link)
  }

  get #routesToOthers(): StaticRoutes[] {
    return [this.staticRoutes, this.assigned.peers]
  }

  /** Chains with this function are looked at from now on, in the place of another version of it. */
  addFunction(manifest: Manifest): void {
    this.#manifests.set(manifest.name, manifest)
    this.#guard.reset()
  }

  removeFunction(name: string): void {
    this.#manifests.delete(name)
    this.#guard.reset()
  }

  /** There is one more instance of a function: it can be asked of itself. */
  addSlot(slot: Pick<FunctionSlot, 'id' | 'name' | 'faceId' | 'face'>): void {
    this.#ownFaces.add({
      id: slot.faceId,
      uri: `function://${slot.name}`,
      hasLocalFields: false,
      get face() {
        return slot.face
      },
    })
    const prefix = instanceName(slot.name, slot.id)
    this.#choose(prefix.slice(0, -1), INSTANCE_STRATEGY)
    this.routing.addOwn(prefix, slot.faceId)
  }

  /** An instance is gone, and what leads to it. Its face is for the forwarder to remove then. */
  removeSlot({ faceId }: Pick<FunctionSlot, 'faceId'>): void {
    this.assigned.routes.forget(faceId)
    // What follows from its routes goes first, so that what was asked of it finds the ways that are left.
    this.routing.removeFace(faceId)
    this.#management.onSlotGone(faceId)
    this.#ownFaces.remove(faceId)
  }

  /** Leads a prefix to an instance of a function. @returns false if there is no room for the route */
  addFunctionRoute(prefix: Name, { faceId }: Pick<FunctionSlot, 'faceId'>): boolean {
    this.chooseFunctionStrategy(prefix)
    return this.routing.addOwn(prefix, faceId)
  }

  /** There may come to be several instances of what a prefix stands for, here or elsewhere. */
  chooseFunctionStrategy(prefix: Name): void {
    this.#choose(prefix, FUNCTION_STRATEGY)
  }

  /** What an operator has chosen stays. */
  #choose(prefix: Name, name: Name): void {
    const { strategies } = this.plane.forwarder
    if (strategies.has(prefix)) return
    const strategy = this.#strategies.findStrategy(name)
    if (typeof strategy === 'object' && 'afterReceiveInterest' in strategy) strategies.set(prefix, strategy)
  }

  /** Takes the route of `addFunctionRoute` back. */
  removeFunctionRoute(prefix: Name, { faceId }: Pick<FunctionSlot, 'faceId'>): void {
    this.routing.removeOwn(prefix, faceId)
  }

  /** Sets what a configuration says of the forwarder; what it says as it did before stays as it is. */
  apply(config: NodeConfig): void {
    const problems = applySettings(this.plane.forwarder, this.#strategies, config, this.#applied)
    for (const problem of problems) this.#log.error(problem)
    this.#applied = config
  }

  /** Ends what would keep the program running. */
  async close(): Promise<void> {
    for (const routes of this.#routesToOthers) routes.close()
    this.assigned.routes.close()
    this.#management.close()
    await this.plane.close()
  }
}
