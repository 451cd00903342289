import type { Logger } from 'pino'
import { Endpoint, type EndpointOptions } from '../endpoint/index.ts'
import { type Face, memoryFaces } from '../face/index.ts'
import { Forwarder } from '../forwarder/index.ts'
import { MAX_PACKET_SIZE, type Name } from '../packet/index.ts'
import { faceOptions, type NodeConfig } from './config.ts'
import { type Link, type LinkEvent, Links } from './links.ts'
import { withoutCaching } from './without-caching.ts'

/** How often pending Interests are looked at for expiry while there are any, in milliseconds. */
const EXPIRY_INTERVAL_MS = 16

export interface DataPlaneOptions {
  readonly config: NodeConfig
  readonly log: Logger
  /** Looks at the name of an Interest that is about to be handed to a function; a Data is the answer instead. */
  readonly guard: (name: Name) => Uint8Array | undefined
  /** Is given what the FIB leads to the node itself. */
  readonly onInterest: NonNullable<EndpointOptions['onInterest']>
  /** Is told of faces that lead out of the node. */
  readonly onFaceEvent?: (event: LinkEvent, link: Link) => void
}

/** What carries packets: the forwarder, its clock, its links, and the node's own endpoint at it. */
export class DataPlane {
  readonly forwarder: Forwarder
  readonly links: Links
  /** The node's own. */
  readonly endpoint: Endpoint
  /** The face that leads to `endpoint`. */
  readonly internalFace: number
  /** The endpoint's end of it. */
  readonly #outside: Face
  #expiryTimer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor({ config, log, guard, onInterest, onFaceEvent = () => {} }: DataPlaneOptions) {
    const { contentStore, limits } = config
    this.forwarder = new Forwarder({
      clock: () => performance.now(),
      contentStore: {
        maxPackets: contentStore.packets,
        maxBytes: contentStore.bytes,
        policy: contentStore.policy,
      },
      maxPending: limits.pending,
      maxPendingBytes: limits.pendingBytes,
      maxRoutes: limits.routes,
      guard,
      onDrop: (face, reason, detail) => log.debug({ face, reason }, `dropped: ${detail}`),
    })
    this.links = new Links({
      forwarder: this.forwarder,
      maxFaces: limits.faces,
      faceOptions: faceOptions(config),
      onActivity: () => this.armExpiry(),
      onEvent: onFaceEvent,
      log: (level, message) => log[level](message),
    })
    const [inside, outside] = memoryFaces()
    this.internalFace = this.forwarder.addFace({
      send: (buffer, start, end) => inside.send(buffer, start, end),
      isLocal: true,
      form: 'extended',
      hasLocalFields: true,
    })
    inside.start({
      onPacket: (buffer, start, end) => {
        this.forwarder.receive(this.internalFace, buffer, start, end)
        this.armExpiry()
      },
      onClose: () => {},
    })
    this.#outside = outside
    this.endpoint = new Endpoint(outside, { onInterest })
  }

  /** Answers with a Data that is true of this moment only: it is not kept in the Content Store. */
  answerOnce(data: Uint8Array, pitToken: Uint8Array | undefined): void {
    const frame = withoutCaching(data, pitToken)
    if (frame.length <= MAX_PACKET_SIZE) this.#outside.send(frame)
    else this.endpoint.answer(data, pitToken)
  }

  /** Sees to it that pending Interests expire. Called after each packet that came in. */
  armExpiry(): void {
    if (this.#expiryTimer !== undefined || this.forwarder.pit.size === 0 || this.#isClosed) return
    this.#expiryTimer = setTimeout(() => {
      this.#expiryTimer = undefined
      this.forwarder.expire()
      this.armExpiry()
    }, EXPIRY_INTERVAL_MS)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#expiryTimer)
    await this.links.close()
    this.endpoint.close()
  }
}
