import type { Socket } from 'node:net'
import {
  type CloseReason,
  DEFAULT_LINGER_MS,
  DEFAULT_MAX_QUEUE_BYTES,
  type Face,
  type FaceCounters,
  type FaceEvents,
  newCounters,
} from './face.ts'
import { Framer } from './framer.ts'

export interface StreamFaceOptions {
  readonly local: string
  readonly remote: string
  readonly isLocal: boolean
  /** Octets that may wait to be sent. @defaultValue {@link DEFAULT_MAX_QUEUE_BYTES} */
  readonly maxQueue?: number | undefined
  /** How long `close` waits for the peer to read what it was sent, in milliseconds. @defaultValue {@link DEFAULT_LINGER_MS} */
  readonly linger?: number | undefined
}

/** A face over a connected Unix or TCP stream socket. */
export class StreamFace implements Face {
  readonly local: string
  readonly remote: string
  readonly isLocal: boolean
  readonly counters: FaceCounters = newCounters()
  readonly #socket: Socket
  readonly #maxQueue: number
  readonly #linger: number
  #events: FaceEvents | undefined
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #isWriting = false
  #closing: CloseReason | undefined
  #detail = ''

  constructor(socket: Socket, options: StreamFaceOptions) {
    this.#socket = socket
    this.local = options.local
    this.remote = options.remote
    this.isLocal = options.isLocal
    this.#maxQueue = options.maxQueue ?? DEFAULT_MAX_QUEUE_BYTES
    this.#linger = options.linger ?? DEFAULT_LINGER_MS
    socket.pause()
    socket.on('error', (error) => this.#fail('error', error.message))
    socket.once('end', () => this.#noteClosing('closed-by-peer', ''))
    socket.once('close', () => {
      this.#noteClosing('closed-by-peer', '')
      this.#dropWaiting()
      this.#reportClose()
    })
  }

  start(events: FaceEvents): void {
    const { counters } = this
    this.#events = events
    const framer = new Framer((packet) => {
      // A packet may be what makes the owner close the face; those behind it in the chunk are not for anyone then.
      if (this.#closing !== undefined) return
      counters.packetsIn++
      counters.bytesIn += packet.length
      events.onPacket(packet)
    })
    this.#socket.on('data', (chunk) => {
      const fault = framer.push(chunk)
      if (fault !== undefined) this.#fail(fault, FAULTS[fault])
    })
    if (this.#socket.closed) queueMicrotask(() => this.#reportClose())
    else this.#socket.resume()
  }

  send(packet: Uint8Array): boolean {
    if (this.#closing !== undefined) return false
    if (this.#waitingBytes + this.#socket.writableLength + packet.length > this.#maxQueue) {
      this.counters.queueDrops++
      return false
    }
    // One write for all packets of this turn: a system call costs more than the work on a packet.
    if (this.#waiting.length === 0 && !this.#isWriting) process.nextTick(() => this.#flush())
    // What waits for a slow peer is copied: a view would keep alive the whole chunk that the packet came in.
    this.#waiting.push(this.#isWriting ? ownCopy(packet) : packet)
    this.#waitingBytes += packet.length
    this.counters.packetsOut++
    this.counters.bytesOut += packet.length
    return true
  }

  close(): void {
    if (this.#closing !== undefined) return
    this.#closing = 'closed-here'
    this.#write()
    // The peer may never close its side, or never read.
    this.#socket.destroySoon()
    const timer = setTimeout(() => this.#socket.destroy(), this.#linger).unref()
    this.#socket.once('close', () => clearTimeout(timer))
  }

  /** Writes what waits, one write at a time: while a peer does not read, what waits gathers here. */
  #flush(): void {
    if (this.#closing !== undefined || this.#waiting.length === 0) return
    this.#isWriting = true
    this.#write(() => {
      this.#isWriting = false
      this.#flush()
    })
  }

  #write(onWritten?: () => void): void {
    const packets = this.#waiting
    const bytes = this.#waitingBytes
    this.#dropWaiting()
    if (packets.length === 0) return
    const only = packets.length === 1 ? packets[0] : undefined
    this.#socket.write(only ?? Buffer.concat(packets, bytes), onWritten)
  }

  #dropWaiting(): void {
    this.#waiting = []
    this.#waitingBytes = 0
  }

  #noteClosing(reason: CloseReason, detail: string): void {
    if (this.#closing !== undefined) return
    this.#closing = reason
    this.#detail = detail
  }

  #fail(reason: CloseReason, detail: string): void {
    this.#noteClosing(reason, detail)
    this.#socket.destroy()
  }

  #reportClose(): void {
    this.#events?.onClose(this.#closing ?? 'closed-by-peer', this.#detail)
  }
}

/** With memory of its own: a small `Buffer.from` would keep alive the slab that it shares. */
function ownCopy(packet: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafeSlow(packet.length)
  copy.set(packet)
  return copy
}

const FAULTS = {
  oversized: 'the peer announced a packet larger than 8800 octets',
  garbage: 'the peer sent octets that do not begin a packet',
}
