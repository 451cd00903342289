import { MAX_PACKET_SIZE, TT } from '../packet/index.ts'
import { FragmentHeader } from './fragment-header.ts'
import type { LinkCounters } from './link-counters.ts'
import { PartialPacket } from './partial-packet.ts'

/** Milliseconds after its last fragment for which a packet waits for the next (NFD's reassemblyTimeout). */
export const REASSEMBLY_TIMEOUT_MS = 500

/** Most fragments of a packet (NFD's nMaxFragments). */
export const MAX_FRAGMENTS = 400

/** Most packets that are being put together on a face. */
export const MAX_PARTIAL_PACKETS = 64

/** Most octets of memory that these take. */
export const MAX_PARTIAL_BYTES = 128 * 1024

/** So many of the packets put together last are remembered, so that none of them begins anew when a fragment comes twice. */
const REMEMBERED_PACKETS = 16

export interface ReassemblyOptions {
  /** Milliseconds. @defaultValue {@link REASSEMBLY_TIMEOUT_MS} */
  readonly timeout?: number | undefined
  /** @defaultValue {@link MAX_FRAGMENTS} */
  readonly maxFragments?: number | undefined
  /** @defaultValue {@link MAX_PARTIAL_PACKETS} */
  readonly maxPackets?: number | undefined
  /** Octets; a packet that alone takes more than that is not put together. @defaultValue {@link MAX_PARTIAL_BYTES} */
  readonly maxBytes?: number | undefined
}

/** Fragments become packets again here, for every face: the result is used before the next datagram is looked at. */
const assembled = Buffer.allocUnsafeSlow(MAX_PACKET_SIZE)
const header = new FragmentHeader()

/**
 * Puts fragmented packets together (NDNLPv2, "Indexed Fragmentation"). What comes out looks like what came from a link
 * without an MTU: an LpPacket with the first fragment's other fields, or a bare packet if it had none.
 */
export class Reassembler {
  readonly #counters: LinkCounters
  /** Milliseconds after its last fragment for which a packet waits. */
  readonly timeout: number
  readonly #maxFragments: number
  readonly #maxPackets: number
  readonly #maxBytes: number
  /** The one that had a fragment last is at the end. */
  readonly #partials: PartialPacket[] = []
  #bytes = 0
  readonly #doneHigh = new Float64Array(REMEMBERED_PACKETS)
  readonly #doneLow = new Float64Array(REMEMBERED_PACKETS)
  readonly #doneTime = new Float64Array(REMEMBERED_PACKETS).fill(Number.NEGATIVE_INFINITY)
  readonly #doneSender: string[] = []
  #doneNext = 0
  /** Where the packet lies after `receive` has returned true; good until the next call to any reassembler. */
  buffer: Uint8Array = assembled
  start = 0
  end = 0

  constructor(counters: LinkCounters, options: ReassemblyOptions = {}) {
    this.#counters = counters
    this.timeout = options.timeout ?? REASSEMBLY_TIMEOUT_MS
    this.#maxFragments = options.maxFragments ?? MAX_FRAGMENTS
    this.#maxPackets = options.maxPackets ?? MAX_PARTIAL_PACKETS
    this.#maxBytes = options.maxBytes ?? MAX_PARTIAL_BYTES
  }

  /** Packets that are being put together. */
  get size(): number {
    return this.#partials.length
  }

  /** Octets of memory that these take. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Takes a frame, one TLV element from `start` up to `end`. What is no fragment comes out as it is. Nothing is thrown.
   * @param now milliseconds that never go back
   * @param sender tells peers on one link apart
   * @returns whether there is a whole packet, which then lies in `buffer` from `start` up to `end`
   */
  receive(buffer: Uint8Array, start: number, end: number, now: number, sender = ''): boolean {
    if (this.#partials.length > 0) this.sweep(now)
    const kind = buffer[start] === TT.LpPacket ? header.read(buffer, start, end) : 'whole'
    if (kind === 'whole') {
      this.buffer = buffer
      this.start = start
      this.end = end
      return true
    }
    this.#counters.fragmentsIn++
    const partial = kind === 'bad' ? undefined : this.#partialFor(end, now, sender)
    if (partial === undefined) {
      this.#counters.badFragments++
      return false
    }
    return partial !== 'duplicate' && this.#add(partial, buffer, end, now)
  }

  /** Gives up the packets whose time is over. */
  sweep(now: number): void {
    for (let oldest = this.#partials[0]; oldest !== undefined; oldest = this.#partials[0]) {
      if (now - oldest.lastTime < this.timeout) return
      this.#remove(oldest)
      this.#counters.reassemblyTimeouts++
    }
  }

  /** The packet that the fragment in `header` belongs to; undefined if it cannot belong to any. */
  #partialFor(end: number, now: number, sender: string): PartialPacket | 'duplicate' | undefined {
    for (let i = this.#partials.length - 1; i >= 0; i--) {
      const partial = this.#partials[i] as PartialPacket
      if (partial.low !== header.low || partial.high !== header.high || partial.sender !== sender) continue
      if (partial.count !== header.count) return undefined
      return partial.has(header.index) ? this.#duplicate() : partial
    }
    if (this.#isDone(now, sender)) return this.#duplicate()
    if (header.count > this.#maxFragments || this.#maxPackets < 1) return undefined
    const needed = PartialPacket.memoryFor(header, end)
    if (needed > this.#maxBytes) return undefined
    while (this.#partials.length >= this.#maxPackets || this.#bytes + needed > this.#maxBytes) this.#evict()
    const partial = new PartialPacket(header, end, sender, now)
    this.#partials.push(partial)
    this.#bytes += partial.memorySize
    return partial
  }

  #add(partial: PartialPacket, buffer: Uint8Array, end: number, now: number): boolean {
    const before = partial.memorySize
    if (!partial.add(buffer, header, end)) {
      this.#counters.badFragments++
      return false
    }
    this.#bytes += partial.memorySize - before
    partial.lastTime = now
    const last = this.#partials.length - 1
    if (this.#partials[last] !== partial) {
      this.#partials.splice(this.#partials.indexOf(partial), 1)
      this.#partials.push(partial)
    }
    // A packet can turn out larger than its first fragment let expect.
    while (this.#bytes > this.#maxBytes) this.#evict()
    return partial.isComplete && this.#finish(partial, now)
  }

  #finish(partial: PartialPacket, now: number): boolean {
    // Evicted as the last of all, it is counted there.
    if (this.#partials.at(-1) !== partial) return false
    this.#remove(partial)
    this.#remember(partial, now)
    const size = partial.write(assembled)
    if (size === 0) {
      this.#counters.badFragments++
      return false
    }
    this.buffer = assembled
    this.start = 0
    this.end = size
    return true
  }

  #duplicate(): 'duplicate' {
    this.#counters.duplicateFragments++
    return 'duplicate'
  }

  #remember(partial: PartialPacket, now: number): void {
    const at = this.#doneNext
    this.#doneHigh[at] = partial.high
    this.#doneLow[at] = partial.low
    this.#doneTime[at] = now
    this.#doneSender[at] = partial.sender
    this.#doneNext = (at + 1) % REMEMBERED_PACKETS
  }

  /** Whether the packet of `header` was put together lately. Not longer ago: a peer that was restarted may begin to count anew. */
  #isDone(now: number, sender: string): boolean {
    for (let i = 0; i < REMEMBERED_PACKETS; i++) {
      if (
        this.#doneLow[i] === header.low &&
        this.#doneHigh[i] === header.high &&
        this.#doneSender[i] === sender &&
        now - (this.#doneTime[i] as number) < this.timeout
      )
        return true
    }
    return false
  }

  #evict(): void {
    this.#remove(this.#partials[0] as PartialPacket)
    this.#counters.reassemblyEvictions++
  }

  #remove(partial: PartialPacket): void {
    this.#partials.splice(this.#partials.indexOf(partial), 1)
    this.#bytes -= partial.memorySize
  }
}
