import { FaceError } from './face.ts'

/** NDN's own port, TCP and UDP. */
export const NDN_PORT = 6363

/** NDN's own port for WebSocket. */
export const NDN_WEBSOCKET_PORT = 9696

/** NDN's own port for UDP multicast. */
export const NDN_MULTICAST_PORT = 56363

/** NDN's own group for UDP multicast over IPv4. */
export const NDN_MULTICAST_GROUP = '224.0.23.170'

/** Longest path of a Unix socket, in octets: sockaddr_un has 108 with the final zero on Linux, 104 elsewhere. */
const MAX_SOCKET_PATH_BYTES = process.platform === 'linux' ? 107 : 103

/** Where a face can be reached. */
export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | UdpAddress
  | WebSocketAddress

export interface UdpAddress {
  readonly kind: 'udp'
  readonly family: 4 | 6
  readonly host: string
  readonly port: number
}

export interface WebSocketAddress {
  readonly kind: 'ws'
  readonly host: string
  readonly port: number
}

/** Scheme, host (one in brackets may have a zone) and port. */
const INTERNET = /^(tcp|udp|ws)([46]?):\/\/(?:\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|([^:[\]/]+))(?::(\d{1,5}))?$/

/**
 * Reads a FaceUri: `unix:///run/ndn-sfc.sock`, `tcp://127.0.0.1:6363`, `tcp4://…`, `tcp6://[::1]:6363`, `udp4://…`,
 * `udp6://[fe80::1%eth0]:6363`, `ws://127.0.0.1:9696`. Where no port is given it is NDN's own: {@link NDN_PORT},
 * {@link NDN_MULTICAST_PORT} for a multicast group, {@link NDN_WEBSOCKET_PORT}. A bare path is a Unix socket, and a name
 * with `udp://` is looked up as one of IPv4.
 * @throws FaceError bad-address
 */
export function parseAddress(uri: string): Address {
  const path = /^(?:unix:\/\/)?(\/.*)$/.exec(uri)?.[1]
  if (path !== undefined) return unixAddress(path)
  const [, scheme, version = '', bracketed, plain, portText] = INTERNET.exec(uri) ?? []
  const host = bracketed ?? plain ?? ''
  const port = portText === undefined ? defaultPort(scheme, host) : Number(portText)
  if (port <= 65535) {
    if (scheme === 'tcp') return { kind: 'tcp', host, port }
    if (scheme === 'ws' && version === '') return { kind: 'ws', host, port }
    const family = version === '' ? (bracketed === undefined ? 4 : 6) : version === '6' ? 6 : 4
    // A literal of the one family is nothing that the other could reach.
    if (scheme === 'udp' && (bracketed === undefined || family === 6) && !(family === 6 && isIpv4(host)))
      return { kind: 'udp', family, host, port }
  }
  throw new FaceError(
    'bad-address',
    `'${uri}' is not an address: write unix:///PATH or tcp://HOST:PORT (or udp4://, udp6://, ws://)`,
  )
}

export function formatAddress(address: Address): string {
  switch (address.kind) {
    case 'unix':
      return `unix://${address.path}`
    case 'tcp':
      return tcpUri(address.host, address.port)
    case 'udp':
      return udpUri(address.family, address.host, address.port)
    case 'ws':
      return webSocketUri('ws', address.host, address.port)
  }
}

/** FaceUri of one end of a TCP connection. */
export function tcpUri(host: string, port: number): string {
  return host.includes(':') ? `tcp6://[${host}]:${port}` : `tcp4://${host}:${port}`
}

/** FaceUri of a UDP socket or its peer. */
export function udpUri(family: 4 | 6, host: string, port: number): string {
  return `udp${family}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/**
 * FaceUri of one end of a WebSocket connection.
 * @param scheme `wsclient` for a peer that connected to us: nobody can connect to it (NFD's scheme)
 */
export function webSocketUri(scheme: 'ws' | 'wsclient', host: string, port: number): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

export function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.') || host.startsWith('::ffff:127.')
}

/** Whether an address literal is one of a multicast group: 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291 §2.7). */
export function isMulticast(host: string): boolean {
  return isIpv4(host) ? /^(?:22[4-9]|23\d)\./.test(host) : /^ff[0-9a-f]{2}:/i.test(host)
}

function isIpv4(host: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)
}

function defaultPort(scheme: string | undefined, host: string): number {
  if (scheme === 'ws') return NDN_WEBSOCKET_PORT
  return scheme === 'udp' && isMulticast(host) ? NDN_MULTICAST_PORT : NDN_PORT
}

function unixAddress(path: string): Address {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    throw new FaceError(
      'bad-address',
      `the socket path ${path} has ${Buffer.byteLength(path)} octets, the system allows ${MAX_SOCKET_PATH_BYTES}: choose a shorter one`,
    )
  }
  return { kind: 'unix', path }
}
