import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { MAX_PACKET_SIZE } from '../packet/index.ts'
import { formatAddress, isLoopback, type WebSocketAddress, webSocketUri } from './address.ts'
import { type Face, FaceError } from './face.ts'
import { PermanentFace } from './permanent-face.ts'
import { DEFAULT_MAX_PEERS } from './socket.ts'
import type { ConnectOptions, ListenOptions, Transport } from './transport.ts'
import { WebSocketFace } from './websocket-face.ts'

/** Milliseconds for a connection to be made, or for a peer to say that it wants a WebSocket. */
export const WEBSOCKET_HANDSHAKE_TIMEOUT_MS = 5000

/** Compression would cost more than it saves on packets that are signed or encrypted. */
const COMMON = { perMessageDeflate: false, maxPayload: MAX_PACKET_SIZE, autoPong: false } as const

/**
 * WebSocket. `connect` throws unreachable | bad-address; `listen` address-in-use | bad-address.
 *
 * Browsers are among the peers. No subprotocol is spoken, as with NFD and NDNts. A peer on this host is local, unless it is
 * a page in a browser that was not itself loaded from this host: any page of any site can connect to what its reader's
 * computer can reach, that computer included (RFC 6455 §10.2).
 */
export const webSocketTransport: Transport<WebSocketAddress> = {
  async connect(address, options) {
    if (options.persistency !== 'permanent') return await dial(address, options)
    return new PermanentFace(() => dial(address, options), {
      local: webSocketUri('wsclient', address.host.includes(':') ? '::' : '0.0.0.0', 0),
      remote: formatAddress(address),
      isLocal: isLoopback(address.host),
      linkType: 'point-to-point',
      mtu: Number.POSITIVE_INFINITY,
      reconnect: options.reconnect,
      clock: options.clock,
    })
  },

  async listen(address, onFace, options) {
    const patience = {
      headersTimeout: WEBSOCKET_HANDSHAKE_TIMEOUT_MS,
      connectionsCheckingInterval: WEBSOCKET_HANDSHAKE_TIMEOUT_MS,
    }
    const server = createServer(patience, (_request, response) =>
      response.writeHead(426, { connection: 'close' }).end('This is a WebSocket door for NDN packets.\n'),
    )
    server.maxConnections = options.maxPeers ?? DEFAULT_MAX_PEERS
    await bind(server, address)
    const { address: host, port } = server.address() as { address: string; port: number }
    const webSockets = new WebSocketServer({
      ...COMMON,
      server,
      clientTracking: false,
      handleProtocols: () => false,
    })
    // What fails from now on is one peer's connection (no file descriptor left, say), not the listener.
    webSockets.on('error', () => {})
    webSockets.on('connection', (socket, request) => onFace(acceptedFace(socket, request, options)))
    return {
      address: webSocketUri('ws', host, port),
      close: async () => {
        // Its callback would come when the last connection has ended.
        server.close()
      },
    }
  },
}

/** @throws FaceError unreachable | bad-address */
async function dial(address: WebSocketAddress, options: ConnectOptions): Promise<Face> {
  const uri = formatAddress(address)
  const handshakeTimeout = options.timeout ?? WEBSOCKET_HANDSHAKE_TIMEOUT_MS
  const socket = openSocket(uri, handshakeTimeout)
  let connection: Socket | undefined
  socket.once('upgrade', (response) => {
    connection = response.socket
  })
  return await new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => {
      const reason = error.code ?? error.message
      reject(new FaceError('unreachable', `nothing answers at ${uri} (${reason})`, error))
    }
    socket.once('error', refuse)
    socket.once('open', () => {
      const { localAddress = '', localPort = 0, remoteAddress = '' } = connection ?? {}
      const face = new WebSocketFace(socket, {
        ...options,
        local: webSocketUri('wsclient', localAddress, localPort),
        remote: uri,
        isLocal: isLoopback(remoteAddress),
        persistency: 'persistent',
      })
      socket.off('error', refuse)
      resolve(face)
    })
  })
}

function openSocket(uri: string, handshakeTimeout: number): WebSocket {
  try {
    return new WebSocket(uri, { ...COMMON, handshakeTimeout })
  } catch (error) {
    // A FaceUri may have what a URL may not: an IPv6 address with a zone.
    throw new FaceError(
      'bad-address',
      `${uri} is no address of a WebSocket: ${(error as Error).message}`,
      error,
    )
  }
}

function acceptedFace(socket: WebSocket, request: IncomingMessage, options: ListenOptions): Face {
  const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = request.socket
  return new WebSocketFace(socket, {
    ...options,
    local: webSocketUri('ws', localAddress, localPort),
    remote: webSocketUri('wsclient', remoteAddress, remotePort),
    isLocal: isLoopback(localAddress) && isLoopback(remoteAddress) && isFromThisHost(request.headers.origin),
    persistency: 'on-demand',
  })
}

/** @param origin what a browser says of the page that connects; programs say nothing */
function isFromThisHost(origin: string | undefined): boolean {
  if (origin === undefined) return true
  const host = URL.canParse(origin) ? new URL(origin).hostname.replace(/^\[|\]$/g, '') : ''
  return host === 'localhost' || isLoopback(host)
}

function bind(server: Server, address: WebSocketAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const where = formatAddress(address)
      if (error.code === 'EADDRINUSE')
        reject(new FaceError('address-in-use', `${where} is in use by another program`, error))
      else reject(new FaceError('bad-address', `cannot listen at ${where}: ${error.message}`, error))
    })
    server.listen({ host: address.host, port: address.port }, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}
