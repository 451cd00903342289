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
  /** Nothing came or went for as long as an on-demand face may be idle. */
  | 'idle'

/**
 * How long a face lives (NFD management, "Face Persistency"): until its link fails or has been idle (`on-demand`), until
 * its link fails (`persistent`), or until it is closed, however often its link fails (`permanent`).
 */
export type FacePersistency = 'on-demand' | 'persistent' | 'permanent'

export interface FaceCounters {
  packetsIn: number
  packetsOut: number
  bytesIn: number
  bytesOut: number
  /** Packets dropped because the send queue was full. */
  queueDrops: number
  /** Packets dropped because a permanent face was down. */
  downDrops: number
  /** Packets that left with a congestion mark of ours. */
  congestionMarks: number
}

export interface FaceEvents {
  /** A frame lies in `buffer` from `start` up to `end`. It is good only until the call returns: the next one is read into the same memory. */
  onPacket(buffer: Uint8Array, start: number, end: number): void
  /** Called once; `detail` says more for the log. */
  onClose(reason: CloseReason, detail: string): void
  /** Called when the link of a permanent face has broken, and when there is a new one; `detail` says why. */
  onStateChange?(isUp: boolean, detail: string): void
}

/** A link to one peer. */
export interface Face {
  /** FaceUri of this side and of the peer's (NFD's scheme: `unix://…`, `tcp4://…`, `internal://`). */
  readonly local: string
  readonly remote: string
  /** Whether the peer is on this host, and so may use `/localhost`. */
  readonly isLocal: boolean
  readonly linkType: 'point-to-point' | 'multi-access'
  /** Octets of a frame on the link; Infinity for a stream. */
  readonly mtu: number
  readonly persistency: FacePersistency
  /** False while a permanent face has no link; a face that does not say is up until it closes. */
  readonly isUp?: boolean
  readonly counters: Readonly<FaceCounters>
  /** Begins to receive. Until then nothing is read. */
  start(events: FaceEvents): void
  /**
   * Takes a copy of a frame (an LpPacket, or a bare Interest or Data; at most MAX_PACKET_SIZE octets), so the caller may
   * use the bytes again at once. False if it was dropped.
   */
  send(buffer: Uint8Array, start?: number, end?: number): boolean
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
  return {
    packetsIn: 0,
    packetsOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    queueDrops: 0,
    downDrops: 0,
    congestionMarks: 0,
  }
}
