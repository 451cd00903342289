import { Data } from './data.ts'
import { PacketError } from './errors.ts'
import { Interest } from './interest.ts'
import { Sequence } from './sequence.ts'
import { MAX_PACKET_SIZE, TlvReader, writer } from './tlv.ts'
import { TT } from './tlv-types.ts'

const NOTHING = new Uint8Array()

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
  TT.LpNextHopFaceId,
  TT.LpCachePolicy,
  TT.LpCongestionMark,
  TT.LpAck,
  TT.LpTxSequence,
  TT.LpFragment,
])
const NACK_SEQUENCE = new Sequence('a Nack', [TT.LpNackReason])
const CACHE_POLICY_SEQUENCE = new Sequence('a CachePolicy', [TT.LpCachePolicyType])

/** CachePolicyType "NoCache" (NDNLPv2, "Cache Policy"). */
const NO_CACHE = 1

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

const frameReader = new TlvReader()
const innerReader = new TlvReader()

/**
 * What the link-layer header of a frame says, and where the network-layer packet in it lies. One object serves many frames,
 * one after the other, and makes nothing.
 */
export class Frame {
  buffer: Uint8Array = NOTHING
  /** The network-layer packet; nowhere, if `end` is 0: an LpPacket without a fragment. */
  start = 0
  end = 0
  /** The PIT token, to be sent back with the answer, unread; nowhere, if its end is 0. */
  pitTokenStart = 0
  pitTokenEnd = 0
  /** {@link NackReason} of a Nack, -1 for anything else. */
  nackReason = -1
  /** -1 where there is none. */
  congestionMark = -1
  /** Where the forwarder got it from; only from a forwarder to a program on its host; -1 where it does not say. */
  incomingFaceId = -1
  /** Where a program on this host wants its Interest sent; -1 where it does not say. */
  nextHopFaceId = -1
  /** Whether a Data is not to be kept in the Content Store. */
  isNotToBeCached = false

  /**
   * Takes the frame in a buffer from `start` up to `end`, in the place of the one before: an LpPacket, or a bare Interest or Data.
   * @throws PacketError
   */
  read(buffer: Uint8Array, start: number, end: number): this {
    const size = end - start
    if (size > MAX_PACKET_SIZE)
      throw new PacketError('oversized', `a frame of ${size} octets; a packet has at most ${MAX_PACKET_SIZE}`)
    this.buffer = buffer
    this.start = start
    this.end = end
    this.pitTokenEnd = 0
    this.nackReason = this.congestionMark = this.incomingFaceId = this.nextHopFaceId = -1
    this.isNotToBeCached = false
    if (size > 0 && buffer[start] !== TT.LpPacket) return this
    const reader = frameReader.reset(buffer, start, end)
    if (!reader.next()) throw new PacketError('truncated', 'an empty frame')
    if (reader.valueEnd !== end) throw new PacketError('bad-value', 'octets after the LpPacket')
    this.#readFields(reader.inside(reader))
    return this
  }

  #readFields(reader: TlvReader): void {
    this.end = 0
    let last = 0
    while (reader.next()) {
      if (!FIELDS.has(reader.type)) {
        if (isIgnorable(reader.type)) continue
        throw new PacketError('unknown-critical', `unknown field ${reader.type} in an LpPacket`)
      }
      last = checkOrder(reader.type, last)
      this.#readField(reader)
    }
  }

  #readField(reader: TlvReader): void {
    switch (reader.type) {
      case TT.LpFragment:
        if (reader.length === 0)
          throw new PacketError('not-a-packet', 'an empty fragment is neither Interest nor Data')
        this.start = reader.valueStart
        this.end = reader.valueEnd
        break
      case TT.LpPitToken:
        checkPitToken(reader)
        this.pitTokenStart = reader.valueStart
        this.pitTokenEnd = reader.valueEnd
        break
      case TT.LpNack:
        this.nackReason = readNackReason(reader)
        break
      case TT.LpCongestionMark:
        this.congestionMark = reader.nni()
        break
      case TT.LpFragIndex:
        if (reader.nni() > 0) throw fragmented()
        break
      case TT.LpFragCount:
        if (reader.nni() > 1) throw fragmented()
        break
      case TT.LpIncomingFaceId:
        this.incomingFaceId = reader.nni()
        break
      case TT.LpNextHopFaceId:
        this.nextHopFaceId = reader.nni()
        break
      case TT.LpCachePolicy:
        this.isNotToBeCached = readCachePolicy(reader) === NO_CACHE
        break
    }
  }

  /** The first octet of the network-layer packet, which is its TLV-TYPE; 0 where there is none. */
  get type(): number {
    return this.end === 0 ? 0 : (this.buffer[this.start] as number)
  }

  /** A view. */
  get pitToken(): Uint8Array | undefined {
    return this.pitTokenEnd === 0 ? undefined : this.buffer.subarray(this.pitTokenStart, this.pitTokenEnd)
  }
}

const frame = new Frame()

/**
 * Decodes one frame from a link: an LpPacket, or a bare Interest or Data.
 * @throws PacketError
 */
export function decodePacket(octets: Uint8Array): Packet {
  frame.read(octets, 0, octets.length)
  const { type, start, end, nackReason, pitToken } = frame
  const header: PacketHeader = {
    pitToken,
    congestionMark: frame.congestionMark < 0 ? undefined : frame.congestionMark,
    incomingFaceId: frame.incomingFaceId < 0 ? undefined : frame.incomingFaceId,
  }
  if (end === 0) return { kind: 'idle', ...header }
  if (nackReason >= 0) {
    return { kind: 'nack', interest: new Interest().read(octets, start, end), reason: nackReason, ...header }
  }
  if (type === TT.Interest)
    return { kind: 'interest', interest: new Interest().read(octets, start, end), ...header }
  if (type === TT.Data) return { kind: 'data', data: new Data().read(octets, start, end), ...header }
  throw notAPacket(octets, start, end)
}

/** What to throw where neither an Interest nor a Data begins. */
export function notAPacket(buffer: Uint8Array, start: number, end: number): PacketError {
  const reader = new TlvReader(buffer, start, end)
  reader.next()
  return new PacketError('not-a-packet', `an element of type ${reader.type} is neither Interest nor Data`)
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

function checkPitToken({ length }: TlvReader): void {
  if (length < 1 || length > MAX_PIT_TOKEN_SIZE)
    throw new PacketError('bad-value', `a PIT token of ${length} octets, not 1 to ${MAX_PIT_TOKEN_SIZE}`)
}

function readNackReason(element: TlvReader): number {
  return readOnlyNumber(element, NACK_SEQUENCE, NackReason.None)
}

function readCachePolicy(element: TlvReader): number {
  return readOnlyNumber(element, CACHE_POLICY_SEQUENCE, 0)
}

/** The number in an element that holds nothing else that is known. */
function readOnlyNumber(element: TlvReader, sequence: Sequence, fallback: number): number {
  let number = fallback
  const inner = element.inside(innerReader)
  let last = -1
  while (inner.next()) {
    const place = sequence.place(inner.type, last)
    if (place === undefined) continue
    last = place
    number = inner.nni()
  }
  return number
}

/** Wraps a network-layer packet in an LpPacket if there is anything to say about it, or leaves it bare. */
export function encodeLp(fragment: Uint8Array, fields: LpFields): Uint8Array {
  const { pitToken, nackReason = -1, congestionMark, incomingFaceId } = fields
  if (
    pitToken === undefined &&
    nackReason < 0 &&
    congestionMark === undefined &&
    incomingFaceId === undefined
  )
    return fragment
  writer.reset()
  writer.bytes(fragment)
  writer.header(TT.LpFragment, 0)
  if (congestionMark !== undefined) writer.nni(TT.LpCongestionMark, congestionMark)
  if (incomingFaceId !== undefined) writer.nni(TT.LpIncomingFaceId, incomingFaceId)
  if (nackReason >= 0) writeNack(nackReason)
  if (pitToken !== undefined) writer.element(TT.LpPitToken, pitToken)
  writer.header(TT.LpPacket, 0)
  return writer.finish()
}

/** Puts the header field Nack in front of what the writer holds. */
export function writeNack(reason: number): void {
  const before = writer.size
  if (reason !== NackReason.None) writer.nni(TT.LpNackReason, reason)
  writer.header(TT.LpNack, before)
}
