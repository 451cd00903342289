import { createHash } from 'node:crypto'
import { Component } from './component.ts'
import { PacketError } from './errors.ts'
import type { Interest } from './interest.ts'
import { Name, readLeadingName } from './name.ts'
import { Sequence } from './sequence.ts'
import { readSignatureInfo, type SignatureInfo, type Signer, writeSignatureInfo } from './signature.ts'
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

/** A Data packet as it was received. */
export class Data {
  /** The whole packet. */
  readonly wire: Uint8Array
  name: Name = Name.of()
  contentType: number = ContentType.Blob
  /** Milliseconds. */
  freshnessPeriod = 0
  finalBlockId: Component | undefined
  mediaType: string | undefined
  content: Uint8Array = NOTHING
  signatureInfo: SignatureInfo = { type: -1 }
  signatureValue: Uint8Array = NOTHING
  /** What the signature covers: all from Name up to SignatureValue (NDN Packet Format 0.3 §5.1). */
  signedPortion: Uint8Array = NOTHING
  #implicitDigest: Uint8Array | undefined

  private constructor(wire: Uint8Array) {
    this.wire = wire
  }

  /**
   * @param wire one Data element, no octet more
   * @throws PacketError
   */
  static decode(wire: Uint8Array): Data {
    const outer = new TlvReader(wire)
    if (!outer.next() || outer.type !== TT.Data) throw new PacketError('not-a-packet', 'not a Data')
    if (outer.valueEnd !== wire.length) throw new PacketError('bad-value', 'octets after the Data')
    const data = new Data(wire)
    data.#decode(outer.inside(), outer.valueStart)
    return data
  }

  #decode(reader: TlvReader, start: number): void {
    this.name = Name.decode(readLeadingName(reader, 'a Data'))
    let last = 0
    let hasInfo = false
    let hasValue = false
    while (reader.next()) {
      const place = SEQUENCE.place(reader.type, last)
      if (place === undefined) continue
      last = place
      switch (reader.type) {
        case TT.MetaInfo:
          this.#decodeMetaInfo(reader.inside())
          break
        case TT.Content:
          this.content = reader.value
          break
        case TT.SignatureInfo:
          this.signatureInfo = readSignatureInfo(reader)
          hasInfo = true
          break
        case TT.SignatureValue:
          this.signatureValue = reader.value
          this.signedPortion = this.wire.subarray(start, reader.start)
          hasValue = true
          break
      }
    }
    if (!hasInfo) throw new PacketError('missing-element', 'a Data without SignatureInfo')
    if (!hasValue) throw new PacketError('missing-element', 'a Data without SignatureValue')
  }

  #decodeMetaInfo(reader: TlvReader): void {
    let last = -1
    while (reader.next()) {
      if (reader.type === TT.MediaType) {
        this.mediaType ??= readMediaType(reader.value)
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
          this.finalBlockId = readComponent(reader)
          break
      }
    }
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

function readComponent(element: TlvReader): Component {
  const inner = element.inside()
  if (!inner.next()) throw new PacketError('missing-element', 'a FinalBlockId without a component')
  if (inner.valueEnd !== element.valueEnd)
    throw new PacketError('bad-value', 'octets after the component in a FinalBlockId')
  return new Component(inner.type, inner.value)
}

/** Undefined where it is not printable ASCII: other applications may use the same TLV-TYPE for something else. */
function readMediaType(value: Uint8Array): string | undefined {
  const text = Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1')
  return /^[\x20-\x7e]+$/.test(text) ? text : undefined
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
