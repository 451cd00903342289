import { TT } from '../../src/packet/index.ts'
import { NUMBER_BYTES } from './packets.ts'

/**
 * What was read last. One object for all packets, so that reading allocates nothing; the positions are good for the frame
 * that was read.
 */
export const last = {
  /** The number at the end of the name. */
  number: 0,
  tokenAt: 0,
  /** 0 without a PIT token. */
  tokenBytes: 0,
  /** Where the network layer packet lies. */
  start: 0,
  end: 0,
}

/** The element read last. */
let valueStart = 0
let valueEnd = 0

/**
 * Reads the number at the end of the Name of an Interest or a Data, which may lie in an LpPacket; into {@link last}.
 * @returns the TLV-TYPE of the packet; `TT.LpNack` for a Nack, 0 for an LpPacket with nothing in it
 * @throws Error for what is none of these
 */
export function readPacket(bytes: Uint8Array, start: number, end: number): number {
  let packet = start
  let isNack = false
  last.tokenBytes = 0
  let kind = readElement(bytes, start)
  if (kind === TT.LpPacket) {
    const lpEnd = valueEnd
    packet = 0
    for (let at = valueStart; at < lpEnd; at = valueEnd) {
      const type = readElement(bytes, at)
      if (type === TT.LpPitToken) {
        last.tokenAt = valueStart
        last.tokenBytes = valueEnd - valueStart
      } else if (type === TT.LpNack) {
        isNack = true
      } else if (type === TT.LpFragment) {
        packet = valueStart
      }
    }
    if (packet === 0) return 0
    kind = readElement(bytes, packet)
  }
  if ((kind !== TT.Interest && kind !== TT.Data) || valueEnd > end) {
    throw new Error(`the forwarder sent a packet of type ${kind}`)
  }
  last.start = packet
  last.end = valueEnd
  readElement(bytes, valueStart)
  const at = valueEnd - NUMBER_BYTES
  last.number =
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  return isNack ? TT.LpNack : kind
}

/** Returns the TLV-TYPE of an element; where its value lies is in `valueStart` and `valueEnd`. */
function readElement(bytes: Uint8Array, start: number): number {
  let at = start
  let type = bytes[at++] as number
  if (type === 253) {
    type = ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
    at += 2
  }
  let length = bytes[at++] as number
  if (length === 253) {
    length = ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
    at += 2
  }
  valueStart = at
  valueEnd = at + length
  return type
}
