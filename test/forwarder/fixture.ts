import { createHash } from 'node:crypto'
import type { ContentStore } from '../../src/forwarder/content-store.ts'
import {
  type DropReason,
  type FaceOptions,
  Forwarder,
  type ForwarderCounters,
  type ForwarderOptions,
} from '../../src/forwarder/index.ts'
import { NameHashes } from '../../src/forwarder/name-hashes.ts'
import {
  Data,
  type DataFields,
  decodePacket,
  encodeData,
  encodeInterest,
  encodeLp,
  encodeNni,
  encodeTlv,
  flatName,
  Interest,
  type InterestFields,
  type InterestForm,
  Name,
  type Packet,
  parseChain,
  type Signer,
  TlvReader,
  TT,
} from '../../src/packet/index.ts'

export const digestSigner: Signer = {
  type: 0,
  sign: (signedPortion) => createHash('sha256').update(signedPortion).digest(),
}

/** A flat name, from a chain (`F2:F1/camera`) or an NDN URI (`/128=F2`, `/camera/v=1`). */
export function name(text: string): Name {
  return text.startsWith('/') ? Name.parse(text) : flatName(parseChain(text))
}

export function interestWire(
  of: string | Name,
  fields: Partial<InterestFields> = {},
  form: InterestForm = 'flat',
): Uint8Array {
  return encodeInterest({ name: typeof of === 'string' ? name(of) : of, ...fields }, form)
}

export function interestOf(of: string | Name, fields: Partial<InterestFields> = {}): Interest {
  return Interest.decode(interestWire(of, fields))
}

export function dataWire(of: string | Name, fields: Partial<DataFields> = {}): Uint8Array {
  return encodeData({ name: typeof of === 'string' ? name(of) : of, ...fields }, digestSigner)
}

export function dataOf(of: string | Name, fields: Partial<DataFields> = {}): Data {
  return Data.decode(dataWire(of, fields))
}

/** A name as tables look for it. */
export function hashesOf(of: string | Name): NameHashes {
  const { value } = typeof of === 'string' ? name(of) : of
  return new NameHashes().read(value, 0, value.length)
}

/** What a Content Store has for an Interest, as octets of their own. */
export function findIn(store: ContentStore, interest: Interest, now: number): Uint8Array | undefined {
  const { name, canBePrefix, mustBeFresh } = interest
  if (!store.find(hashesOf(name), canBePrefix, mustBeFresh, now)) return undefined
  return Buffer.from(store.buffer.subarray(store.start, store.end))
}

export function insertInto(store: ContentStore, data: Data, now: number): void {
  store.insert(data, hashesOf(data.name), now)
}

/** The elements inside a packet, by TLV-TYPE, as they stand on the wire. */
export function elements(wire: Uint8Array): Map<number, Uint8Array> {
  const outer = new TlvReader(wire)
  outer.next()
  const inner = outer.inside()
  const found = new Map<number, Uint8Array>()
  while (inner.next()) found.set(inner.type, inner.value)
  return found
}

/** A PIT token from text. */
export function token(text: string): Uint8Array {
  return Buffer.from(text)
}

/** An LpPacket with fields that only a program on this host writes (NDNLPv2, "Consumer Controlled Forwarding" and "Cache Policy"). */
export function localWire(
  fragment: Uint8Array,
  { nextHopFaceId, cachePolicy }: { nextHopFaceId?: number; cachePolicy?: number },
): Uint8Array {
  const fields: Uint8Array[] = []
  if (nextHopFaceId !== undefined) fields.push(encodeTlv(TT.LpNextHopFaceId, encodeNni(nextHopFaceId)))
  if (cachePolicy !== undefined)
    fields.push(encodeTlv(TT.LpCachePolicy, encodeTlv(TT.LpCachePolicyType, encodeNni(cachePolicy))))
  return encodeTlv(TT.LpPacket, ...fields, encodeTlv(TT.LpFragment, fragment))
}

export interface SendFields extends Partial<InterestFields> {
  readonly form?: InterestForm
  readonly pitToken?: Uint8Array
}

/** A face whose peer is the test: what the forwarder sent it is kept, decoded. */
export class FakeFace {
  readonly id: number
  readonly #forwarder: Forwarder
  #sent: Packet[] = []

  constructor(forwarder: Forwarder, options: Omit<FaceOptions, 'send'> = {}) {
    this.#forwarder = forwarder
    this.id = forwarder.addFace({
      ...options,
      send: (buffer, start, end) => {
        this.#sent.push(decodePacket(Buffer.from(buffer.subarray(start, end))))
        return true
      },
    })
  }

  get counters(): ForwarderCounters {
    const counters = this.#forwarder.counters(this.id)
    if (counters === undefined) throw new Error('the face was removed')
    return counters
  }

  get form(): string | undefined {
    return this.#forwarder.form(this.id)
  }

  drops(reason: DropReason): number {
    return this.counters.drops[reason]
  }

  /** The peer sends a frame. */
  send(frame: Uint8Array): void {
    this.#forwarder.receive(this.id, frame)
  }

  /** The peer sends an Interest, by default flat. */
  interest(of: string | Name, { form, pitToken, ...fields }: SendFields = {}): void {
    this.send(encodeLp(interestWire(of, fields, form), { pitToken }))
  }

  /** The peer sends a Data. */
  data(of: string | Name, fields: Partial<DataFields> = {}): void {
    this.send(dataWire(of, fields))
  }

  /** The peer refuses an Interest that it was sent. */
  nack(interest: Interest, nackReason: number): void {
    this.send(encodeLp(interest.wire, { nackReason }))
  }

  /** What was sent to the peer since the last call. */
  take(): Packet[] {
    const sent = this.#sent
    this.#sent = []
    return sent
  }

  /** The one Interest that was sent to the peer since the last call. */
  takeInterest(): Interest {
    const packet = this.#takeOne()
    if (packet.kind !== 'interest') throw new Error(`a ${packet.kind} was sent, not an Interest`)
    return packet.interest
  }

  /** The one Data that was sent to the peer since the last call, with its PIT token as text. */
  takeData(): { data: Data; pitToken: string | undefined } {
    const packet = this.#takeOne()
    if (packet.kind !== 'data') throw new Error(`a ${packet.kind} was sent, not a Data`)
    return { data: packet.data, pitToken: packet.pitToken && Buffer.from(packet.pitToken).toString() }
  }

  /** The one Nack that was sent to the peer since the last call, with its PIT token as text. */
  takeNack(): { reason: number; interest: Interest; pitToken: string | undefined } {
    const packet = this.#takeOne()
    if (packet.kind !== 'nack') throw new Error(`a ${packet.kind} was sent, not a Nack`)
    const { reason, interest, pitToken } = packet
    return { reason, interest, pitToken: pitToken && Buffer.from(pitToken).toString() }
  }

  #takeOne(): Packet {
    const [packet, ...others] = this.take()
    if (packet === undefined || others.length > 0)
      throw new Error(`${others.length + (packet ? 1 : 0)} packets`)
    return packet
  }
}

/** A forwarder with a clock that stands still until the test moves it. */
export class Fixture {
  /** Milliseconds. */
  now = 1_000_000
  readonly forwarder: Forwarder
  readonly dropped: { face: number; reason: DropReason; detail: string }[] = []

  constructor(options: Partial<ForwarderOptions> = {}) {
    this.forwarder = new Forwarder({
      clock: () => this.now,
      onDrop: (face, reason, detail) => this.dropped.push({ face, reason, detail }),
      ...options,
    })
  }

  face(options: Omit<FaceOptions, 'send'> = {}): FakeFace {
    return new FakeFace(this.forwarder, options)
  }

  /** A face of a function, which every Interest whose first function it is goes to. */
  functionFace(functionName: string): FakeFace {
    const face = this.face({ function: functionName, isLocal: true })
    this.route(`/128=${functionName}`, face)
    return face
  }

  route(prefix: string, face: FakeFace, cost = 0): void {
    this.forwarder.fib.add(name(prefix), face.id, cost)
  }

  /** Time goes by and the wheel turns, in steps as an owner's timer would make them. */
  wait(ms: number, step = 4): void {
    const end = this.now + ms
    while (this.now < end) {
      this.now = Math.min(end, this.now + step)
      this.forwarder.expire()
    }
  }
}
