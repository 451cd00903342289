import { BlockList } from 'node:net'
import { networkInterfaces } from 'node:os'
import { formatAddress, isLoopback, isMulticast, type UdpAddress, udpUri } from './address.ts'
import { DatagramFace, type DatagramOptions } from './datagram-face.ts'
import { type Face, FaceError } from './face.ts'
import { checkMtu } from './fragmenter.ts'
import { bindUdpSocket, defaultUdpMtu, openUdpSocket } from './udp-socket.ts'

/** Routers that a datagram may pass: none, as the link is the network that the interface is at. */
const MULTICAST_TTL = 1

export interface MulticastOptions extends DatagramOptions {
  /**
   * The interface: its address, or for IPv6 `::%NAME`. @defaultValue the one that the system's routes lead to
   */
  readonly localInterface?: string | undefined
  /** Whether other faces on this host receive what this one sends. @defaultValue false */
  readonly loopback?: boolean | undefined
}

/**
 * A face to all who listen to a multicast group on one network: `multi-access`, permanent, never local. A node has one
 * for each of its {@link multicastInterfaces}, as NFD has.
 * @throws FaceError bad-address where the address is no multicast group, or the interface cannot join it
 * @throws RangeError on an MTU out of range
 */
export async function openMulticast(group: UdpAddress, options: MulticastOptions = {}): Promise<Face> {
  const { family, host, port } = group
  if (!isMulticast(host))
    throw new FaceError('bad-address', `${formatAddress(group)} is not a multicast group`)
  const mtu = checkMtu(options.mtu ?? defaultUdpMtu(family))
  const { localInterface, loopback = false } = options
  // Bound to the group, a socket receives nothing that was sent to the port at an address of the host's own.
  const receiver = openUdpSocket(family, true)
  const sender = openUdpSocket(family)
  const unspecified = family === 4 ? '0.0.0.0' : '::'
  try {
    await bindUdpSocket(receiver, port, process.platform === 'win32' ? unspecified : host)
    await bindUdpSocket(sender, 0, family === 4 ? (localInterface ?? unspecified) : unspecified)
    receiver.addMembership(host, localInterface)
    if (localInterface !== undefined) sender.setMulticastInterface(localInterface)
    sender.setMulticastTTL(MULTICAST_TTL)
    sender.setMulticastLoopback(loopback)
  } catch (error) {
    for (const socket of [receiver, sender]) closeQuietly(socket)
    const where = localInterface === undefined ? '' : ` on ${localInterface}`
    const { message } = error as Error
    throw new FaceError('bad-address', `cannot join ${formatAddress(group)}${where}: ${message}`, error)
  }
  const local = sender.address()
  const face = new DatagramFace({
    ...options,
    mtu,
    local: udpUri(family, local.address, local.port),
    remote: udpUri(family, host, port),
    linkType: 'multi-access',
    persistency: 'permanent',
    transmit: (buffer, size, onDone) => sender.send(buffer, 0, size, port, host, onDone),
    release: () => {
      receiver.close()
      sender.close()
    },
  })
  const own = new Set([local.address, ...ownAddresses()])
  const isFromElsewhere = otherNetworks(localInterface)
  receiver.on('message', (datagram, from) => {
    // What we sent comes back with loopback on, and on the loopback interface always.
    if (from.port === local.port && own.has(from.address)) return
    if (isFromElsewhere(from.address)) return
    face.receive(datagram, `${from.address} ${from.port}`)
  })
  for (const socket of [receiver, sender]) socket.on('error', () => face.noteLinkError())
  return face
}

/** Addresses of the IPv4 interfaces that a multicast face can be opened on, loopback left out. */
export function multicastInterfaces(): string[] {
  return ownAddresses().filter((address) => !address.includes(':') && !isLoopback(address))
}

/**
 * Linux gives a socket what came to the group by any interface that any socket joined on (IP_MULTICAST_ALL, which Node
 * cannot switch off). What came by another than ours is for the face of that one.
 * @returns whether an address is not one of the network that the interface is at
 */
function otherNetworks(localInterface: string | undefined): (address: string) => boolean {
  const zone = localInterface?.split('%')[1]
  if (zone !== undefined) return (address) => address.includes('%') && !address.endsWith(`%${zone}`)
  const own = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ address, family }) => address === localInterface && family === 'IPv4')
  if (own === undefined) return () => false
  const network = new BlockList()
  network.addSubnet(own.address, Number(own.cidr?.split('/')[1] ?? 32), 'ipv4')
  return (address) => !network.check(address, 'ipv4')
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address) ?? [])
}

/** One that could not be bound is closed already. */
function closeQuietly(socket: { close(): unknown }): void {
  try {
    socket.close()
  } catch {}
}
