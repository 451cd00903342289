import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { FrameReader, type OnFrame } from './frames.ts'

/** Octets that are read at once: what a Unix socket holds by default on Linux, and more. */
export const READ_BYTES = 256 * 1024

/** Octets that the system may keep for a UDP socket before it drops datagrams, if it allows so many. */
const UDP_BUFFER_BYTES = 4 * 1024 * 1024

/** A datagram that says nothing: a listener for UDP knows of a peer when it has heard of it. It is an IDLE LpPacket. */
export const HELLO = Uint8Array.of(0x64, 0x00)

export interface LinkEvents {
  readonly onFrame: OnFrame
  /** After the frames that came in together. */
  readonly onTurn: () => void
  readonly onFault: (error: Error) => void
}

/** One end of a connection to the forwarder under test. */
export interface Link {
  /**
   * Sends packets of one size that lie one after another.
   * @param onWritten called when the octets may be used again
   */
  write(packets: Uint8Array, size: number, onWritten: () => void): void
  close(): void
}

/** @param uri `unix:///PATH`, `tcp4://HOST:PORT` or `udp4://HOST:PORT` */
export async function connectLink(uri: string, events: LinkEvents): Promise<Link> {
  if (uri.startsWith('unix://')) return await connectStream({ path: uri.slice('unix://'.length) }, events)
  const { protocol, hostname: host, port } = new URL(uri)
  const where = { host, port: Number(port) }
  return protocol.startsWith('udp') ? await connectUdp(where, events) : await connectStream(where, events)
}

async function connectStream(
  where: { readonly path: string } | { readonly host: string; readonly port: number },
  { onFrame, onTurn, onFault }: LinkEvents,
): Promise<Link> {
  const reader = new FrameReader(onFrame)
  const onread = {
    buffer: new Uint8Array(READ_BYTES),
    callback: (length: number, bytes: Uint8Array): boolean => {
      try {
        reader.push(bytes, length)
        onTurn()
      } catch (error) {
        onFault(error as Error)
      }
      return true
    },
  }
  const socket: Socket = createConnection({ ...where, noDelay: true, onread })
  await once(socket, 'connect')
  let isClosed = false
  socket.on('error', onFault)
  socket.on('close', () => {
    if (!isClosed) onFault(new Error('the forwarder closed the connection'))
  })
  return {
    write: (packets, _size, onWritten) => void socket.write(packets, onWritten),
    close() {
      isClosed = true
      socket.destroy()
    },
  }
}

async function connectUdp(
  { host, port }: { readonly host: string; readonly port: number },
  { onFrame, onTurn, onFault }: LinkEvents,
): Promise<Link> {
  const socket: UdpSocket = createSocket({
    type: 'udp4',
    recvBufferSize: UDP_BUFFER_BYTES,
    sendBufferSize: UDP_BUFFER_BYTES,
  })
  socket.connect(port, host)
  await once(socket, 'connect')
  socket.on('error', onFault)
  let isTurnDue = false
  const turn = (): void => {
    isTurnDue = false
    onTurn()
  }
  socket.on('message', (datagram) => {
    try {
      onFrame(datagram, 0, datagram.length)
    } catch (error) {
      onFault(error as Error)
    }
    // A socket gives all that has arrived before the immediates run.
    if (!isTurnDue) setImmediate(turn)
    isTurnDue = true
  })
  socket.send(HELLO)
  return {
    write(packets, size, onWritten) {
      const lastAt = packets.length - size
      for (let at = 0; at < lastAt; at += size) socket.send(packets, at, size)
      socket.send(packets, lastAt, size, onWritten)
    },
    close: () => void socket.close(),
  }
}
