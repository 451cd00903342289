import { isIP, SocketAddress } from 'node:net'

/** Scheme, host and port of a canonical FaceUri. */
const CANONICAL = /^(tcp|udp)([46]):\/\/(?:\[([0-9a-f:.]+)(%[\w.-]+)?\]|([0-9.]+)):([1-9]\d{0,4})$/

const ANY = /^[a-z][a-z0-9+-]*:\/\//i

/** Schemes of faces that can be made by their FaceUri. */
const SCHEMES = ['tcp', 'tcp4', 'tcp6', 'udp', 'udp4', 'udp6']

/**
 * Whether faces can be made to a FaceUri as it stands. As in NFD it must be canonical: an address and no name, written in the
 * one usual way, with the port.
 */
export function judgeFaceUri(uri: string): 'ok' | 'bad-uri' | 'unsupported' | 'not-canonical' {
  const scheme = ANY.exec(uri)?.[0].slice(0, -'://'.length).toLowerCase()
  if (scheme === undefined) return 'bad-uri'
  if (!SCHEMES.includes(scheme)) return 'unsupported'
  const [, , version, inBrackets, , plain, port] = CANONICAL.exec(uri) ?? []
  const host = inBrackets ?? plain ?? ''
  const family = version === '4' ? 'ipv4' : 'ipv6'
  const isAddress = isIP(host) === Number(version)
  if (!isAddress || Number(port) > 65_535) return 'not-canonical'
  return new SocketAddress({ address: host, family }).address === host ? 'ok' : 'not-canonical'
}
