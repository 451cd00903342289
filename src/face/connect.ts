import { type Address, parseAddress } from './address.ts'
import type { Face } from './face.ts'
import { streamTransport } from './socket.ts'
import type { ConnectOptions, Listener, ListenOptions, Transport } from './transport.ts'
import { udpTransport } from './udp.ts'
import { webSocketTransport } from './websocket.ts'

/** A line for each kind of address. */
const TRANSPORTS: { readonly [K in Address['kind']]: Transport<Extract<Address, { readonly kind: K }>> } = {
  unix: streamTransport,
  tcp: streamTransport,
  udp: udpTransport,
  ws: webSocketTransport,
}

/**
 * Connects to a forwarder or, from a forwarder, to another.
 * @param uri see `parseAddress`
 * @throws FaceError unreachable | bad-address
 */
export async function connect(uri: string, options: ConnectOptions = {}): Promise<Face> {
  const address = parseAddress(uri)
  return await transportOf(address).connect(address, options)
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
  return await transportOf(address).listen(address, onFace, options)
}

function transportOf(address: Address): Transport<Address> {
  return TRANSPORTS[address.kind] as Transport<Address>
}
