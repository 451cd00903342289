/** Octets that may wait to be sent on a face before further packets are dropped. */
export const DEFAULT_MAX_QUEUE_BYTES = 4 * 1024 * 1024

/** Milliseconds for which a face that is being closed waits for its peer to read what it was sent. */
export const DEFAULT_LINGER_MS = 1000

export type CloseReason =
  /** We closed it. */
  | 'closed-here'
  /** The peer closed it. */
  | 'closed-by-peer'
  /** The peer announced a packet larger than a packet may be. */
  | 'oversized'
  /** The peer sent octets that do not begin a packet. */
  | 'garbage'
  /** The connection broke. */
  | 'error'

export interface FaceCounters {
  packetsIn: number
  packetsOut: number
  bytesIn: number
  bytesOut: number
  /** Packets dropped because the send queue was full. */
  queueDrops: number
}

export interface FaceEvents {
  onPacket(packet: Uint8Array): void
  /** Called once; `detail` says more for the log. */
  onClose(reason: CloseReason, detail: string): void
}

/** A link to one peer. */
export interface Face {
  /** FaceUri of this side and of the peer's (NFD's scheme: `unix://…`, `tcp4://…`, `internal://`). */
  readonly local: string
  readonly remote: string
  /** Whether the peer is on this host, and so may use `/localhost`. */
  readonly isLocal: boolean
  readonly counters: Readonly<FaceCounters>
  /** Begins to receive. Until then nothing is read. */
  start(events: FaceEvents): void
  /** Sends one frame; the face may hold on to the bytes. False if it was dropped. */
  send(packet: Uint8Array): boolean
  /** Sends what waits, then closes. */
  close(): void
}

export type FaceErrorCode = 'address-in-use' | 'unreachable' | 'bad-address'

/** What `listen` and `connect` throw. */
export class FaceError extends Error {
  override readonly name = 'FaceError'
  readonly code: FaceErrorCode

  constructor(code: FaceErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

export function newCounters(): FaceCounters {
  return { packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0, queueDrops: 0 }
}
