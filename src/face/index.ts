export { NDN_PORT, parseAddress } from './address.ts'
export {
  type CloseReason,
  DEFAULT_LINGER_MS,
  DEFAULT_MAX_QUEUE_BYTES,
  type Face,
  type FaceCounters,
  FaceError,
  type FaceErrorCode,
  type FaceEvents,
} from './face.ts'
export { memoryFaces } from './memory-face.ts'
export {
  type ConnectOptions,
  connect,
  DEFAULT_MAX_PEERS,
  type Listener,
  type ListenOptions,
  listen,
  type SocketOptions,
} from './socket.ts'
