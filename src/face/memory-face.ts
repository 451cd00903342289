import {
  type CloseReason,
  DEFAULT_MAX_QUEUE_BYTES,
  type Face,
  type FaceCounters,
  type FaceEvents,
  newCounters,
} from './face.ts'
import { SendBuffer } from './send-buffer.ts'

/**
 * A pair of connected faces in one process. Packets arrive in a later microtask, as they would from a socket.
 * @param maxQueue octets that may wait for a side that has not been started; default {@link DEFAULT_MAX_QUEUE_BYTES}
 */
export function memoryFaces(maxQueue = DEFAULT_MAX_QUEUE_BYTES): [Face, Face] {
  const a = new MemoryFace(maxQueue)
  const b = new MemoryFace(maxQueue)
  a.peer = b
  b.peer = a
  return [a, b]
}

/** Frames, and where each ends: a link inside a process carries what it is given, also what is no packet. */
class Inbox {
  readonly frames = new SendBuffer()
  readonly ends: number[] = []
}

class MemoryFace implements Face {
  readonly local = 'internal://'
  readonly remote = 'internal://'
  readonly isLocal = true
  readonly linkType = 'point-to-point'
  readonly mtu = Number.POSITIVE_INFINITY
  readonly persistency = 'persistent'
  readonly counters: FaceCounters = newCounters()
  peer: MemoryFace | undefined
  readonly #maxQueue: number
  #events: FaceEvents | undefined
  /** What the peer sent and this side has not taken yet. */
  #inbox = new Inbox()
  /** The other of two inboxes that take turns: one is filled while what is in the other is delivered. */
  #spareInbox = new Inbox()
  #isDelivering = false
  #closing: CloseReason | undefined
  #isClosed = false

  constructor(maxQueue: number) {
    this.#maxQueue = maxQueue
  }

  start(events: FaceEvents): void {
    this.#events = events
    this.#wake()
  }

  send(buffer: Uint8Array, start = 0, end = buffer.length): boolean {
    if (this.#closing !== undefined) return false
    if (!(this.peer as MemoryFace).#take(buffer, start, end)) {
      this.counters.queueDrops++
      return false
    }
    this.counters.packetsOut++
    this.counters.bytesOut += end - start
    return true
  }

  close(): void {
    if (this.#closing !== undefined) return
    this.#end('closed-here')
    ;(this.peer as MemoryFace).#end('closed-by-peer')
  }

  #take(buffer: Uint8Array, start: number, end: number): boolean {
    const { frames, ends } = this.#inbox
    if (frames.length + end - start > this.#maxQueue) return false
    frames.append(buffer, start, end)
    ends.push(frames.length)
    this.#wake()
    return true
  }

  #end(reason: CloseReason): void {
    if (this.#closing !== undefined) return
    this.#closing = reason
    this.#wake()
  }

  /** Delivers what is in the inbox, and the end if it has come, once this turn is over and if the owner is there. */
  #wake(): void {
    if (this.#isDelivering || this.#events === undefined || this.#isClosed) return
    this.#isDelivering = true
    queueMicrotask(() => {
      this.#isDelivering = false
      this.#deliver(this.#events as FaceEvents)
    })
  }

  #deliver(events: FaceEvents): void {
    const inbox = this.#inbox
    this.#inbox = this.#spareInbox
    this.#spareInbox = inbox
    const { frames, ends } = inbox
    try {
      this.#deliverFrames(frames.memory, ends, events)
    } finally {
      frames.clear()
      ends.length = 0
    }
    if (this.#closing === undefined || this.#isClosed || this.#inbox.ends.length > 0) return
    this.#isClosed = true
    events.onClose(this.#closing, '')
  }

  #deliverFrames(memory: Uint8Array, ends: readonly number[], events: FaceEvents): void {
    let start = 0
    for (const end of ends) {
      if (this.#closing === 'closed-here') return
      this.counters.packetsIn++
      this.counters.bytesIn += end - start
      events.onPacket(memory, start, end)
      start = end
    }
  }
}
