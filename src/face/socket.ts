import { lstat, rm } from 'node:fs/promises'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { type Address, formatAddress, isLoopback, parseAddress, tcpUri } from './address.ts'
import { type Face, FaceError } from './face.ts'
import { StreamFace } from './stream-face.ts'

export interface SocketOptions {
  /** Octets that may wait to be sent on each face. @defaultValue {@link DEFAULT_MAX_QUEUE_BYTES} */
  readonly maxQueue?: number | undefined
  /** How long `close` waits for the peer to read what it was sent, in milliseconds. @defaultValue {@link DEFAULT_LINGER_MS} */
  readonly linger?: number | undefined
}

export interface ConnectOptions extends SocketOptions {
  /** Connect timeout in milliseconds. @defaultValue 5000 */
  readonly timeout?: number
}

/** Most peers of a listener at once. */
export const DEFAULT_MAX_PEERS = 1024

export interface ListenOptions extends SocketOptions {
  /** Most peers at once; who comes beyond that is disconnected. @defaultValue {@link DEFAULT_MAX_PEERS} */
  readonly maxPeers?: number | undefined
}

export interface Listener {
  /** FaceUri; with the port that the system chose where port 0 was asked for. */
  readonly address: string
  /** Takes no more connections; those that exist go on. A Unix socket's path is removed. */
  close(): Promise<void>
}

const DEFAULT_CONNECT_TIMEOUT_MS = 5000

/**
 * Connects to a forwarder or, from a forwarder, to another.
 * @param uri see `parseAddress`
 * @throws FaceError unreachable | bad-address
 */
export async function connect(uri: string, options: ConnectOptions = {}): Promise<Face> {
  const address = parseAddress(uri)
  const socket = createConnection(
    address.kind === 'unix'
      ? { path: address.path }
      : { host: address.host, port: address.port, noDelay: true },
  )
  return await new Promise((resolve, reject) => {
    const refuse = (reason: string, cause?: unknown): void => {
      socket.destroy()
      reject(new FaceError('unreachable', `nothing answers at ${formatAddress(address)} (${reason})`, cause))
    }
    socket.setTimeout(options.timeout ?? DEFAULT_CONNECT_TIMEOUT_MS, () => refuse('timeout'))
    socket.once('error', (error: NodeJS.ErrnoException) => refuse(error.code ?? error.message, error))
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.removeAllListeners('timeout').removeAllListeners('error')
      resolve(faceOf(socket, address, options))
    })
  })
}

/**
 * Listens for peers.
 * @param uri see `parseAddress`
 * @param onFace is given each peer's face; it calls `start`
 * @throws FaceError address-in-use | bad-address
 */
export async function listen(
  uri: string,
  onFace: (face: Face) => void,
  options: ListenOptions = {},
): Promise<Listener> {
  const address = parseAddress(uri)
  if (address.kind === 'unix') await removeStaleSocket(address.path)
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) =>
    onFace(faceOf(socket, address, options)),
  )
  server.maxConnections = options.maxPeers ?? DEFAULT_MAX_PEERS
  await bind(server, address)
  const bound = server.address()
  return {
    address:
      bound === null || typeof bound === 'string'
        ? formatAddress(address)
        : tcpUri(bound.address, bound.port),
    close: async () => {
      // Its callback would come when the last connection has ended.
      server.close()
    },
  }
}

function bind(server: Server, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const where = formatAddress(address)
      if (error.code === 'EADDRINUSE')
        reject(new FaceError('address-in-use', `${where} is in use by another program`, error))
      else reject(new FaceError('bad-address', `cannot listen at ${where}: ${error.message}`, error))
    })
    server.listen(
      address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port },
      () => {
        // What fails from now on is one peer's connection (no file descriptor left, say), not the listener.
        server.removeAllListeners('error').on('error', () => {})
        resolve()
      },
    )
  })
}

/** A Unix socket outlives a process that crashed. One that nobody listens at is removed; anything else stays. */
async function removeStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return
  if (!found.isSocket()) {
    throw new FaceError(
      'address-in-use',
      `${path} exists and is not a socket: choose another path or remove it`,
    )
  }
  const cause = await connect(path).then(
    (face) => face.close(),
    (error: FaceError) => error.cause as NodeJS.ErrnoException,
  )
  if (cause === undefined) {
    throw new FaceError(
      'address-in-use',
      `${path} is in use: another node runs there. Stop it, or give this one a socket of its own`,
    )
  }
  // Only this says that nobody listens; a busy node or another user's refuses in other words.
  const error = cause.code === 'ECONNREFUSED' ? await rm(path, { force: true }).catch((e) => e) : cause
  if (error !== undefined) {
    throw new FaceError(
      'address-in-use',
      `${path} exists and may be another node's (${error.code}): choose another path or remove it`,
      error,
    )
  }
}

function faceOf(socket: Socket, address: Address, options: SocketOptions): StreamFace {
  if (address.kind === 'unix') {
    const uri = formatAddress(address)
    return new StreamFace(socket, { local: uri, remote: uri, isLocal: true, ...options })
  }
  const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = socket
  return new StreamFace(socket, {
    local: tcpUri(localAddress, localPort),
    remote: tcpUri(remoteAddress, remotePort),
    isLocal: isLoopback(remoteAddress),
    ...options,
  })
}
