import { PacketError } from './errors.ts'
import { MAX_TYPE } from './tlv-types.ts'

/** Largest packet on any link, in octets, with its NDNLPv2 header (NFD's MAX_NDN_PACKET_SIZE). */
export const MAX_PACKET_SIZE = 8800

const NOTHING = new Uint8Array()

/** Fewest octets that are copied by native code: it needs a view of them, which takes longer than to copy a few here. */
const NATIVE_COPY = 48

/** Copies octets of one buffer to a place in another. */
export function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  const length = end - start
  if (length < NATIVE_COPY) for (let i = 0; i < length; i++) to[at + i] = from[start + i] as number
  else to.set(new Uint8Array(from.buffer, from.byteOffset + start, length), at)
}

/**
 * Walks the TLV elements of a buffer without copying. After `next()` has returned true, the element's place is in
 * `type`, `start` (of its TLV-TYPE), `valueStart` and `valueEnd`. One reader can serve many buffers, one after the other.
 */
export class TlvReader {
  buffer: Uint8Array
  type = 0
  start = 0
  valueStart = 0
  valueEnd = 0
  #offset: number
  #end: number

  constructor(buffer: Uint8Array = NOTHING, start = 0, end = buffer.length) {
    this.buffer = buffer
    this.#offset = start
    this.#end = end
  }

  /** Begins anew, with another buffer. */
  reset(buffer: Uint8Array, start: number, end: number): this {
    this.buffer = buffer
    this.#offset = start
    this.#end = end
    return this
  }

  /**
   * Steps to the next element; false at the end.
   * @throws PacketError truncated | non-minimal | bad-value
   */
  next(): boolean {
    const at = this.#offset
    const end = this.#end
    if (at >= end) return false
    this.start = at
    const { buffer } = this
    const type = buffer[at] as number
    const length = at + 2 <= end ? (buffer[at + 1] as number) : 253
    // Most elements have a header of two octets.
    if (type > 0 && type < 253 && length < 253 && at + 2 + length <= end) {
      this.type = type
      this.valueStart = at + 2
      this.valueEnd = at + 2 + length
      this.#offset = this.valueEnd
      return true
    }
    return this.#nextWithAnyHeader()
  }

  #nextWithAnyHeader(): boolean {
    this.type = this.#varNum()
    if (this.type === 0) throw new PacketError('bad-value', 'TLV-TYPE 0 is reserved')
    if (this.type > MAX_TYPE) throw new PacketError('bad-value', 'a TLV-TYPE beyond 2^32-1')
    const length = this.#varNum()
    this.valueStart = this.#offset
    this.valueEnd = this.#offset + length
    if (this.valueEnd > this.#end) {
      throw new PacketError(
        'truncated',
        `element ${this.type} says ${length} octets, ${this.#end - this.#offset} are left`,
      )
    }
    this.#offset = this.valueEnd
    return true
  }

  /** The element's TLV-VALUE, a view. */
  get value(): Uint8Array {
    return this.buffer.subarray(this.valueStart, this.valueEnd)
  }

  /** A reader of the elements inside this element: a new one, or `reader` begun anew. */
  inside(reader = new TlvReader()): TlvReader {
    return reader.reset(this.buffer, this.valueStart, this.valueEnd)
  }

  /** Octets in the element's TLV-VALUE. */
  get length(): number {
    return this.valueEnd - this.valueStart
  }

  /**
   * The element's value as a NonNegativeInteger (§1.4). A number beyond 2^53-1 is read as 2^53-1: a period of so many
   * milliseconds is legal and no different from this one.
   * @throws PacketError bad-value on another size than 1, 2, 4 or 8 octets
   */
  nni(): number {
    return Math.min(readSizedUint(this.buffer, this.valueStart, this.valueEnd), Number.MAX_SAFE_INTEGER)
  }

  /**
   * Checks the size of a value whose size is fixed.
   * @param what the element's name for the message
   * @throws PacketError bad-value
   */
  expectLength(octets: number, what: string): void {
    if (this.length !== octets)
      throw new PacketError('bad-value', `a ${what} of ${this.length} octets, not ${octets}`)
  }

  /** A TLV-TYPE or TLV-LENGTH: 1, 3, 5 or 9 octets, shortest form only (§1.2). */
  #varNum(): number {
    const { buffer } = this
    const at = this.#offset
    const first = buffer[at]
    if (first === undefined || at >= this.#end)
      throw new PacketError('truncated', 'the element ends in its header')
    if (first < 253) {
      this.#offset = at + 1
      return first
    }
    const size = first === 253 ? 2 : first === 254 ? 4 : 8
    if (at + 1 + size > this.#end) throw new PacketError('truncated', 'the element ends in its header')
    const value = readUint(buffer, at + 1, size)
    if (value < (size === 2 ? 253 : size === 4 ? 0x10000 : 0x100000000)) {
      throw new PacketError('non-minimal', `${value} in ${1 + size} octets`)
    }
    this.#offset = at + 1 + size
    return value
  }
}

/** Four octets, big endian, from 0 to 2^32-1. */
export function readUint32(buffer: Uint8Array, at: number): number {
  return readUint(buffer, at, 4)
}

/** A big-endian number; beyond 2^53 it loses its lowest bits, which no bound here cares about. */
function readUint(buffer: Uint8Array, offset: number, size: number): number {
  let value = 0
  for (let i = 0; i < size; i++) value = value * 256 + (buffer[offset + i] as number)
  return value
}

/**
 * A NonNegativeInteger: 1, 2, 4 or 8 octets, big endian (§1.4).
 * @throws PacketError bad-value on another size or a number beyond 2^53-1
 */
export function readNni(buffer: Uint8Array, start: number, end: number): number {
  const value = readSizedUint(buffer, start, end)
  if (value > Number.MAX_SAFE_INTEGER) throw new PacketError('bad-value', 'a number beyond 2^53-1')
  return value
}

function readSizedUint(buffer: Uint8Array, start: number, end: number): number {
  const size = end - start
  if (size !== 1 && size !== 2 && size !== 4 && size !== 8) {
    throw new PacketError('bad-value', `a number of ${size} octets, not 1, 2, 4 or 8`)
  }
  return readUint(buffer, start, size)
}

/**
 * The shortest NonNegativeInteger for a number (§1.4).
 * @throws PacketError bad-value on anything but a whole number from 0 to 2^53-1
 */
export function encodeNni(value: number): Uint8Array {
  const size = nniSize(value)
  const out = new Uint8Array(size)
  for (let i = size - 1, left = value; i >= 0; i--, left = Math.floor(left / 256)) out[i] = left % 256
  return out
}

function nniSize(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new PacketError('bad-value', `${value} is not a whole number from 0 to 2^53-1`)
  return value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x100000000 ? 4 : 8
}

/**
 * Writes TLV elements from back to front: value first, then its header, whose length is then known.
 * One buffer, reused: `finish()` copies the result out, so writing a packet allocates once.
 */
export class TlvWriter {
  #buffer = Buffer.allocUnsafe(2 * MAX_PACKET_SIZE)
  #head = this.#buffer.length

  /** Octets written so far; `header` uses the difference of two of these. */
  get size(): number {
    return this.#buffer.length - this.#head
  }

  bytes(bytes: Uint8Array): void {
    this.range(bytes, 0, bytes.length)
  }

  /** Octets of a buffer from `start` up to `end`. */
  range(buffer: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start)
    this.#head -= end - start
    copyBytes(buffer, start, end, this.#buffer, this.#head)
  }

  /** Where what was written lies, until something else is written: from `start` to the end of `buffer`. */
  get buffer(): Uint8Array {
    return this.#buffer
  }

  get start(): number {
    return this.#head
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#buffer[--this.#head] = value
  }

  /** TLV-TYPE and TLV-LENGTH of what was written since `size` was `sizeBefore`. */
  header(type: number, sizeBefore: number): void {
    this.#varNum(this.size - sizeBefore)
    this.#varNum(type)
  }

  /** A whole element whose value is at hand. */
  element(type: number, value: Uint8Array): void {
    const before = this.size
    this.bytes(value)
    this.header(type, before)
  }

  /**
   * A whole element whose value is a NonNegativeInteger.
   * @throws PacketError bad-value
   */
  nni(type: number, value: number): void {
    const before = this.size
    this.#bigEndian(value, nniSize(value))
    this.header(type, before)
  }

  /** A copy of all that was written; the writer is empty afterwards. */
  finish(): Buffer {
    const out = Buffer.from(this.#buffer.subarray(this.#head))
    this.reset()
    return out
  }

  /** Forgets what was written: what an encoder that threw half-way leaves behind. */
  reset(): void {
    this.#head = this.#buffer.length
  }

  #varNum(value: number): void {
    if (value < 253) {
      this.byte(value)
      return
    }
    const size = value < 0x10000 ? 2 : value < 0x100000000 ? 4 : 8
    this.#bigEndian(value, size)
    this.byte(size === 2 ? 253 : size === 4 ? 254 : 255)
  }

  #bigEndian(value: number, size: number): void {
    for (let i = 0, left = value; i < size; i++, left = Math.floor(left / 256)) this.byte(left % 256)
  }

  #reserve(count: number): void {
    if (this.#head >= count) return
    const used = this.size
    const grown = Buffer.allocUnsafe(2 * (used + count))
    this.#buffer.copy(grown, grown.length - used, this.#head)
    this.#buffer = grown
    this.#head = grown.length - used
  }
}

/** @throws PacketError oversized where the network would drop what an encoder made */
export function checkSize(packet: Uint8Array, what: string): Uint8Array {
  if (packet.length > MAX_PACKET_SIZE) {
    throw new PacketError(
      'oversized',
      `${what} of ${packet.length} octets; a packet has at most ${MAX_PACKET_SIZE}`,
    )
  }
  return packet
}

/** The writer that encoders share: encoding is synchronous, so only one packet is ever being written. */
export const writer = new TlvWriter()

/** One element on its own. */
export function encodeTlv(type: number, ...values: Uint8Array[]): Uint8Array {
  writer.reset()
  for (let i = values.length - 1; i >= 0; i--) writer.bytes(values[i] as Uint8Array)
  writer.header(type, 0)
  return writer.finish()
}
