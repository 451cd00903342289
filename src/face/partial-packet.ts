import { copyBytes, MAX_PACKET_SIZE, TT } from '../packet/index.ts'
import type { FragmentHeader } from './fragment-header.ts'
import { headerSize, wholeElement, writeHeader } from './tlv-header.ts'

/** What one entry of the table of fragments takes, in octets. */
const TABLE_ENTRY_BYTES = 4

/** A packet of which some fragments have come, each kept in the order in which it came. */
export class PartialPacket {
  readonly high: number
  readonly low: number
  readonly sender: string
  readonly count: number
  /** When its last fragment came, in milliseconds. */
  lastTime: number
  #received = 0
  #fieldsSize = 0
  #memory: Uint8Array
  #used = 0
  /** Where each fragment lies in `#memory`, and how long it is: 0 while it has not come. */
  readonly #table: Uint16Array

  /** Octets of memory that a packet takes of which this is the first fragment that comes. */
  static memoryFor(header: FragmentHeader, end: number): number {
    const { count, fieldsStart, fieldsEnd, payloadStart } = header
    const expected = Math.min(MAX_PACKET_SIZE, (end - payloadStart) * count + fieldsEnd - fieldsStart)
    return expected + TABLE_ENTRY_BYTES * count
  }

  constructor(header: FragmentHeader, end: number, sender: string, now: number) {
    this.lastTime = now
    this.high = header.high
    this.low = header.low
    this.sender = sender
    this.count = header.count
    this.#table = new Uint16Array(2 * this.count)
    this.#memory = Buffer.allocUnsafeSlow(
      PartialPacket.memoryFor(header, end) - TABLE_ENTRY_BYTES * this.count,
    )
  }

  /** Octets of memory that it takes. */
  get memorySize(): number {
    return this.#memory.length + TABLE_ENTRY_BYTES * this.count
  }

  get isComplete(): boolean {
    return this.#received === this.count
  }

  has(index: number): boolean {
    return this.#table[2 * index + 1] !== 0
  }

  /** Takes a fragment that it does not have; false if the packet would be larger than a packet may be. */
  add(buffer: Uint8Array, header: FragmentHeader, end: number): boolean {
    const { index, fieldsStart, fieldsEnd, payloadStart } = header
    const fields = index === 0 ? fieldsEnd - fieldsStart : 0
    const used = this.#used + fields + end - payloadStart
    if (used > MAX_PACKET_SIZE) return false
    if (used > this.#memory.length) {
      const larger = Buffer.allocUnsafeSlow(MAX_PACKET_SIZE)
      larger.set(this.#memory)
      this.#memory = larger
    }
    if (index === 0) this.#fieldsSize = fields
    const at = this.#used + fields
    copyBytes(buffer, fieldsStart, fieldsStart + fields, this.#memory, this.#used)
    copyBytes(buffer, payloadStart, end, this.#memory, at)
    this.#table[2 * index] = at
    this.#table[2 * index + 1] = end - payloadStart
    this.#used = used
    this.#received++
    return true
  }

  /**
   * Writes the whole packet to a buffer, which has room for {@link MAX_PACKET_SIZE} octets.
   * @returns its size; 0 if it is no packet: not one TLV element, larger than a packet may be, or an LpPacket inside the one
   * that was cut, which without that one's header would be taken for it
   */
  write(to: Uint8Array): number {
    const fields = this.#fieldsSize
    const payload = this.#used - fields
    let at = 0
    if (fields > 0) {
      const length = fields + headerSize(payload) + payload
      if (headerSize(length) + length > MAX_PACKET_SIZE) return 0
      at = writeHeader(to, 0, TT.LpPacket, length)
      const from = (this.#table[0] as number) - fields
      copyBytes(this.#memory, from, from + fields, to, at)
      at = writeHeader(to, at + fields, TT.LpFragment, payload)
    }
    for (let index = 0; index < this.count; index++) {
      const from = this.#table[2 * index] as number
      const size = this.#table[2 * index + 1] as number
      copyBytes(this.#memory, from, from + size, to, at)
      at += size
    }
    const isBare = fields === 0
    if (isBare && to[0] === TT.LpPacket) return 0
    return wholeElement(to, 0, at) === -1 ? 0 : at
  }
}
