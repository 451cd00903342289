import type { Logger } from 'pino'
import { STATUS_PREFIX } from '../control/index.ts'
import { StrategyRegistry } from '../forwarder/index.ts'
import type { Manifest } from '../function/index.ts'
import { Data, type Interest, NackReason, Name } from '../packet/index.ts'
import { createVerifier } from '../trust/index.ts'
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
import { Routing } from './routing.ts'
import { StaticRoutes } from './static-routes.ts'
import type { Supervision } from './supervision.ts'
import { VERSION } from './version.ts'

/** Where several instances offer a function, all of one result comes from one. */
const FUNCTION_STRATEGY = Name.parse('/localhost/nfd/strategy/sticky')

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
    this.staticRoutes = new StaticRoutes({
      links,
      routing: this.routing,
      supervision,
      log: (level, message) => log[level](message),
    })
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
      onDestroy: (link) => this.staticRoutes.giveUp(link),
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
    this.staticRoutes.onEvent(event, link)
    this.#management.onFaceEvent(event, link)
  }

  /** Chains with this function are looked at from now on. */
  addFunction(manifest: Manifest): void {
    this.#manifests.set(manifest.name, manifest)
    this.#guard.reset()
  }

  /** Leads a prefix to the face of a function. @returns false if there is no room for the route */
  addFunctionFace(prefix: Name, slot: Pick<FunctionSlot, 'name' | 'faceId' | 'face'>): boolean {
    this.#ownFaces.add({
      id: slot.faceId,
      uri: `function://${slot.name}`,
      hasLocalFields: false,
      get face() {
        return slot.face
      },
    })
    const { strategies } = this.plane.forwarder
    const sticky = this.#strategies.findStrategy(FUNCTION_STRATEGY)
    // There may come to be instances elsewhere; and what an operator has chosen stays.
    if (typeof sticky === 'object' && 'afterReceiveInterest' in sticky && !strategies.has(prefix))
      strategies.set(prefix, sticky)
    return this.routing.addOwn(prefix, slot.faceId)
  }

  /** Takes the route of `addFunctionFace` back; the face stays. */
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
    this.staticRoutes.close()
    this.#management.close()
    await this.plane.close()
  }
}
