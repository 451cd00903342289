import { MAX_PACKET_SIZE } from '../packet/index.ts'
import { type FaceClock, systemFaceClock } from './clock.ts'
import type { CongestionOptions } from './congestion-marker.ts'
import { DatagramSlots, type Transmit } from './datagram-slots.ts'
import {
  type CloseReason,
  DEFAULT_LINGER_MS,
  DEFAULT_MAX_QUEUE_BYTES,
  type Face,
  type FaceEvents,
  type FacePersistency,
} from './face.ts'
import { Fragmenter } from './fragmenter.ts'
import { type LinkCounters, newLinkCounters } from './link-counters.ts'
import { Reassembler, type ReassemblyOptions } from './reassembler.ts'
import { wholeElement } from './tlv-header.ts'
import { TurnMarker } from './turn-marker.ts'

/** Most octets that are kept for an owner that has not started its face yet. */
export const MAX_EARLY_BYTES = 64 * 1024

export interface DatagramOptions {
  /** Octets of a datagram, {@link MIN_MTU} to {@link MAX_MTU}; larger packets are fragmented. */
  readonly mtu?: number | undefined
  /** Octets that may wait to be taken by the system. @defaultValue {@link DEFAULT_MAX_QUEUE_BYTES} */
  readonly maxQueue?: number | undefined
  /** How long `close` waits for the system to take what was sent, in milliseconds. @defaultValue {@link DEFAULT_LINGER_MS} */
  readonly linger?: number | undefined
  /** When packets are marked because their send queue is long; false: never. */
  readonly congestion?: CongestionOptions | false | undefined
  readonly reassembly?: ReassemblyOptions | undefined
  readonly clock?: FaceClock | undefined
}

export interface DatagramFaceOptions extends DatagramOptions {
  readonly local: string
  readonly remote: string
  readonly linkType: Face['linkType']
  readonly persistency: FacePersistency
  readonly mtu: number
  readonly transmit: Transmit
  /** Gives back the socket, or the face's part in one. Called once. */
  readonly release: () => void
}

/**
 * A face over datagrams, with NDNLPv2 fragmentation and reassembly. Who owns the socket gives it what came with `receive`.
 *
 * No failure of the link closes it, whatever its persistency: what the system says of a datagram (that nobody listens
 * there, say) is true of that moment only, can be forged, and the peer may be back for the next one. Failures are counted.
 */
export class DatagramFace implements Face {
  readonly local: string
  readonly remote: string
  /** As in NFD: who sent a datagram is not known well enough for `/localhost`. */
  readonly isLocal = false
  readonly linkType: Face['linkType']
  readonly mtu: number
  readonly persistency: FacePersistency
  readonly counters: LinkCounters = newLinkCounters()
  /** When the last well-framed datagram came, in milliseconds of the clock. */
  lastReceived: number
  readonly #clock: FaceClock
  readonly #maxQueue: number
  readonly #linger: number
  readonly #release: () => void
  readonly #fragmenter: Fragmenter
  readonly #reassembler: Reassembler
  readonly #slots: DatagramSlots
  readonly #marker: TurnMarker
  #events: FaceEvents | undefined
  /** What came before `start`. */
  #early: Uint8Array[] = []
  #earlyBytes = 0
  #closing: CloseReason | undefined
  #detail = ''
  #isReleased = false
  #stopLingering = (): void => {}
  #isSweeping = false
  #stopSweeping = (): void => {}

  /** @throws RangeError on an MTU that no packet can be cut to */
  constructor(options: DatagramFaceOptions) {
    this.local = options.local
    this.remote = options.remote
    this.linkType = options.linkType
    this.mtu = options.mtu
    this.persistency = options.persistency
    this.#clock = options.clock ?? systemFaceClock
    this.#maxQueue = options.maxQueue ?? DEFAULT_MAX_QUEUE_BYTES
    this.#linger = options.linger ?? DEFAULT_LINGER_MS
    this.#release = options.release
    this.#fragmenter = new Fragmenter(options.mtu)
    this.#reassembler = new Reassembler(this.counters, options.reassembly)
    this.#slots = new DatagramSlots(options.mtu, options.transmit, (error) => this.#sent(error))
    this.#marker = new TurnMarker(options.congestion, this.#maxQueue, this.#clock, this.counters)
    this.lastReceived = this.#clock.now()
  }

  start(events: FaceEvents): void {
    this.#events = events
    const wasReleased = this.#isReleased
    if (this.#early.length === 0 && !wasReleased) return
    queueMicrotask(() => {
      const early = this.#early
      this.#early = []
      this.#earlyBytes = 0
      for (const frame of early) this.#deliver(frame, 0, frame.length)
      if (wasReleased) events.onClose(this.#closing ?? 'closed-here', this.#detail)
    })
  }

  send(buffer: Uint8Array, start = 0, end = buffer.length): boolean {
    if (this.#closing !== undefined) return false
    const queued = this.#slots.bytes
    const marked = this.#marker.mark(buffer, start, end, queued, this.#maxQueue - queued)
    if (marked === undefined) return this.#send(buffer, start, end)
    if (this.#fragmenter.begin(marked, 0, marked.length) > 0) return this.#send(marked, 0, marked.length)
    // The mark was one field too many for a small MTU.
    this.counters.congestionMarks--
    return this.#send(buffer, start, end)
  }

  #send(buffer: Uint8Array, start: number, end: number): boolean {
    const count = this.#fragmenter.begin(buffer, start, end)
    if (count === 0) {
      this.counters.unfragmentable++
      return false
    }
    // All fragments or none: a part of a packet is of no use to anybody.
    if (this.#slots.bytes + (count === 1 ? end - start : count * this.mtu) > this.#maxQueue) {
      this.counters.queueDrops++
      return false
    }
    for (let index = 0; index < count; index++) {
      const slot = this.#slots.take(count === 1 ? end - start : this.mtu)
      const size = this.#fragmenter.write(index, slot.buffer)
      this.counters.bytesOut += size
      this.#slots.send(slot, size)
    }
    if (count > 1) this.counters.fragmentsOut += count
    this.counters.packetsOut++
    return true
  }

  /**
   * Takes a datagram.
   * @param sender tells peers on a multi-access link apart
   */
  receive(datagram: Uint8Array, sender = ''): void {
    if (this.#closing !== undefined) return
    const size = datagram.length
    this.counters.bytesIn += size
    if (!isFrame(datagram)) {
      this.counters.malformed++
      return
    }
    const now = this.#clock.now()
    this.lastReceived = now
    const reassembler = this.#reassembler
    if (!reassembler.receive(datagram, 0, size, now, sender)) {
      this.#sweepLater()
      return
    }
    if (this.#events === undefined || this.#early.length > 0)
      this.#keep(reassembler.buffer, reassembler.start, reassembler.end)
    else this.#deliver(reassembler.buffer, reassembler.start, reassembler.end)
  }

  /** Counts a failure that the system reported outside of any call. */
  noteLinkError(): void {
    this.counters.linkErrors++
  }

  close(): void {
    this.closeFor('closed-here', '')
  }

  /** Sends what waits, then closes, and says why. */
  closeFor(reason: CloseReason, detail: string): void {
    if (this.#closing !== undefined) return
    this.#closing = reason
    this.#detail = detail
    if (this.#slots.bytes === 0) queueMicrotask(() => this.#end())
    else this.#stopLingering = this.#clock.after(this.#linger, () => this.#end())
  }

  /** What waits for fragments is given up in time also if nothing comes any more. */
  #sweepLater(): void {
    if (this.#isSweeping || this.#reassembler.size === 0) return
    this.#isSweeping = true
    this.#stopSweeping = this.#clock.after(this.#reassembler.timeout, () => {
      this.#isSweeping = false
      this.#reassembler.sweep(this.#clock.now())
      this.#sweepLater()
    })
  }

  /** Keeps a frame for an owner that has not started the face. */
  #keep(buffer: Uint8Array, start: number, end: number): void {
    if (this.#earlyBytes + end - start > MAX_EARLY_BYTES) {
      this.counters.earlyDrops++
      return
    }
    this.#earlyBytes += end - start
    this.#early.push(Buffer.from(buffer.subarray(start, end)))
  }

  #deliver(buffer: Uint8Array, start: number, end: number): void {
    if (this.#closing !== undefined) return
    this.counters.packetsIn++
    this.#events?.onPacket(buffer, start, end)
  }

  #sent(error: Error | null): void {
    if (error !== null) this.counters.linkErrors++
    if (this.#closing !== undefined && this.#slots.bytes === 0) this.#end()
  }

  #end(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#stopLingering()
    this.#stopSweeping()
    this.#release()
    this.#events?.onClose(this.#closing ?? 'closed-here', this.#detail)
  }
}

/** Whether a datagram is one TLV element, and no larger than a packet may be. */
export function isFrame(datagram: Uint8Array): boolean {
  return datagram.length <= MAX_PACKET_SIZE && wholeElement(datagram, 0, datagram.length) !== -1
}
