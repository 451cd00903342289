import { type Fragmenter, MAX_MTU } from '../../src/face/fragmenter.ts'
import { newLinkCounters } from '../../src/face/link-counters.ts'
import { Reassembler, type ReassemblyOptions } from '../../src/face/reassembler.ts'
import { encodeNni, encodeTlv, TT } from '../../src/packet/index.ts'

/** All datagrams that a frame makes. */
export function fragmentsOf(fragmenter: Fragmenter, wire: Uint8Array): Buffer[] {
  // Not at the beginning of its buffer: where the frame lies must not matter.
  const buffer = Buffer.concat([Buffer.from('ahead'), wire, Buffer.from('behind')])
  const count = fragmenter.begin(buffer, 5, 5 + wire.length)
  const target = Buffer.alloc(MAX_MTU)
  return Array.from({ length: count }, (_, index) =>
    Buffer.from(target.subarray(0, fragmenter.write(index, target))),
  )
}

export function receiver(options?: ReassemblyOptions) {
  const counters = newLinkCounters()
  const reassembler = new Reassembler(counters, options)
  const receive = (datagram: Uint8Array, now = 0, sender?: string): Buffer | undefined =>
    reassembler.receive(datagram, 0, datagram.length, now, sender)
      ? Buffer.from(reassembler.buffer.subarray(reassembler.start, reassembler.end))
      : undefined
  return { counters, reassembler, receive }
}

/** An LpPacket with fragmentation fields as a test wants them. */
export function fragment(
  sequence: bigint,
  index: number,
  count: number,
  payload: Uint8Array,
  ...fields: Uint8Array[]
) {
  const number = Buffer.alloc(8)
  number.writeBigUInt64BE(sequence)
  return encodeTlv(
    TT.LpPacket,
    encodeTlv(TT.LpSequence, number),
    encodeTlv(TT.LpFragIndex, encodeNni(index)),
    encodeTlv(TT.LpFragCount, encodeNni(count)),
    ...fields,
    encodeTlv(TT.LpFragment, payload),
  )
}

/** The first octets of an element of so many. */
export const head = (total: number, length: number): Uint8Array =>
  encodeTlv(TT.Data, octets(total - (total < 255 ? 2 : 4))).subarray(0, length)
export const octets = (length: number): Uint8Array => Buffer.alloc(length, 7)
export const pitToken = encodeTlv(TT.LpPitToken, octets(32))
