import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { formatAddress, type UdpAddress } from './address.ts'
import { FaceError } from './face.ts'

/** Octets that the system may keep for us while we are busy; it may allow less (net.core.rmem_max on Linux). */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024

/** Octets of an Ethernet frame's payload, less the headers of IPv4 (20) or IPv6 (40) and of UDP (8). */
const UNFRAGMENTED_PAYLOAD = { 4: 1500 - 20 - 8, 6: 1500 - 40 - 8 } as const

/**
 * The MTU where none is configured: a datagram that IP need not fragment on Ethernet. NFD's is 8800, which leaves it to
 * IP to fragment; that fails behind many NATs and firewalls, and is well worth setting on a host's own loopback.
 */
export function defaultUdpMtu(family: 4 | 6): number {
  return UNFRAGMENTED_PAYLOAD[family]
}

/** A socket whose host names were resolved before: with Node's own `lookup` each datagram would wait for a later turn. */
export function openUdpSocket(family: 4 | 6, reuseAddr = false): Socket {
  const socket = createSocket({
    type: `udp${family}`,
    reuseAddr,
    ipv6Only: family === 6,
    lookup: (host, _options, callback) => callback(null, host, family),
  })
  return socket
}

/** @throws FaceError unreachable where a name has no address of this family */
export async function resolveUdpHost(address: UdpAddress): Promise<UdpAddress> {
  const { family, host } = address
  const found = await lookup(host, { family }).catch((error: NodeJS.ErrnoException) => {
    throw new FaceError('unreachable', `nothing answers at ${formatAddress(address)} (${error.code})`, error)
  })
  return { ...address, host: found.address }
}

/**
 * Binds a socket; closes it if that fails.
 * @throws the system's error
 */
export function bindUdpSocket(socket: Socket, port: number, host: string): Promise<void> {
  return settle(socket, 'listening', () => socket.bind({ port, address: host, exclusive: true }))
}

/** As {@link bindUdpSocket}, for a socket that has one peer. */
export function connectUdpSocket(socket: Socket, port: number, host: string): Promise<void> {
  return settle(socket, 'connect', () => socket.connect(port, host))
}

function settle(socket: Socket, event: 'listening' | 'connect', act: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      socket.close()
      reject(error)
    }
    socket.once('error', fail)
    socket.once(event, () => {
      socket.off('error', fail)
      socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES)
      resolve()
    })
    try {
      act()
    } catch (error) {
      // Node throws where the port is out of range.
      fail(error)
    }
  })
}

/** @returns a FaceError for what the system says when a socket is bound */
export function bindError(address: UdpAddress, error: NodeJS.ErrnoException): FaceError {
  const where = formatAddress(address)
  return error.code === 'EADDRINUSE'
    ? new FaceError('address-in-use', `${where} is in use by another program`, error)
    : new FaceError('bad-address', `cannot listen at ${where}: ${error.message}`, error)
}
