import type { Logger } from 'pino'
import { Endpoint, type EndpointOptions } from '../endpoint/index.ts'
import { memoryFaces } from '../face/index.ts'
import { Forwarder } from '../forwarder/index.ts'
import type { Name } from '../packet/index.ts'
import type { NodeConfig } from './config.ts'
import { Links } from './links.ts'
import type { Supervision } from './supervision.ts'

/** How often pending Interests are looked at for expiry while there are any, in milliseconds. */
const EXPIRY_INTERVAL_MS = 16

export interface DataPlaneOptions {
  readonly config: NodeConfig
  readonly supervision: Supervision
  readonly log: Logger
  /** Looks at the name of an Interest that is about to be handed to a function; a Data is the answer instead. */
  readonly guard: (name: Name) => Uint8Array | undefined
  /** Is given what the FIB leads to the node itself. */
  readonly onInterest: NonNullable<EndpointOptions['onInterest']>
  readonly onFaceClosed: (face: number) => void
}

/** What carries packets: the forwarder, its clock, its links, and the node's own endpoint at it. */
export class DataPlane {
  readonly forwarder: Forwarder
  readonly links: Links
  /** The node's own. */
  readonly endpoint: Endpoint
  /** The face that leads to `endpoint`. */
  readonly internalFace: number
  #expiryTimer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor({ config, supervision, log, guard, onInterest, onFaceClosed }: DataPlaneOptions) {
    const { contentStore, limits } = config
    this.forwarder = new Forwarder({
      clock: () => performance.now(),
      contentStore: { maxPackets: contentStore.packets, maxBytes: contentStore.bytes },
      maxPending: limits.pending,
      maxRoutes: limits.routes,
      guard,
      onDrop: (face, reason, detail) => log.debug({ face, reason }, `dropped: ${detail}`),
    })
    this.links = new Links({
      forwarder: this.forwarder,
      maxFaces: limits.faces,
      maxQueue: limits.queue,
      supervision,
      onActivity: () => this.armExpiry(),
      onClosed: onFaceClosed,
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
    this.endpoint = new Endpoint(outside, { onInterest })
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
