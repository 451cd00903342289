import type { Address } from './address.ts'
import type { CongestionOptions } from './congestion-marker.ts'
import type { DatagramOptions } from './datagram-face.ts'
import type { Face, FacePersistency } from './face.ts'
import type { ReconnectOptions } from './permanent-face.ts'
import type { MulticastOptions } from './udp-multicast.ts'
import type { WebSocketOptions } from './websocket-face.ts'

/** What is said of datagrams is for UDP, of pings for WebSocket; others do without. */
export interface SocketOptions extends DatagramOptions, WebSocketOptions {
  /** When packets are marked because their send queue is long; false: never. */
  readonly congestion?: CongestionOptions | false | undefined
}

export interface ConnectOptions extends SocketOptions, MulticastOptions {
  /** Connect timeout in milliseconds. @defaultValue 5000 */
  readonly timeout?: number | undefined
  /**
   * A permanent face is there at once, even if nobody answers yet, and connects again whenever its link breaks.
   * @defaultValue 'persistent'
   */
  readonly persistency?: Exclude<FacePersistency, 'on-demand'> | undefined
  /** When a permanent face tries again. */
  readonly reconnect?: ReconnectOptions | undefined
}

export interface ListenOptions extends SocketOptions {
  /** Most peers at once; who comes beyond that is disconnected. @defaultValue {@link DEFAULT_MAX_PEERS} */
  readonly maxPeers?: number | undefined
  /**
   * Closes a face over which nothing came or went for so long, in milliseconds. Default for UDP:
   * {@link UDP_IDLE_TIMEOUT_MS}, and what goes does not count; for others: none is closed.
   */
  readonly idleTimeout?: number | undefined
}

export interface Listener {
  /** FaceUri; with the port that the system chose where port 0 was asked for. */
  readonly address: string
  /** Takes no more connections; those that exist go on. A Unix socket's path is removed. */
  close(): Promise<void>
}

/** How faces are made over one kind of address. */
export interface Transport<A extends Address> {
  /** @throws FaceError */
  connect(address: A, options: ConnectOptions): Promise<Face>
  /** @throws FaceError */
  listen(address: A, onFace: (face: Face) => void, options: ListenOptions): Promise<Listener>
}
