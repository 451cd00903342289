import type { WebSocket } from 'ws'
import { type FaceClock, systemFaceClock } from './clock.ts'
import type { CongestionOptions } from './congestion-marker.ts'
import {
  type CloseReason,
  DEFAULT_LINGER_MS,
  DEFAULT_MAX_QUEUE_BYTES,
  type Face,
  type FaceEvents,
  type FacePersistency,
} from './face.ts'
import { watchIdle } from './idle-watch.ts'
import { type LinkCounters, newLinkCounters } from './link-counters.ts'
import { wholeElement } from './tlv-header.ts'
import { TurnMarker } from './turn-marker.ts'

/** Milliseconds from one ping to the next (NFD's 10 s); a peer of which nothing came in between is gone. */
export const PING_INTERVAL_MS = 10_000

/** RFC 6455 §7.4.1: the endpoint is done; it received data of a type that it cannot accept. */
const NORMAL_CLOSURE = 1000
const UNSUPPORTED_DATA = 1003

export interface WebSocketOptions {
  /** Octets that may wait to be sent on each face. @defaultValue {@link DEFAULT_MAX_QUEUE_BYTES} */
  readonly maxQueue?: number | undefined
  /** How long `close` waits for the peer to read what it was sent, in milliseconds. @defaultValue {@link DEFAULT_LINGER_MS} */
  readonly linger?: number | undefined
  /** Of a WebSocket, in milliseconds. @defaultValue {@link PING_INTERVAL_MS} */
  readonly pingInterval?: number | undefined
  /** When packets are marked because their send queue is long; false: never. */
  readonly congestion?: CongestionOptions | false | undefined
  readonly clock?: FaceClock | undefined
}

interface WebSocketFaceOptions extends WebSocketOptions {
  /** Closes the face when nothing came or went for so long, in milliseconds. By default it may be idle. */
  readonly idleTimeout?: number | undefined
  readonly local: string
  readonly remote: string
  readonly isLocal: boolean
  readonly persistency: FacePersistency
}

/** A face over an open WebSocket connection: one binary message a packet, as NFD and NDNts have it. */
export class WebSocketFace implements Face {
  readonly local: string
  readonly remote: string
  readonly isLocal: boolean
  readonly linkType = 'point-to-point'
  readonly mtu = Number.POSITIVE_INFINITY
  readonly persistency: FacePersistency
  readonly counters: LinkCounters = newLinkCounters()
  readonly #socket: WebSocket
  readonly #maxQueue: number
  readonly #linger: number
  readonly #pingInterval: number
  readonly #clock: FaceClock
  readonly #marker: TurnMarker
  #events: FaceEvents | undefined
  #stopPinging = (): void => {}
  #stopWatching = (): void => {}
  #hasHeard = true
  #closing: CloseReason | undefined
  #detail = ''
  #isClosed = false

  /** @param socket just opened, of which nothing was read yet; it does not answer pings itself */
  constructor(socket: WebSocket, options: WebSocketFaceOptions) {
    this.local = options.local
    this.remote = options.remote
    this.isLocal = options.isLocal
    this.persistency = options.persistency
    this.#socket = socket
    this.#maxQueue = options.maxQueue ?? DEFAULT_MAX_QUEUE_BYTES
    this.#linger = options.linger ?? DEFAULT_LINGER_MS
    this.#pingInterval = options.pingInterval ?? PING_INTERVAL_MS
    this.#clock = options.clock ?? systemFaceClock
    this.#marker = new TurnMarker(options.congestion, this.#maxQueue, this.#clock, this.counters)
    socket.pause()
    socket.on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary))
    socket.on('ping', (data) => this.#answer(data))
    socket.on('pong', () => {
      this.#hasHeard = true
    })
    socket.on('error', (error: NodeJS.ErrnoException) => this.#onError(error))
    socket.once('close', () => this.#onSocketClosed())
    const { idleTimeout } = options
    if (idleTimeout === undefined) return
    this.#stopWatching = watchIdle(this.counters, idleTimeout, this.#clock, () =>
      this.#end('idle', '', NORMAL_CLOSURE),
    )
  }

  start(events: FaceEvents): void {
    this.#events = events
    if (this.#isClosed) queueMicrotask(() => events.onClose(this.#closing ?? 'closed-by-peer', this.#detail))
    else {
      this.#socket.resume()
      if (this.#closing === undefined) this.#schedulePing()
    }
  }

  send(buffer: Uint8Array, start = 0, end = buffer.length): boolean {
    // A socket that had the peer's closing says so only when it is closed.
    if (this.#closing !== undefined || this.#socket.readyState !== this.#socket.OPEN) return false
    const queued = this.#socket.bufferedAmount
    if (queued + end - start > this.#maxQueue) {
      this.counters.queueDrops++
      return false
    }
    const marked = this.#marker.mark(buffer, start, end, queued, this.#maxQueue - queued)
    const message = marked ?? Buffer.from(buffer.subarray(start, end))
    this.#socket.send(message, noteNothing)
    this.counters.packetsOut++
    this.counters.bytesOut += message.length
    return true
  }

  close(): void {
    this.#end('closed-here', '', NORMAL_CLOSURE)
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#closing !== undefined) return
    this.#hasHeard = true
    if (!isBinary) {
      this.#end('garbage', 'the peer sent text: a packet is a binary message', UNSUPPORTED_DATA)
      return
    }
    this.counters.bytesIn += data.length
    if (wholeElement(data, 0, data.length) === -1) {
      this.counters.malformed++
      return
    }
    // A connection that breaks while it is paused brings what it had received.
    if (this.#events === undefined) {
      this.counters.earlyDrops++
      return
    }
    this.counters.packetsIn++
    this.#events.onPacket(data, 0, data.length)
  }

  /** Not left to the socket: it would gather answers for a peer that pings and never reads. */
  #answer(data: Buffer): void {
    this.#hasHeard = true
    if (this.#closing === undefined && this.#socket.bufferedAmount <= this.#maxQueue)
      this.#socket.pong(data, undefined, noteNothing)
  }

  #schedulePing(): void {
    this.#stopPinging = this.#clock.after(this.#pingInterval, () => {
      if (!this.#hasHeard) {
        this.#note('error', `the peer did not answer a ping within ${this.#pingInterval} ms`)
        this.#socket.terminate()
        return
      }
      this.#hasHeard = false
      this.#socket.ping(undefined, undefined, noteNothing)
      this.#schedulePing()
    })
  }

  #onError(error: NodeJS.ErrnoException): void {
    if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
      this.#end('oversized', 'the peer sent a message larger than 8800 octets', undefined)
    else if (error.code?.startsWith('WS_ERR_')) this.#end('garbage', error.message, undefined)
    else this.#note('error', error.message)
  }

  /** @param code to tell the peer; without one the socket has told it already */
  #end(reason: CloseReason, detail: string, code: number | undefined): void {
    if (this.#closing !== undefined) return
    this.#note(reason, detail)
    if (code !== undefined) this.#socket.close(code)
    // The peer may never answer, or never read.
    const stop = this.#clock.after(this.#linger, () => this.#socket.terminate())
    this.#socket.once('close', stop)
  }

  #note(reason: CloseReason, detail: string): void {
    if (this.#closing !== undefined) return
    this.#closing = reason
    this.#detail = detail
    this.#stopPinging()
    this.#stopWatching()
    // A face that was never started would not see the peer's answer.
    this.#socket.resume()
  }

  #onSocketClosed(): void {
    this.#isClosed = true
    this.#note('closed-by-peer', '')
    this.#events?.onClose(this.#closing ?? 'closed-by-peer', this.#detail)
  }
}

/** A send that fails is followed by the socket's `close`. */
function noteNothing(): void {}
