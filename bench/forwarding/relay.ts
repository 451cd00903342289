import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { listenForStreams } from './listen.ts'
import type { Addresses, ForwarderUnderTest } from './serve-forwarder.ts'
import type { Transport } from './transports.ts'

/**
 * Copies octets between two peers, the first and the second that come, and looks at nothing: what a forwarder that is one
 * process of Node.js can come near to, but not reach. (Reading into a buffer of its own, which Node.js offers for sockets
 * that connect only, made no difference beyond what runs differ by.)
 */
export class Relay implements ForwarderUnderTest {
  readonly #folder: string
  readonly #peers = new Set<Socket>()
  #udp: UdpSocket | undefined
  #remotes: number[] = []

  /** @param folder for Unix sockets */
  constructor(folder: string) {
    this.#folder = folder
  }

  get peers(): number {
    return this.#peers.size + this.#remotes.length
  }

  async listen(transport: Transport): Promise<Addresses> {
    if (transport === 'udp') return await this.#listenUdp()
    const address = await listenForStreams(transport, this.#folder, 'relay', (socket) => this.#add(socket))
    return { producer: address, consumer: address }
  }

  /** Whoever came first is the producer. */
  addRoutes(): void {}

  reset(): void {
    this.#udp?.close()
    this.#udp = undefined
    this.#remotes = []
  }

  #add(socket: Socket): void {
    const [other] = this.#peers
    this.#peers.add(socket)
    const end = (): void => {
      this.#peers.delete(socket)
      other?.destroy()
    }
    socket.on('error', end)
    socket.on('close', end)
    if (other === undefined) return
    other.on('close', () => socket.destroy())
    other.on('data', (chunk) => socket.write(chunk))
    socket.on('data', (chunk) => other.write(chunk))
  }

  async #listenUdp(): Promise<Addresses> {
    const socket = createSocket('udp4')
    this.#udp = socket
    socket.on('message', (datagram, { port }) => {
      if (!this.#remotes.includes(port)) this.#remotes.push(port)
      const [producer, consumer] = this.#remotes
      const to = port === producer ? consumer : producer
      if (to !== undefined) socket.send(datagram, to, '127.0.0.1')
    })
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const { port } = socket.address() as AddressInfo
    const address = `udp4://127.0.0.1:${port}`
    return { producer: address, consumer: address }
  }
}
