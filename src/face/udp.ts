import type { RemoteInfo, Socket } from 'node:dgram'
import { formatAddress, isMulticast, type UdpAddress, udpUri } from './address.ts'
import { systemFaceClock } from './clock.ts'
import { DatagramFace, isFrame } from './datagram-face.ts'
import { type Face, FaceError } from './face.ts'
import { checkMtu } from './fragmenter.ts'
import { DEFAULT_MAX_PEERS } from './socket.ts'
import type { ConnectOptions, Listener, ListenOptions, Transport } from './transport.ts'
import { openMulticast } from './udp-multicast.ts'
import {
  bindError,
  bindUdpSocket,
  connectUdpSocket,
  defaultUdpMtu,
  openUdpSocket,
  resolveUdpHost,
} from './udp-socket.ts'

/** Milliseconds without a datagram after which the face of a listener's peer closes (NFD's idle_timeout, 600 s). */
export const UDP_IDLE_TIMEOUT_MS = 600_000

export interface UdpListenerCounters {
  /** Datagrams of peers beyond `maxPeers`, or that came when the listener was closed. */
  refused: number
  /** Datagrams that made no face because they are not one TLV element, or came from port 0. */
  malformed: number
  /** Failures of the socket that are no peer's. */
  linkErrors: number
}

export interface UdpListener extends Listener {
  readonly counters: Readonly<UdpListenerCounters>
}

/** UDP: unicast, and `connect` to a multicast group. */
export const udpTransport: Transport<UdpAddress> = {
  connect: (address, options) =>
    isMulticast(address.host) ? openMulticast(address, options) : connectUdp(address, options),
  listen: listenUdp,
}

/**
 * A face to one peer. Nothing is sent for this, so success says nothing of the peer; it has no idle time-out.
 * @throws FaceError unreachable where a name has no address, or the host no route
 * @throws RangeError on an MTU out of range
 */
export async function connectUdp(address: UdpAddress, options: ConnectOptions = {}): Promise<Face> {
  const mtu = checkMtu(options.mtu ?? defaultUdpMtu(address.family))
  const { family, host, port } = await resolveUdpHost(address)
  const socket = openUdpSocket(family)
  await connectUdpSocket(socket, port, host).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code ?? error.message
    throw new FaceError('unreachable', `nothing answers at ${formatAddress(address)} (${reason})`, error)
  })
  const local = socket.address()
  const face = new DatagramFace({
    ...options,
    mtu,
    local: udpUri(family, local.address, local.port),
    remote: udpUri(family, host, port),
    linkType: 'point-to-point',
    persistency: options.persistency ?? 'persistent',
    transmit: (buffer, size, onDone) => socket.send(buffer, 0, size, onDone),
    release: () => socket.close(),
  })
  socket.on('message', (datagram) => face.receive(datagram))
  socket.on('error', () => face.noteLinkError())
  return face
}

/**
 * Listens for peers. What those beyond `maxPeers` send is ignored and counted; `close` leaves the faces that exist, and the
 * port is free when the last of them has closed. Each remote address and port gets a face of its own with its first datagram, if that is
 * one TLV element. They share the socket.
 * @param onFace is given each peer's face; it calls `start`
 * @throws FaceError address-in-use | bad-address | unreachable
 * @throws RangeError on an MTU out of range
 */
export async function listenUdp(
  address: UdpAddress,
  onFace: (face: Face) => void,
  options: ListenOptions = {},
): Promise<UdpListener> {
  checkMtu(options.mtu ?? defaultUdpMtu(address.family))
  if (isMulticast(address.host)) {
    const group = formatAddress(address)
    throw new FaceError(
      'bad-address',
      `${group} is a multicast group: connect to it, there is no peer to wait for`,
    )
  }
  const { family, host, port } = await resolveUdpHost(address)
  const socket = openUdpSocket(family)
  await bindUdpSocket(socket, port, host).catch((error) => {
    throw bindError(address, error)
  })
  return new Channel(socket, family, onFace, options)
}

/** One socket and the faces of its peers. */
class Channel implements UdpListener {
  readonly address: string
  readonly counters: UdpListenerCounters = { refused: 0, malformed: 0, linkErrors: 0 }
  readonly #socket: Socket
  readonly #family: 4 | 6
  readonly #onFace: (face: Face) => void
  readonly #options: ListenOptions
  readonly #idleTimeout: number
  readonly #maxPeers: number
  readonly #peers = new Map<string, DatagramFace>()
  #stopIdleTimer = (): void => {}
  #isClosed = false
  /** Who sent the last datagram; as a rule that is who sends the next. */
  #lastAddress = ''
  #lastPort = 0
  #lastFace: DatagramFace | undefined

  constructor(socket: Socket, family: 4 | 6, onFace: (face: Face) => void, options: ListenOptions) {
    const { address, port } = socket.address()
    this.address = udpUri(family, address, port)
    this.#socket = socket
    this.#family = family
    this.#onFace = onFace
    this.#options = options
    this.#idleTimeout = options.idleTimeout ?? UDP_IDLE_TIMEOUT_MS
    this.#maxPeers = options.maxPeers ?? DEFAULT_MAX_PEERS
    socket.on('message', (datagram, from) => this.#receive(datagram, from))
    socket.on('error', () => {
      this.counters.linkErrors++
    })
    this.#watchIdle()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#closeSocketIfUnused()
  }

  #receive(datagram: Buffer, from: RemoteInfo): void {
    if (from.port !== this.#lastPort || from.address !== this.#lastAddress || this.#lastFace === undefined) {
      this.#lastFace = this.#faceOf(datagram, from)
      this.#lastAddress = from.address
      this.#lastPort = from.port
    }
    this.#lastFace?.receive(datagram)
  }

  #faceOf(datagram: Buffer, { address, port }: RemoteInfo): DatagramFace | undefined {
    const remote = udpUri(this.#family, address, port)
    const known = this.#peers.get(remote)
    if (known !== undefined) return known
    if (port === 0 || !isFrame(datagram)) {
      this.counters.malformed++
      return undefined
    }
    if (this.#isClosed || this.#peers.size >= this.#maxPeers) {
      this.counters.refused++
      return undefined
    }
    const face = this.#newFace(remote, address, port)
    this.#peers.set(remote, face)
    this.#onFace(face)
    return face
  }

  #newFace(remote: string, address: string, port: number): DatagramFace {
    return new DatagramFace({
      ...this.#options,
      mtu: this.#options.mtu ?? defaultUdpMtu(this.#family),
      local: this.address,
      remote,
      linkType: 'point-to-point',
      persistency: 'on-demand',
      transmit: (buffer, size, onDone) => this.#socket.send(buffer, 0, size, port, address, onDone),
      release: () => {
        this.#peers.delete(remote)
        this.#lastFace = undefined
        this.#closeSocketIfUnused()
      },
    })
  }

  /** A face closes after one to one and a half idle time-outs. */
  #watchIdle(): void {
    const clock = this.#options.clock ?? systemFaceClock
    this.#stopIdleTimer = clock.after(this.#idleTimeout / 2, () => {
      this.#watchIdle()
      const now = clock.now()
      for (const face of this.#peers.values()) {
        if (now - face.lastReceived >= this.#idleTimeout)
          face.closeFor('idle', `nothing came for ${this.#idleTimeout / 1000} s`)
      }
    })
  }

  #closeSocketIfUnused(): void {
    if (!this.#isClosed || this.#peers.size > 0) return
    this.#stopIdleTimer()
    // The last face may be closed while the socket is about to be, or close() be called twice.
    this.#closeSocket()
  }

  #closeSocket = (): void => {
    this.#closeSocket = () => {}
    this.#socket.close()
  }
}
