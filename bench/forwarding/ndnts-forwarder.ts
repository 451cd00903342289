import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { Forwarder, type FwFace } from '@ndn/fw'
import { L3Face, type Transport as NdntsTransport, StreamTransport } from '@ndn/l3face'
import { UdpTransport } from '@ndn/node-transport'
import { Component, Name } from '@ndn/packet'
import { listenForStreams } from './listen.ts'
import { CHAIN_PREFIX, CONTENT_PREFIX } from './packets.ts'
import type { Addresses, ForwarderUnderTest } from './serve-forwarder.ts'
import type { Transport } from './transports.ts'

/** NDNts' forwarder with socket faces. */
export class NdntsForwarder implements ForwarderUnderTest {
  readonly #folder: string
  readonly #fw = Forwarder.create()
  readonly #faces = new Set<FwFace>()
  #sockets: UdpSocket[] = []

  /** @param folder for Unix sockets */
  constructor(folder: string) {
    this.#folder = folder
  }

  get peers(): number {
    return this.#faces.size
  }

  async listen(transport: Transport): Promise<Addresses> {
    if (transport === 'udp') {
      return { producer: await this.#awaitUdpPeer(), consumer: await this.#awaitUdpPeer() }
    }
    const address = await listenForStreams(transport, this.#folder, 'ndnts', (socket) => this.#add(socket))
    return { producer: address, consumer: address }
  }

  addRoutes(): void {
    for (const [type, text] of [CONTENT_PREFIX, CHAIN_PREFIX]) {
      for (const face of this.#faces) face.addRoute(new Name().append(new Component(type, text)))
    }
  }

  reset(): void {
    for (const face of this.#faces) face.close()
    for (const socket of this.#sockets) socket.removeAllListeners('message')
    this.#faces.clear()
    this.#sockets = []
  }

  #add(socket: Socket): void {
    const face = this.#addFace(new StreamTransport(socket))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      face.close()
      this.#faces.delete(face)
    })
  }

  /** It has no listener for UDP: a socket for one peer, which becomes a face when the peer says hello. */
  async #awaitUdpPeer(): Promise<string> {
    const socket = createSocket('udp4')
    this.#sockets.push(socket)
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    socket.once('message', async (_hello, { port }) => {
      socket.connect(port, '127.0.0.1')
      await once(socket, 'connect')
      this.#addFace(await UdpTransport.connect(socket))
    })
    return `udp4://127.0.0.1:${(socket.address() as AddressInfo).port}`
  }

  #addFace(transport: NdntsTransport): FwFace {
    const face = this.#fw.addFace(new L3Face(transport), { advertiseFrom: false })
    this.#faces.add(face)
    return face
  }
}
