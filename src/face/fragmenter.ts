import { copyBytes, MAX_PACKET_SIZE, TT } from '../packet/index.ts'
import { MAX_FRAGMENTS } from './reassembler.ts'
import { headerSize, valueEndOf, valueStart, writeHeader } from './tlv-header.ts'

/** Smallest MTU of a link, in octets (NFD's MIN_MTU). */
export const MIN_MTU = 64

/** Largest: no packet is larger. */
export const MAX_MTU = MAX_PACKET_SIZE

const SEQUENCE_SIZE = 10

/** Octets of a fragment that are not payload: LpPacket, Sequence, FragIndex, FragCount and the header of Fragment, each at its longest. */
const OVERHEAD = 4 + SEQUENCE_SIZE + 4 + 4 + 4

/**
 * Cuts frames into fragments that fit a link (NDNLPv2, "Indexed Fragmentation"). Other header fields go into the first
 * fragment, as in NFD. `begin` says how many pieces a frame makes, `write` writes each: nothing is allocated.
 */
export class Fragmenter {
  readonly #mtu: number
  /** Octets of payload in a fragment but the first, which has room for what `#fieldsStart` to `#fieldsEnd` leaves. */
  readonly #room: number
  /** Sequence of the next fragment, and of the first of this frame: 64 bits in two halves. */
  #nextHigh: number
  #nextLow: number
  #high = 0
  #low = 0
  #buffer: Uint8Array = new Uint8Array()
  #count = 0
  #fieldsStart = 0
  #fieldsEnd = 0
  #payloadStart = 0
  #payloadEnd = 0

  /**
   * @param mtu octets of a fragment
   * @param sequence of the first fragment, 64 bits. By default a random one: a peer may still hold fragments from before a restart.
   * @throws RangeError on an MTU that is not {@link MIN_MTU} to {@link MAX_MTU}
   */
  constructor(mtu: number, sequence: bigint = randomSequence()) {
    this.#mtu = checkMtu(mtu)
    this.#room = mtu - OVERHEAD
    this.#nextHigh = Number((sequence >> 32n) & 0xffffffffn)
    this.#nextLow = Number(sequence & 0xffffffffn)
  }

  /**
   * Takes a frame, which must stay as it is until all of it is written.
   * @returns how many datagrams it makes: 1 if it fits as it is, 0 if it cannot be cut
   */
  begin(buffer: Uint8Array, start: number, end: number): number {
    this.#buffer = buffer
    this.#fieldsStart = this.#fieldsEnd = this.#payloadStart = start
    this.#payloadEnd = end
    this.#count = 1
    if (end - start <= this.#mtu) return 1
    if (buffer[start] === TT.LpPacket && !this.#findPayload(buffer, start, end)) return 0
    const firstRoom = this.#firstRoom
    if (firstRoom < 1) return 0
    const rest = Math.max(0, this.#payloadEnd - this.#payloadStart - firstRoom)
    const count = 1 + Math.ceil(rest / this.#room)
    if (count > MAX_FRAGMENTS) return 0
    this.#count = count
    this.#high = this.#nextHigh
    this.#low = this.#nextLow
    this.#advance(count)
    return count
  }

  /** Writes a datagram of the frame to the beginning of `target`; returns its size, which is at most the MTU. */
  write(index: number, target: Uint8Array): number {
    const start =
      index === 0 ? this.#payloadStart : this.#payloadStart + this.#firstRoom + (index - 1) * this.#room
    const end = Math.min(this.#payloadEnd, start + (index === 0 ? this.#firstRoom : this.#room))
    if (this.#count === 1) {
      copyBytes(this.#buffer, this.#payloadStart, this.#payloadEnd, target, 0)
      return this.#payloadEnd - this.#payloadStart
    }
    const fields = index === 0 ? this.#fieldsEnd - this.#fieldsStart : 0
    const payload = end - start
    const header = SEQUENCE_SIZE + numberSize(index) + numberSize(this.#count)
    let at = writeHeader(target, 0, TT.LpPacket, header + fields + headerSize(payload) + payload)
    at = this.#writeSequence(target, at, index)
    at = writeNumber(target, at, TT.LpFragIndex, index)
    at = writeNumber(target, at, TT.LpFragCount, this.#count)
    copyBytes(this.#buffer, this.#fieldsStart, this.#fieldsStart + fields, target, at)
    at = writeHeader(target, at + fields, TT.LpFragment, payload)
    copyBytes(this.#buffer, start, end, target, at)
    return at + payload
  }

  get #firstRoom(): number {
    return this.#room - (this.#fieldsEnd - this.#fieldsStart)
  }

  /** Finds the parts of an LpPacket; false for one that has none to cut, or is a fragment already. */
  #findPayload(buffer: Uint8Array, start: number, end: number): boolean {
    let at = valueStart(buffer, start + 1)
    this.#fieldsStart = at
    while (at < end) {
      const type = buffer[at] as number
      const lengthAt = at + (type < 253 ? 1 : type === 253 ? 3 : end)
      const valueEnd = valueEndOf(buffer, lengthAt, end)
      if (valueEnd === -1 || (type >= TT.LpSequence && type <= TT.LpFragCount)) return false
      if (type === TT.LpFragment) {
        this.#fieldsEnd = at
        this.#payloadStart = valueStart(buffer, lengthAt)
        this.#payloadEnd = valueEnd
        return valueEnd === end
      }
      at = valueEnd
    }
    return false
  }

  #advance(count: number): void {
    this.#nextLow += count
    if (this.#nextLow <= 0xffffffff) return
    this.#nextLow -= 0x100000000
    this.#nextHigh = (this.#nextHigh + 1) >>> 0
  }

  #writeSequence(target: Uint8Array, at: number, index: number): number {
    const low = this.#low + index
    const high = low > 0xffffffff ? (this.#high + 1) >>> 0 : this.#high
    const value = writeHeader(target, at, TT.LpSequence, 8)
    for (let i = 0; i < 4; i++) {
      target[value + i] = (high >>> (24 - 8 * i)) & 255
      target[value + 4 + i] = (low >>> (24 - 8 * i)) & 255
    }
    return value + 8
  }
}

/** @throws RangeError on an MTU that is not {@link MIN_MTU} to {@link MAX_MTU} */
export function checkMtu(mtu: number): number {
  if (!Number.isInteger(mtu) || mtu < MIN_MTU || mtu > MAX_MTU)
    throw new RangeError(`an MTU of ${mtu} octets, not ${MIN_MTU} to ${MAX_MTU}`)
  return mtu
}

/** Octets of an element that holds a number below 65536. */
function numberSize(value: number): number {
  return value < 256 ? 3 : 4
}

function writeNumber(target: Uint8Array, at: number, type: number, value: number): number {
  if (value < 256) {
    const start = writeHeader(target, at, type, 1)
    target[start] = value
    return start + 1
  }
  const start = writeHeader(target, at, type, 2)
  target[start] = value >>> 8
  target[start + 1] = value & 255
  return start + 2
}

function randomSequence(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0] as bigint
}
