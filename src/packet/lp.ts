import { Data } from './data.ts'
import { PacketError } from './errors.ts'
import { Interest } from './interest.ts'
import { Sequence } from './sequence.ts'
import { encodeNni, MAX_PACKET_SIZE, TlvReader, writer } from './tlv.ts'
import { TT } from './tlv-types.ts'

/** Reasons of a network Nack (NDNLPv2, "Network Nack"). */
export const NackReason = {
  None: 0,
  Congestion: 50,
  Duplicate: 100,
  NoRoute: 150,
} as const

/** Longest PIT token, in octets (NDNLPv2, "PIT Token"). */
export const MAX_PIT_TOKEN_SIZE = 32

/** Fields of an LpPacket that are known here; some mean nothing on a link that does not fragment. */
const FIELDS = new Set<number>([
  TT.LpSequence,
  TT.LpFragIndex,
  TT.LpFragCount,
  TT.LpPitToken,
  TT.LpNack,
  TT.LpIncomingFaceId,
  TT.LpCongestionMark,
  TT.LpAck,
  TT.LpTxSequence,
  TT.LpFragment,
])
const NACK_SEQUENCE = new Sequence('a Nack', [TT.LpNackReason])

/** What came in one frame: a network-layer packet with what its link-layer header said. */
export type Packet = PacketHeader &
  (
    | { readonly kind: 'interest'; readonly interest: Interest }
    | { readonly kind: 'data'; readonly data: Data }
    | { readonly kind: 'nack'; readonly interest: Interest; readonly reason: number }
    /** An LpPacket without a fragment. */
    | { readonly kind: 'idle' }
  )

interface PacketHeader {
  /** To be sent back with the answer, unread. */
  readonly pitToken?: Uint8Array | undefined
  readonly congestionMark?: number | undefined
  /** Where the forwarder got it from; only from a forwarder to a program on its host. */
  readonly incomingFaceId?: number | undefined
}

export interface LpFields {
  readonly pitToken?: Uint8Array | undefined
  /** {@link NackReason}; makes the fragment, an Interest, a Nack. */
  readonly nackReason?: number | undefined
  readonly congestionMark?: number | undefined
  readonly incomingFaceId?: number | undefined
}

/**
 * Decodes one frame from a link: an LpPacket, or a bare Interest or Data.
 * @throws PacketError
 */
export function decodePacket(frame: Uint8Array): Packet {
  if (frame.length > MAX_PACKET_SIZE) {
    throw new PacketError(
      'oversized',
      `a frame of ${frame.length} octets; a packet has at most ${MAX_PACKET_SIZE}`,
    )
  }
  const outer = new TlvReader(frame)
  if (!outer.next()) throw new PacketError('truncated', 'an empty frame')
  if (outer.type === TT.LpPacket) {
    if (outer.valueEnd !== frame.length) throw new PacketError('bad-value', 'octets after the LpPacket')
    return decodeLpPacket(outer.inside())
  }
  return decodeFragment(frame, {}, undefined)
}

function decodeLpPacket(reader: TlvReader): Packet {
  let pitToken: Uint8Array | undefined
  let congestionMark: number | undefined
  let incomingFaceId: number | undefined
  let nackReason: number | undefined
  let fragment: Uint8Array | undefined
  let last = 0
  while (reader.next()) {
    if (!FIELDS.has(reader.type)) {
      if (isIgnorable(reader.type)) continue
      throw new PacketError('unknown-critical', `unknown field ${reader.type} in an LpPacket`)
    }
    last = checkOrder(reader.type, last)
    switch (reader.type) {
      case TT.LpFragment:
        fragment = reader.value
        break
      case TT.LpPitToken:
        pitToken = readPitToken(reader)
        break
      case TT.LpNack:
        nackReason = readNackReason(reader)
        break
      case TT.LpCongestionMark:
        congestionMark = reader.nni()
        break
      case TT.LpFragIndex:
        if (reader.nni() > 0) throw fragmented()
        break
      case TT.LpIncomingFaceId:
        incomingFaceId = reader.nni()
        break
      case TT.LpFragCount:
        if (reader.nni() > 1) throw fragmented()
        break
    }
  }
  const header = { pitToken, congestionMark, incomingFaceId }
  return fragment === undefined ? { kind: 'idle', ...header } : decodeFragment(fragment, header, nackReason)
}

function decodeFragment(wire: Uint8Array, header: PacketHeader, nackReason: number | undefined): Packet {
  if (nackReason !== undefined) {
    return { kind: 'nack', interest: Interest.decode(wire), reason: nackReason, ...header }
  }
  if (wire[0] === TT.Interest) return { kind: 'interest', interest: Interest.decode(wire), ...header }
  if (wire[0] === TT.Data) return { kind: 'data', data: Data.decode(wire), ...header }
  const reader = new TlvReader(wire)
  const what = reader.next() ? `an element of type ${reader.type}` : 'an empty fragment'
  throw new PacketError('not-a-packet', `${what} is neither Interest nor Data`)
}

function fragmented(): PacketError {
  return new PacketError('bad-value', 'a fragment of a packet, on a link that does not fragment')
}

/** NDNLPv2: fields stand in the order of their types, the fragment last, and only Ack may be repeated. */
function checkOrder(type: number, last: number): number {
  const order = type === TT.LpFragment ? Number.POSITIVE_INFINITY : type
  if (order < last || (order === last && type !== TT.LpAck))
    throw new PacketError('out-of-order', `field ${type} in an LpPacket out of order or repeated`)
  return order
}

/** NDNLPv2: an unknown field may be ignored if its type is in 800–959 and its two lowest bits are 0. */
function isIgnorable(type: number): boolean {
  return type >= 800 && type <= 959 && (type & 3) === 0
}

function readPitToken(reader: TlvReader): Uint8Array {
  const { value } = reader
  if (value.length < 1 || value.length > MAX_PIT_TOKEN_SIZE) {
    throw new PacketError(
      'bad-value',
      `a PIT token of ${value.length} octets, not 1 to ${MAX_PIT_TOKEN_SIZE}`,
    )
  }
  return value
}

function readNackReason(element: TlvReader): number {
  let reason: number = NackReason.None
  const inner = element.inside()
  let last = -1
  while (inner.next()) {
    const place = NACK_SEQUENCE.place(inner.type, last)
    if (place === undefined) continue
    last = place
    reason = inner.nni()
  }
  return reason
}

/** Wraps a network-layer packet in an LpPacket if there is anything to say about it, or leaves it bare. */
export function encodeLp(fragment: Uint8Array, fields: LpFields): Uint8Array {
  const { pitToken, nackReason, congestionMark, incomingFaceId } = fields
  if (
    pitToken === undefined &&
    nackReason === undefined &&
    congestionMark === undefined &&
    incomingFaceId === undefined
  )
    return fragment
  writer.reset()
  writer.element(TT.LpFragment, fragment)
  if (congestionMark !== undefined) writer.nni(TT.LpCongestionMark, congestionMark)
  if (incomingFaceId !== undefined) writer.nni(TT.LpIncomingFaceId, incomingFaceId)
  if (nackReason !== undefined) {
    const before = writer.size
    if (nackReason !== NackReason.None) writer.element(TT.LpNackReason, encodeNni(nackReason))
    writer.header(TT.LpNack, before)
  }
  if (pitToken !== undefined) writer.element(TT.LpPitToken, pitToken)
  writer.header(TT.LpPacket, 0)
  return writer.finish()
}
