import { createHash } from 'node:crypto'
import { Component } from './component.ts'
import { PacketError } from './errors.ts'
import type { Interest } from './interest.ts'
import { countComponents, Name, readLeadingName } from './name.ts'
import { Sequence } from './sequence.ts'
import {
  checkSignatureInfo,
  readSignatureInfo,
  type SignatureInfo,
  type Signer,
  writeSignatureInfo,
} from './signature.ts'
import { checkSize, TlvReader, writer } from './tlv.ts'
import { TT } from './tlv-types.ts'

/** ContentType numbers (NDN Packet Format 0.3 §4.2). */
export const ContentType = {
  Blob: 0,
  Link: 1,
  Key: 2,
  /** The producer's word that it cannot give this data; ours for a function's error. */
  Nack: 3,
} as const

export interface DataFields {
  readonly name: Name
  /** {@link ContentType}; Blob by default. */
  readonly contentType?: number
  /** Milliseconds; 0 (never fresh) by default. */
  readonly freshnessPeriod?: number
  readonly finalBlockId?: Component | undefined
  /** Media type of the object that the content is part of, e.g. `image/jpeg`. */
  readonly mediaType?: string | undefined
  readonly content?: Uint8Array
}

const SEQUENCE = new Sequence('a Data', [
  TT.Name,
  TT.MetaInfo,
  TT.Content,
  TT.SignatureInfo,
  TT.SignatureValue,
])

const META_INFO_SEQUENCE = new Sequence('a MetaInfo', [TT.ContentType, TT.FreshnessPeriod, TT.FinalBlockId])

const NOTHING = new Uint8Array()

const packetReader = new TlvReader()
const innerReader = new TlvReader()
const componentReader = new TlvReader()

/** A Data packet as it was received. Fields that are objects are made when they are asked for, as views of its buffer. */
export class Data {
  /** Where the packet lies. */
  buffer: Uint8Array = NOTHING
  start = 0
  end = 0
  /** The TLV-VALUE of its Name. */
  nameStart = 0
  nameEnd = 0
  contentType: number = ContentType.Blob
  /** Milliseconds. */
  freshnessPeriod = 0
  /** TLV-VALUEs; nowhere, if their end is 0. */
  #finalBlockIdStart = 0
  #finalBlockIdEnd = 0
  #mediaTypeStart = 0
  #mediaTypeEnd = 0
  #contentStart = 0
  #contentEnd = 0
  #signatureInfoAt = 0
  #signatureValueAt = 0
  #signatureStart = 0
  #signatureEnd = 0
  #name: Name | undefined
  #implicitDigest: Uint8Array | undefined

  /**
   * @param wire one Data element, no octet more
   * @throws PacketError
   */
  static decode(wire: Uint8Array): Data {
    return new Data().read(wire, 0, wire.length)
  }

  /**
   * Takes the Data in a buffer from `start` up to `end`, in the place of the one before.
   * @throws PacketError
   */
  read(buffer: Uint8Array, start: number, end: number): this {
    const reader = packetReader.reset(buffer, start, end)
    if (!reader.next() || reader.type !== TT.Data) throw new PacketError('not-a-packet', 'not a Data')
    if (reader.valueEnd !== end) throw new PacketError('bad-value', 'octets after the Data')
    this.buffer = buffer
    this.start = start
    this.end = end
    this.contentType = ContentType.Blob
    this.freshnessPeriod = 0
    this.#finalBlockIdEnd = this.#mediaTypeEnd = this.#contentEnd = 0
    this.#signatureInfoAt = this.#signatureValueAt = 0
    this.#name = this.#implicitDigest = undefined
    this.#readElements(reader.inside(reader))
    return this
  }

  #readElements(reader: TlvReader): void {
    readLeadingName(reader, 'a Data')
    this.nameStart = reader.valueStart
    this.nameEnd = reader.valueEnd
    countComponents(reader.buffer, reader.valueStart, reader.valueEnd, 0)
    let last = 0
    while (reader.next()) {
      const place = SEQUENCE.place(reader.type, last)
      if (place === undefined) continue
      last = place
      switch (reader.type) {
        case TT.MetaInfo:
          this.#readMetaInfo(reader.inside(innerReader))
          break
        case TT.Content:
          this.#contentStart = reader.valueStart
          this.#contentEnd = reader.valueEnd
          break
        case TT.SignatureInfo:
          checkSignatureInfo(reader)
          this.#signatureInfoAt = reader.start
          break
        case TT.SignatureValue:
          this.#signatureValueAt = reader.start
          this.#signatureStart = reader.valueStart
          this.#signatureEnd = reader.valueEnd
          break
      }
    }
    if (this.#signatureInfoAt === 0) throw new PacketError('missing-element', 'a Data without SignatureInfo')
    if (this.#signatureValueAt === 0)
      throw new PacketError('missing-element', 'a Data without SignatureValue')
  }

  #readMetaInfo(reader: TlvReader): void {
    let last = -1
    while (reader.next()) {
      if (reader.type === TT.MediaType) {
        if (this.#mediaTypeEnd > 0) continue
        this.#mediaTypeStart = reader.valueStart
        this.#mediaTypeEnd = reader.valueEnd
        continue
      }
      const place = META_INFO_SEQUENCE.place(reader.type, last)
      if (place === undefined) continue
      last = place
      switch (reader.type) {
        case TT.ContentType:
          this.contentType = reader.nni()
          break
        case TT.FreshnessPeriod:
          this.freshnessPeriod = reader.nni()
          break
        case TT.FinalBlockId:
          readComponent(reader.buffer, reader.valueStart, reader.valueEnd)
          this.#finalBlockIdStart = reader.valueStart
          this.#finalBlockIdEnd = reader.valueEnd
          break
      }
    }
  }

  /** The whole packet, a view. */
  get wire(): Uint8Array {
    return this.buffer.subarray(this.start, this.end)
  }

  get name(): Name {
    this.#name ??= new Name(this.buffer.subarray(this.nameStart, this.nameEnd))
    return this.#name
  }

  get finalBlockId(): Component | undefined {
    if (this.#finalBlockIdEnd === 0) return undefined
    return readComponent(this.buffer, this.#finalBlockIdStart, this.#finalBlockIdEnd)
  }

  /** Undefined where it is not printable ASCII: other applications may use the same TLV-TYPE for something else. */
  get mediaType(): string | undefined {
    if (this.#mediaTypeEnd === 0) return undefined
    const { buffer, byteOffset } = this.buffer
    const length = this.#mediaTypeEnd - this.#mediaTypeStart
    const text = Buffer.from(buffer, byteOffset + this.#mediaTypeStart, length).toString('latin1')
    return /^[\x20-\x7e]+$/.test(text) ? text : undefined
  }

  get content(): Uint8Array {
    return this.#contentEnd === 0 ? NOTHING : this.buffer.subarray(this.#contentStart, this.#contentEnd)
  }

  get signatureInfo(): SignatureInfo {
    const reader = new TlvReader(this.buffer, this.#signatureInfoAt, this.end)
    reader.next()
    return readSignatureInfo(reader)
  }

  get signatureValue(): Uint8Array {
    return this.buffer.subarray(this.#signatureStart, this.#signatureEnd)
  }

  /** What the signature covers: all from Name up to SignatureValue (NDN Packet Format 0.3 §5.1). */
  get signedPortion(): Uint8Array {
    const reader = new TlvReader(this.buffer, this.start, this.end)
    reader.next()
    return this.buffer.subarray(reader.valueStart, this.#signatureValueAt)
  }

  /** SHA-256 of the whole packet (NDN Packet Format 0.3 §2.4). */
  get implicitDigest(): Uint8Array {
    this.#implicitDigest ??= createHash('sha256').update(this.wire).digest()
    return this.#implicitDigest
  }

  /** Whether this Data may answer an Interest, freshness aside (NDN Packet Format 0.3 §3). */
  answers(interest: Pick<Interest, 'name' | 'canBePrefix'>): boolean {
    const { name } = interest
    if (name.equals(this.name)) return true
    if (name.typeAt(-1) === TT.ImplicitSha256DigestComponent && name.length === this.name.length + 1) {
      const { value } = name.at(-1) as Component
      return name.slice(0, -1).equals(this.name) && Buffer.compare(value, this.implicitDigest) === 0
    }
    return interest.canBePrefix && name.isPrefixOf(this.name)
  }
}

/** The one component that a FinalBlockId holds. @throws PacketError */
function readComponent(buffer: Uint8Array, start: number, end: number): Component {
  const reader = componentReader.reset(buffer, start, end)
  if (!reader.next()) throw new PacketError('missing-element', 'a FinalBlockId without a component')
  if (reader.valueEnd !== end)
    throw new PacketError('bad-value', 'octets after the component in a FinalBlockId')
  return new Component(reader.type, reader.value)
}

/**
 * Encodes and signs a Data packet.
 * @throws PacketError oversized | bad-value
 */
export function encodeData(fields: DataFields, signer: Signer): Uint8Array {
  writer.reset()
  writeSignatureInfo(TT.SignatureInfo, signer)
  if (fields.content !== undefined) writer.element(TT.Content, fields.content)
  writeMetaInfo(fields)
  writer.element(TT.Name, fields.name.value)
  const signed = writer.finish()
  writer.element(TT.SignatureValue, signer.sign(signed))
  writer.bytes(signed)
  writer.header(TT.Data, 0)
  return checkSize(writer.finish(), 'a Data')
}

function writeMetaInfo({ contentType, freshnessPeriod, finalBlockId, mediaType }: DataFields): void {
  const before = writer.size
  if (mediaType !== undefined) writer.element(TT.MediaType, Buffer.from(mediaType, 'latin1'))
  if (finalBlockId !== undefined) {
    const start = writer.size
    writer.element(finalBlockId.type, finalBlockId.value)
    writer.header(TT.FinalBlockId, start)
  }
  if (freshnessPeriod !== undefined && freshnessPeriod > 0)
    writer.nni(TT.FreshnessPeriod, Math.round(freshnessPeriod))
  if (contentType !== undefined && contentType !== ContentType.Blob) writer.nni(TT.ContentType, contentType)
  if (writer.size > before) writer.header(TT.MetaInfo, before)
}
