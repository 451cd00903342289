import {
  type CloseReason,
  DEFAULT_MAX_QUEUE_BYTES,
  type Face,
  type FaceCounters,
  type FaceEvents,
  newCounters,
} from './face.ts'

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

class MemoryFace implements Face {
  readonly local = 'internal://'
  readonly remote = 'internal://'
  readonly isLocal = true
  readonly counters: FaceCounters = newCounters()
  peer: MemoryFace | undefined
  readonly #maxQueue: number
  #events: FaceEvents | undefined
  /** What the peer sent and this side has not taken yet. */
  #inbox: Uint8Array[] = []
  #inboxBytes = 0
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

  send(packet: Uint8Array): boolean {
    if (this.#closing !== undefined) return false
    if (!(this.peer as MemoryFace).#take(packet)) {
      this.counters.queueDrops++
      return false
    }
    this.counters.packetsOut++
    this.counters.bytesOut += packet.length
    return true
  }

  close(): void {
    if (this.#closing !== undefined) return
    this.#end('closed-here')
    ;(this.peer as MemoryFace).#end('closed-by-peer')
  }

  #take(packet: Uint8Array): boolean {
    if (this.#inboxBytes + packet.length > this.#maxQueue) return false
    this.#inbox.push(packet)
    this.#inboxBytes += packet.length
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
    const packets = this.#inbox
    this.#inbox = []
    this.#inboxBytes = 0
    for (const packet of packets) {
      if (this.#closing === 'closed-here') break
      this.counters.packetsIn++
      this.counters.bytesIn += packet.length
      events.onPacket(packet)
    }
    if (this.#closing === undefined || this.#isClosed || this.#inbox.length > 0) return
    this.#isClosed = true
    events.onClose(this.#closing, '')
  }
}
