import { systemClock } from '../endpoint/index.ts'
import type { StrategyRegistry } from '../forwarder/index.ts'
import {
  addStatusModule,
  CsModule,
  Dispatcher,
  type DispatcherOptions,
  FaceModule,
  FibModule,
  RibModule,
  StrategyModule,
} from '../management/index.ts'
import type { Name, Signer } from '../packet/index.ts'
import type { Authorizer } from './authorize.ts'
import { contentStoreControl } from './content-store-control.ts'
import type { DataPlane } from './data-plane.ts'
import { NodeFaceControl } from './face-control.ts'
import { fibControl } from './fib-control.ts'
import { NodeStatusSource } from './forwarder-status.ts'
import type { Link, LinkEvent } from './links.ts'
import { type NodeCommands, NodeControl } from './node-control.ts'
import type { OwnFaces } from './own-faces.ts'
import { RESERVED_ORIGINS, type Routing } from './routing.ts'
import { strategyControl } from './strategy-control.ts'

export interface ManagementOptions {
  readonly plane: DataPlane
  readonly routing: Routing
  readonly ownFaces: OwnFaces
  readonly strategies: StrategyRegistry
  readonly authorizer: Authorizer
  /** Of the node. */
  readonly signer: () => Signer
  /** Of this program. */
  readonly version: string
  /** To the node itself; undefined while it starts. */
  readonly commands: () => NodeCommands | undefined
  /** A face is about to be closed because a command says so. */
  readonly onDestroy: (link: Link) => void
  readonly log: (level: 'debug' | 'warn' | 'error', message: string) => void
}

/** NFD's management protocol, bound to this node, and commands of the node's own. */
export class Management {
  readonly #dispatcher: Dispatcher
  readonly #control: NodeControl
  readonly #faces: NodeFaceControl
  readonly #faceModule: FaceModule
  readonly #ribModule: RibModule
  readonly #status: NodeStatusSource

  constructor(options: ManagementOptions) {
    const { plane, routing, ownFaces, strategies, authorizer, signer, version, commands } = options
    const { onDestroy, log } = options
    const { forwarder, links, endpoint } = plane
    const dispatch: DispatcherOptions = {
      signer,
      responder: {
        answer: (data, pitToken) => plane.answerOnce(data, pitToken),
        nack: (interest, reason, pitToken) => endpoint.nack(interest, reason, pitToken),
      },
      authorize: (module, interest, face) => authorizer.authorizeCommand(module, interest, face),
      log: (message, level) => log(level, message),
    }
    const dispatcher = new Dispatcher(dispatch)
    this.#control = new NodeControl(dispatch, commands)
    const hasFace = (face: number): boolean => forwarder.counters(face) !== undefined
    this.#dispatcher = dispatcher
    this.#faces = new NodeFaceControl({ forwarder, links, ownFaces, onDestroy })
    this.#faceModule = new FaceModule(dispatcher, this.#faces)
    this.#ribModule = new RibModule(dispatcher, {
      rib: routing.rib,
      hasFace,
      verifyAnnouncement: (data, face) => authorizer.authorizeAnnouncement(data, face),
      reservedOrigins: RESERVED_ORIGINS,
      clock: systemClock,
    })
    new FibModule(dispatcher, fibControl(forwarder.fib, routing.direct), hasFace)
    new CsModule(dispatcher, contentStoreControl(forwarder.contentStore))
    new StrategyModule(dispatcher, strategyControl(forwarder.strategies, strategies))
    this.#status = new NodeStatusSource({
      forwarder,
      version,
      faces: () => [...ownFaces.ids(), ...links.all().keys()],
    })
    addStatusModule(dispatcher, this.#status)
  }

  /** Interests for these are for `onInterest`. */
  get prefixes(): readonly Name[] {
    return [...this.#dispatcher.prefixes, ...this.#control.prefixes]
  }

  onInterest(...args: Parameters<Dispatcher['onInterest']>): Promise<void> {
    const [{ name }] = args
    const isOwn = this.#control.prefixes.some((prefix) => prefix.isPrefixOf(name))
    return isOwn ? this.#control.onInterest(...args) : this.#dispatcher.onInterest(...args)
  }

  /** Tells those who listen what has become of a face. */
  onFaceEvent(event: LinkEvent, link: Link): void {
    this.#faceModule.notify(event, this.#faces.ofLink(link))
    if (event === 'destroyed') this.#status.retire(link.id)
  }

  /** A face to an instance is about to go. */
  onSlotGone(face: number): void {
    this.#status.retire(face)
  }

  close(): void {
    this.#ribModule.close()
  }
}
