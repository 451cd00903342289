import { lstat, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { type Address, formatAddress, isLoopback, parseAddress, tcpUri } from './address.ts'
import { type Face, FaceError } from './face.ts'
import { PermanentFace } from './permanent-face.ts'
import { StreamFace, type StreamFaceOptions } from './stream-face.ts'
import { StreamSocket } from './stream-socket.ts'
import type { ConnectOptions, ListenOptions, Transport } from './transport.ts'

/** Most peers of a listener at once. */
export const DEFAULT_MAX_PEERS = 1024

/** For so long `connect` waits for an answer, in milliseconds. */
export const DEFAULT_CONNECT_TIMEOUT_MS = 5000

type StreamAddress = Extract<Address, { readonly kind: 'unix' | 'tcp' }>

/** Unix and TCP stream sockets. */
export const streamTransport: Transport<StreamAddress> = {
  async connect(address, options) {
    return options.persistency === 'permanent'
      ? permanentFace(address, options)
      : await dial(address, options)
  },

  async listen(address, onFace, options) {
    if (address.kind === 'unix') await removeStaleSocket(address.path)
    const server = createServer({ pauseOnConnect: true, noDelay: true }, acceptor(address, onFace, options))
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
  },
}

/**
 * As `connect`, for who needs no more than Unix and TCP sockets: a function's bundle is half as large without the rest.
 * @throws FaceError unreachable | bad-address
 */
export async function connectStream(uri: string): Promise<Face> {
  const address = parseAddress(uri)
  if (address.kind !== 'unix' && address.kind !== 'tcp')
    throw new FaceError('bad-address', `${uri} is not that of a stream socket`)
  return await dial(address, {})
}

/** @throws FaceError unreachable */
function dial(address: StreamAddress, options: ConnectOptions): Promise<Face> {
  const stream = StreamSocket.dial(
    address.kind === 'unix'
      ? { path: address.path }
      : { host: address.host, port: address.port, noDelay: true },
  )
  const { socket } = stream
  return new Promise((resolve, reject) => {
    const refuse = (reason: string, cause?: unknown): void => {
      socket.destroy()
      reject(new FaceError('unreachable', `nothing answers at ${formatAddress(address)} (${reason})`, cause))
    }
    socket.setTimeout(options.timeout ?? DEFAULT_CONNECT_TIMEOUT_MS, () => refuse('timeout'))
    socket.once('error', (error: NodeJS.ErrnoException) => refuse(error.code ?? error.message, error))
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.removeAllListeners('timeout').removeAllListeners('error')
      resolve(faceOf(stream, address, options))
    })
  })
}

function permanentFace(address: StreamAddress, options: ConnectOptions): Face {
  const remote = formatAddress(address)
  const isUnix = address.kind === 'unix'
  return new PermanentFace(() => dial(address, options), {
    local: isUnix ? remote : tcpUri(address.host.includes(':') ? '::' : '0.0.0.0', 0),
    remote,
    // Of a host that is named it is not known before it was looked up, and may change.
    isLocal: isUnix || isLoopback(address.host),
    linkType: 'point-to-point',
    mtu: Number.POSITIVE_INFINITY,
    reconnect: options.reconnect,
    clock: options.clock,
  })
}

/** Takes connections, and hangs up on who comes while there are `maxPeers`. */
function acceptor(
  address: StreamAddress,
  onFace: (face: Face) => void,
  options: ListenOptions,
): (accepted: Socket) => void {
  const { maxPeers = DEFAULT_MAX_PEERS } = options
  let peers = 0
  return (accepted) => {
    if (peers >= maxPeers) {
      accepted.destroy()
      return
    }
    const stream = StreamSocket.adopt(accepted)
    if (!stream.socket.closed) {
      peers++
      stream.socket.once('close', () => peers--)
    }
    onFace(faceOf(stream, address, { ...options, persistency: 'on-demand' }))
  }
}

function bind(server: Server, address: StreamAddress): Promise<void> {
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
  const cause = await dial({ kind: 'unix', path }, {}).then(
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

function faceOf(
  stream: StreamSocket,
  address: StreamAddress,
  options: Omit<StreamFaceOptions, 'local' | 'remote' | 'isLocal'>,
): StreamFace {
  if (address.kind === 'unix') {
    const uri = formatAddress(address)
    return new StreamFace(stream, { ...options, local: uri, remote: uri, isLocal: true })
  }
  const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = stream.socket
  return new StreamFace(stream, {
    ...options,
    local: tcpUri(localAddress, localPort),
    remote: tcpUri(remoteAddress, remotePort),
    isLocal: isLoopback(remoteAddress),
  })
}
