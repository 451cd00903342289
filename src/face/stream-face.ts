import type { Socket } from 'node:net'
import { type FaceClock, systemFaceClock } from './clock.ts'
import { markCongestion } from './congestion-mark.ts'
import { CongestionMarker, type CongestionOptions } from './congestion-marker.ts'
import {
  type CloseReason,
  DEFAULT_LINGER_MS,
  DEFAULT_MAX_QUEUE_BYTES,
  type Face,
  type FaceCounters,
  type FaceEvents,
  type FacePersistency,
  newCounters,
} from './face.ts'
import { Framer } from './framer.ts'
import { watchIdle } from './idle-watch.ts'
import { SendBuffer } from './send-buffer.ts'
import type { StreamSocket } from './stream-socket.ts'

export interface StreamFaceOptions {
  readonly local: string
  readonly remote: string
  readonly isLocal: boolean
  /** @defaultValue 'persistent' */
  readonly persistency?: FacePersistency | undefined
  /** Octets that may wait to be sent. @defaultValue {@link DEFAULT_MAX_QUEUE_BYTES} */
  readonly maxQueue?: number | undefined
  /** How long `close` waits for the peer to read what it was sent, in milliseconds. @defaultValue {@link DEFAULT_LINGER_MS} */
  readonly linger?: number | undefined
  /** When packets are marked because the send queue is long; false: never. */
  readonly congestion?: CongestionOptions | false | undefined
  /** Closes the face when nothing came or went for so long, in milliseconds. By default it may be idle. */
  readonly idleTimeout?: number | undefined
  readonly clock?: FaceClock | undefined
}

/** A face over a connected Unix or TCP stream socket. */
export class StreamFace implements Face {
  readonly local: string
  readonly remote: string
  readonly isLocal: boolean
  readonly linkType = 'point-to-point'
  readonly mtu = Number.POSITIVE_INFINITY
  readonly persistency: FacePersistency
  readonly counters: FaceCounters = newCounters()
  readonly #stream: StreamSocket
  readonly #socket: Socket
  readonly #maxQueue: number
  readonly #linger: number
  readonly #clock: FaceClock
  readonly #marker: CongestionMarker | undefined
  #events: FaceEvents | undefined
  /** What was sent since the last write began. */
  #waiting = new SendBuffer()
  /** What the system has not taken of the write that is under way. The two take turns. */
  #writing = new SendBuffer()
  #isWriting = false
  #closing: CloseReason | undefined
  #detail = ''

  constructor(stream: StreamSocket, options: StreamFaceOptions) {
    const { socket } = stream
    const { congestion = {}, idleTimeout } = options
    this.#stream = stream
    this.#socket = socket
    this.local = options.local
    this.remote = options.remote
    this.isLocal = options.isLocal
    this.persistency = options.persistency ?? 'persistent'
    this.#maxQueue = options.maxQueue ?? DEFAULT_MAX_QUEUE_BYTES
    this.#linger = options.linger ?? DEFAULT_LINGER_MS
    this.#clock = options.clock ?? systemFaceClock
    if (congestion !== false) this.#marker = new CongestionMarker(congestion, this.#maxQueue)
    socket.on('error', (error) => this.#fail('error', error.message))
    socket.once('end', () => this.#noteClosing('closed-by-peer', ''))
    socket.once('close', () => {
      this.#noteClosing('closed-by-peer', '')
      this.#waiting.clear()
      this.#reportClose()
    })
    if (idleTimeout === undefined || socket.closed) return
    socket.once(
      'close',
      watchIdle(this.counters, idleTimeout, this.#clock, () => this.#closeFor('idle')),
    )
  }

  start(events: FaceEvents): void {
    const { counters } = this
    this.#events = events
    const framer = new Framer((buffer, start, end) => {
      // A packet may be what makes the owner close the face; those behind it in the chunk are not for anyone then.
      if (this.#closing !== undefined) return
      counters.packetsIn++
      counters.bytesIn += end - start
      events.onPacket(buffer, start, end)
    })
    this.#stream.start((buffer, end) => {
      const fault = framer.push(buffer, end)
      if (fault !== undefined) this.#fail(fault, FAULTS[fault])
    })
    if (this.#socket.closed) queueMicrotask(() => this.#reportClose())
  }

  send(buffer: Uint8Array, start = 0, end = buffer.length): boolean {
    if (this.#closing !== undefined) return false
    const underWay = this.#writing.length
    const queued = underWay + this.#waiting.length
    if (queued + end - start > this.#maxQueue) {
      this.counters.queueDrops++
      return false
    }
    // What only waits for the end of this turn is no queue: the peer had no chance to read it yet.
    if (this.#marker?.isCongested(underWay > 0 ? queued : 0) && this.#marker.isDue(this.#clock.now()))
      this.#sendMarked(buffer.subarray(start, end), queued)
    else this.#append(buffer, start, end)
    return true
  }

  close(): void {
    this.#closeFor('closed-here')
  }

  /** Sends a frame with a congestion mark, if there is room for that. */
  #sendMarked(frame: Uint8Array, queued: number): void {
    const marked = markCongestion(frame)
    const isMarked = marked !== frame && queued + marked.length <= this.#maxQueue
    if (isMarked) this.counters.congestionMarks++
    const sent = isMarked ? marked : frame
    this.#append(sent, 0, sent.length)
  }

  #append(buffer: Uint8Array, start: number, end: number): void {
    const waiting = this.#waiting
    // One write for all packets of this turn: a system call costs more than the work on a packet.
    if (waiting.length === 0 && !this.#isWriting) process.nextTick(this.#flush)
    waiting.append(buffer, start, end)
    this.counters.packetsOut++
    this.counters.bytesOut += end - start
  }

  /** Sends what waits, then closes. */
  #closeFor(reason: CloseReason): void {
    if (this.#closing !== undefined) return
    this.#closing = reason
    const last = this.#waiting
    if (last.length > 0) this.#write(last, () => last.clear())
    // The peer may never close its side, or never read.
    this.#socket.destroySoon()
    const cancel = this.#clock.after(this.#linger, () => this.#socket.destroy())
    this.#socket.once('close', cancel)
  }

  /** Writes what waits, one write at a time: while a peer does not read, what waits gathers here. */
  readonly #flush = (): void => {
    const waiting = this.#waiting
    if (this.#closing !== undefined || waiting.length === 0) return
    this.#waiting = this.#writing
    this.#writing = waiting
    this.#isWriting = true
    this.#write(waiting, this.#onWritten)
    // The system has taken all of it at once, as it does unless the peer is slow.
    if (this.#socket.writableLength === 0) waiting.clear()
  }

  readonly #onWritten = (): void => {
    this.#writing.clear()
    this.#isWriting = false
    this.#flush()
  }

  #write({ memory, length }: SendBuffer, onWritten: () => void): void {
    this.#socket.write(memory.subarray(0, length), onWritten)
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

const FAULTS = {
  oversized: 'the peer announced a packet larger than 8800 octets',
  garbage: 'the peer sent octets that do not begin a packet',
}
