import { createHash, randomBytes } from 'node:crypto'
import { Component } from './component.ts'
import { type InterestForm, writeName } from './function-names.ts'
import { DEFAULT_INTEREST_LIFETIME_MS, writeNonce } from './interest.ts'
import { Name } from './name.ts'
import { type Signer, writeSignatureInfo } from './signature.ts'
import { checkSize, writer } from './tlv.ts'
import { TT } from './tlv-types.ts'

export interface InterestFields {
  /** The flat name. */
  readonly name: Name
  readonly canBePrefix?: boolean | undefined
  readonly mustBeFresh?: boolean | undefined
  readonly forwardingHint?: readonly Name[] | undefined
  /** 32-bit number; a random one by default. */
  readonly nonce?: number | undefined
  /** InterestLifetime in milliseconds; {@link DEFAULT_INTEREST_LIFETIME_MS} by default. */
  readonly lifetime?: number
  /** 0–255; absent by default. */
  readonly hopLimit?: number | undefined
  /** Adds the ParametersSha256Digest component at the end of the name, in the place of one that is there. */
  readonly applicationParameters?: Uint8Array | undefined
  /** Signs the Interest; `applicationParameters` are then empty by default. */
  readonly signer?: Signer | undefined
}

const NOTHING = new Uint8Array()

/**
 * Encodes an Interest.
 * @throws PacketError oversized | bad-value, RangeError on a nonce or HopLimit out of range
 */
export function encodeInterest(fields: InterestFields, form: InterestForm = 'flat'): Uint8Array {
  const { applicationParameters, signer } = fields
  writer.reset()
  let { name } = fields
  if (applicationParameters !== undefined || signer !== undefined) {
    const others = name.components.filter(({ type }) => type !== TT.ParametersSha256DigestComponent)
    const unsigned = Name.of(...others)
    const tail = encodeParameters(unsigned, applicationParameters ?? NOTHING, signer)
    const digest = createHash('sha256').update(tail).digest()
    name = unsigned.append(new Component(TT.ParametersSha256DigestComponent, digest))
    writer.bytes(tail)
  }
  writeMiddle(fields)
  writeName(writer, name, form)
  writer.header(TT.Interest, 0)
  return checkSize(writer.finish(), 'an Interest')
}

/** ApplicationParameters and, with a signer, the signature, which covers the name and them. */
function encodeParameters(name: Name, parameters: Uint8Array, signer: Signer | undefined): Uint8Array {
  if (signer !== undefined)
    writeSignatureInfo(TT.InterestSignatureInfo, signer, { nonce: randomBytes(8), time: Date.now() })
  writer.element(TT.ApplicationParameters, parameters)
  const unsigned = writer.finish()
  if (signer === undefined) return unsigned
  writer.element(TT.InterestSignatureValue, signer.sign(Buffer.concat([name.value, unsigned])))
  writer.bytes(unsigned)
  return writer.finish()
}

/** The elements between the name and ApplicationParameters. */
function writeMiddle(fields: InterestFields): void {
  if (fields.hopLimit !== undefined) {
    const value = Buffer.allocUnsafe(1)
    value.writeUInt8(fields.hopLimit)
    writer.element(TT.HopLimit, value)
  }
  const { lifetime = DEFAULT_INTEREST_LIFETIME_MS } = fields
  if (lifetime !== DEFAULT_INTEREST_LIFETIME_MS)
    writer.nni(TT.InterestLifetime, Math.max(0, Math.round(lifetime)))
  writeNonce(fields.nonce ?? randomNonce())
  if (fields.forwardingHint !== undefined && fields.forwardingHint.length > 0) {
    const before = writer.size
    for (const name of fields.forwardingHint.toReversed()) writer.element(TT.Name, name.value)
    writer.header(TT.ForwardingHint, before)
  }
  if (fields.mustBeFresh === true) writer.element(TT.MustBeFresh, NOTHING)
  if (fields.canBePrefix === true) writer.element(TT.CanBePrefix, NOTHING)
}

/** A 32-bit number for an Interest that has none; not secret. */
export function randomNonce(): number {
  return Math.floor(Math.random() * 0x100000000)
}
