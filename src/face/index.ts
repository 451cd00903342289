export {
  isMulticast,
  NDN_MULTICAST_GROUP,
  NDN_MULTICAST_PORT,
  NDN_PORT,
  parseAddress,
} from './address.ts'
export {
  type CongestionOptions,
  DEFAULT_CONGESTION_INTERVAL_MS,
  DEFAULT_CONGESTION_THRESHOLD_BYTES,
} from './congestion-marker.ts'
export { connect, listen } from './connect.ts'
export { MAX_EARLY_BYTES } from './datagram-face.ts'
export {
  type CloseReason,
  DEFAULT_LINGER_MS,
  DEFAULT_MAX_QUEUE_BYTES,
  type Face,
  type FaceCounters,
  FaceError,
  type FaceErrorCode,
  type FaceEvents,
  type FacePersistency,
} from './face.ts'
export { MAX_MTU, MIN_MTU } from './fragmenter.ts'
export { memoryFaces } from './memory-face.ts'
export { DEFAULT_FIRST_RECONNECT_WAIT_MS, DEFAULT_LONGEST_RECONNECT_WAIT_MS } from './permanent-face.ts'
export {
  MAX_FRAGMENTS,
  MAX_PARTIAL_BYTES,
  MAX_PARTIAL_PACKETS,
  REASSEMBLY_TIMEOUT_MS,
} from './reassembler.ts'
export { connectStream, DEFAULT_CONNECT_TIMEOUT_MS, DEFAULT_MAX_PEERS } from './socket.ts'
export type { ConnectOptions, Listener, ListenOptions, SocketOptions } from './transport.ts'
export { UDP_IDLE_TIMEOUT_MS } from './udp.ts'
export { multicastInterfaces } from './udp-multicast.ts'
export { WEBSOCKET_HANDSHAKE_TIMEOUT_MS } from './websocket.ts'
export { PING_INTERVAL_MS } from './websocket-face.ts'
