import { TT } from '../packet/index.ts'
import { valueEndOf, valueStart } from './tlv-header.ts'

/** What an LpPacket says of its place among the fragments of a packet. */
export type FragmentKind =
  /** It is a whole packet, or one whose header is for the forwarder to refuse: it goes up as it is. */
  | 'whole'
  | 'fragment'
  /** It is a fragment and says of itself what cannot be. */
  | 'bad'

/** Reads the fragmentation fields of an LpPacket (NDNLPv2, "Indexed Fragmentation"). One is used for all: nothing is allocated. */
export class FragmentHeader {
  /** Sequence of the packet's first fragment, which tells packets apart: 64 bits in two halves. */
  high = 0
  low = 0
  index = 0
  count = 1
  /** Where the other header fields lie. */
  fieldsStart = 0
  fieldsEnd = 0
  payloadStart = 0

  /** @param start of an LpPacket whose value ends at `end` */
  read(buffer: Uint8Array, start: number, end: number): FragmentKind {
    let at = valueStart(buffer, start + 1)
    // In the order of their types these fields come first; most packets have none of them.
    if (!isFragmentation(buffer[at] as number) || at >= end) return 'whole'
    this.index = 0
    this.count = 1
    let sequenceAt = -1
    for (let last = 0; at < end && isFragmentation(buffer[at] as number); ) {
      const type = buffer[at] as number
      const valueEnd = valueEndOf(buffer, at + 1, end)
      if (valueEnd === -1 || type <= last) return 'whole'
      const valueAt = valueStart(buffer, at + 1)
      if (type === TT.LpFragIndex) this.index = bigEndian(buffer, valueAt, valueEnd)
      else if (type === TT.LpFragCount) this.count = bigEndian(buffer, valueAt, valueEnd)
      else sequenceAt = valueEnd - valueAt === 8 ? valueAt : -1
      last = type
      at = valueEnd
    }
    if (this.index === 0 && this.count === 1) return 'whole'
    if (sequenceAt === -1 || this.index >= this.count) return 'bad'
    this.low = bigEndian(buffer, sequenceAt + 4, sequenceAt + 8) - this.index
    this.high = bigEndian(buffer, sequenceAt, sequenceAt + 4)
    if (this.low < 0) {
      this.low += 0x100000000
      this.high = (this.high - 1) >>> 0
    }
    return this.#findPayload(buffer, at, end) ? 'fragment' : 'bad'
  }

  #findPayload(buffer: Uint8Array, from: number, end: number): boolean {
    this.fieldsStart = from
    for (let at = from; at < end; ) {
      const type = buffer[at] as number
      const lengthAt = at + (type < 253 ? 1 : type === 253 ? 3 : end)
      const valueEnd = valueEndOf(buffer, lengthAt, end)
      if (valueEnd === -1 || isFragmentation(type)) return false
      if (type === TT.LpFragment) {
        this.fieldsEnd = at
        this.payloadStart = valueStart(buffer, lengthAt)
        return valueEnd === end && this.payloadStart < end
      }
      at = valueEnd
    }
    return false
  }
}

function isFragmentation(type: number): boolean {
  return type >= TT.LpSequence && type <= TT.LpFragCount
}

/** Beyond 2^53 it loses its lowest bits, which no bound here cares about. */
function bigEndian(buffer: Uint8Array, start: number, end: number): number {
  let value = 0
  for (let i = start; i < end; i++) value = value * 256 + (buffer[i] as number)
  return value
}
