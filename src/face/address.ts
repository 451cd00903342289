import { FaceError } from './face.ts'

/** NDN's own port, TCP and UDP. */
export const NDN_PORT = 6363

/** Longest path of a Unix socket, in octets: sockaddr_un has 108 with the final zero on Linux, 104 elsewhere. */
const MAX_SOCKET_PATH_BYTES = process.platform === 'linux' ? 107 : 103

/** Where a stream face can be reached. */
export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }

/**
 * Reads a FaceUri: `unix:///run/ndn-sfc.sock`, `tcp://127.0.0.1:6363`, `tcp4://…`, `tcp6://[::1]:6363`. The port is
 * {@link NDN_PORT} where none is given; a bare path is a Unix socket.
 * @throws FaceError bad-address
 */
export function parseAddress(uri: string): Address {
  const path = /^(?:unix:\/\/)?(\/.*)$/.exec(uri)?.[1]
  if (path !== undefined) {
    if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
      throw new FaceError(
        'bad-address',
        `the socket path ${path} has ${Buffer.byteLength(path)} octets, the system allows ${MAX_SOCKET_PATH_BYTES}: choose a shorter one`,
      )
    }
    return { kind: 'unix', path }
  }
  const match = /^tcp[46]?:\/\/(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/]+))(?::(\d{1,5}))?$/.exec(uri)
  const port = Number(match?.[3] ?? NDN_PORT)
  if (match === null || port > 65535) {
    throw new FaceError('bad-address', `'${uri}' is not an address: write unix:///PATH or tcp://HOST:PORT`)
  }
  return { kind: 'tcp', host: match[1] ?? (match[2] as string), port }
}

export function formatAddress(address: Address): string {
  if (address.kind === 'unix') return `unix://${address.path}`
  return tcpUri(address.host, address.port)
}

/** FaceUri of one end of a TCP connection. */
export function tcpUri(host: string, port: number): string {
  return host.includes(':') ? `tcp6://[${host}]:${port}` : `tcp4://${host}:${port}`
}

export function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.') || host.startsWith('::ffff:127.')
}
