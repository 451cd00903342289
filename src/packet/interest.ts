import { createHash } from 'node:crypto'
import type { Component } from './component.ts'
import { PacketError } from './errors.ts'
import { checkFunctions, type InterestForm, writeName } from './function-names.ts'
import { Name, readLeadingName } from './name.ts'
import { Sequence } from './sequence.ts'
import { readSignatureInfo, type SignatureInfo } from './signature.ts'
import { TlvReader, writer } from './tlv.ts'
import { isCritical, TT } from './tlv-types.ts'

/** InterestLifetime where an Interest names none, in milliseconds (NDN Packet Format 0.3 §3.6). */
export const DEFAULT_INTEREST_LIFETIME_MS = 4000

const EMPTY_NAME = Name.of()

/** NDN Packet Format 0.3 §3, with FunctionNames and CurrentFunction. */
const SEQUENCE_TYPES = [
  TT.Name,
  TT.FunctionNames,
  TT.CurrentFunction,
  TT.CanBePrefix,
  TT.MustBeFresh,
  TT.ForwardingHint,
  TT.Nonce,
  TT.InterestLifetime,
  TT.HopLimit,
  TT.ApplicationParameters,
  TT.InterestSignatureInfo,
  TT.InterestSignatureValue,
]
const SEQUENCE = new Sequence('an Interest', SEQUENCE_TYPES)
const PLACE_OF_NONCE = SEQUENCE_TYPES.indexOf(TT.Nonce)

/** An Interest as it was received: its fields, and the bytes to pass on. */
export class Interest {
  /** The whole packet. */
  readonly wire: Uint8Array
  /** The flat name. */
  name = EMPTY_NAME
  form: InterestForm = 'flat'
  canBePrefix = false
  mustBeFresh = false
  forwardingHint: readonly Name[] = []
  nonce: number | undefined
  /** Milliseconds. */
  lifetime = DEFAULT_INTEREST_LIFETIME_MS
  hopLimit: number | undefined
  applicationParameters: Uint8Array | undefined
  signatureInfo: SignatureInfo | undefined
  signatureValue: Uint8Array | undefined
  /** Where the value of HopLimit is in `wire`, to be patched. */
  #hopLimitAt = 0
  /** Where Nonce is in `wire`, or is to be put. */
  #nonceAt = 0
  /** Where the elements after the name (in whatever form) begin in `wire`. */
  #restAt = 0
  #parametersAt = 0
  #signatureValueAt = 0

  private constructor(wire: Uint8Array) {
    this.wire = wire
  }

  /**
   * @param wire one Interest element, no octet more
   * @throws PacketError
   */
  static decode(wire: Uint8Array): Interest {
    const outer = new TlvReader(wire)
    if (!outer.next() || outer.type !== TT.Interest) throw new PacketError('not-a-packet', 'not an Interest')
    if (outer.valueEnd !== wire.length) throw new PacketError('bad-value', 'octets after the Interest')
    const interest = new Interest(wire)
    interest.#decode(outer.inside())
    return interest
  }

  #decode(reader: TlvReader): void {
    const content = readLeadingName(reader, 'an Interest')
    if (content.length === 0)
      throw new PacketError('bad-name', `an Interest's Name has at least one component`)
    this.#nonceAt = this.#restAt = reader.valueEnd
    let functions: Uint8Array | undefined
    let current: Uint8Array | undefined
    let last = 0
    while (reader.next()) {
      const place = SEQUENCE.place(reader.type, last)
      if (place === undefined || this.#isOrphan(reader.type)) continue
      last = place
      if (place < PLACE_OF_NONCE) this.#nonceAt = reader.valueEnd
      if (reader.type === TT.FunctionNames) functions = this.#readFunctions(reader, Number.POSITIVE_INFINITY)
      else if (reader.type === TT.CurrentFunction) current = this.#readFunctions(reader, 1)
      else this.#readField(reader)
    }
    if (current !== undefined) this.form = 'dispatched'
    else if (functions !== undefined) this.form = 'extended'
    const parts = [current, functions, content].filter((part) => part !== undefined)
    this.name = Name.decode(parts.length === 1 ? content : Buffer.concat(parts))
    this.#checkParametersDigest()
  }

  /** A signature is nothing without what stands before it (§3: `[ApplicationParameters [InterestSignature]]`). */
  #isOrphan(type: number): boolean {
    return (
      (type === TT.InterestSignatureInfo && this.applicationParameters === undefined) ||
      (type === TT.InterestSignatureValue && this.signatureInfo === undefined)
    )
  }

  #readFunctions(reader: TlvReader, count: number): Uint8Array {
    if (reader.start !== this.#restAt)
      throw new PacketError('out-of-order', `element ${reader.type} does not directly follow the name`)
    checkFunctions(reader, count)
    this.#restAt = reader.valueEnd
    return reader.value
  }

  #readField(reader: TlvReader): void {
    switch (reader.type) {
      case TT.CanBePrefix:
        reader.expectLength(0, 'CanBePrefix')
        this.canBePrefix = true
        break
      case TT.MustBeFresh:
        reader.expectLength(0, 'MustBeFresh')
        this.mustBeFresh = true
        break
      case TT.ForwardingHint:
        this.forwardingHint = readForwardingHint(reader)
        break
      case TT.Nonce:
        reader.expectLength(4, 'Nonce')
        this.nonce = reader.nni()
        break
      case TT.InterestLifetime:
        this.lifetime = reader.nni()
        break
      case TT.HopLimit:
        reader.expectLength(1, 'HopLimit')
        this.hopLimit = reader.nni()
        this.#hopLimitAt = reader.valueStart
        break
      case TT.ApplicationParameters:
        this.applicationParameters = reader.value
        this.#parametersAt = reader.start
        break
      case TT.InterestSignatureInfo:
        this.signatureInfo = readSignatureInfo(reader)
        break
      case TT.InterestSignatureValue:
        this.signatureValue = reader.value
        this.#signatureValueAt = reader.start
        break
    }
  }

  #checkParametersDigest(): void {
    let count = 0
    for (let i = 0; i < this.name.length; i++)
      if (this.name.typeAt(i) === TT.ParametersSha256DigestComponent) count++
    if (count > 1) throw new PacketError('bad-name', 'a Name with two ParametersSha256DigestComponents')
    if (count < 1 && this.applicationParameters !== undefined) {
      throw new PacketError(
        'bad-name',
        'ApplicationParameters, but no ParametersSha256DigestComponent in the Name',
      )
    }
  }

  /**
   * The packet to send on in the given form. Where that is the form in which it came the bytes are copied and only
   * HopLimit is patched; otherwise the name is written anew and what follows it is copied.
   * @param hopLimit 0–255; takes the place of the one that is there; an Interest without one stays without
   * @param nonce is added where the Interest came without (NDN Packet Format 0.3 §3.5)
   */
  encodeAs(form: InterestForm, hopLimit = this.hopLimit, nonce = this.nonce): Uint8Array {
    const addNonce = this.nonce === undefined && nonce !== undefined
    const out =
      form === this.form && !addNonce
        ? Buffer.from(this.wire)
        : this.#rewritten(form, addNonce ? nonce : undefined)
    // All that changes in length stands before HopLimit.
    const hopLimitAt = this.#hopLimitAt + out.length - this.wire.length
    if (this.hopLimit !== undefined && hopLimit !== undefined) out.writeUInt8(hopLimit, hopLimitAt)
    return out
  }

  #rewritten(form: InterestForm, newNonce: number | undefined): Buffer {
    writer.reset()
    writer.bytes(this.wire.subarray(this.#nonceAt))
    if (newNonce !== undefined) writeNonce(newNonce)
    writer.bytes(this.wire.subarray(this.#restAt, this.#nonceAt))
    writeName(writer, this.name, form)
    writer.header(TT.Interest, 0)
    return writer.finish()
  }

  /**
   * What the signature of a signed Interest covers (NDN Packet Format 0.3 §5.4): the flat name without the
   * ParametersSha256Digest at its end, and the elements from ApplicationParameters to InterestSignatureInfo.
   */
  get signedPortion(): Uint8Array {
    const last = this.name.at(-1)
    // Without this test a signature for /a/<digest> would also cover /a/anything.
    const name = last !== undefined && isParametersDigest(last) ? this.name.slice(0, -1) : this.name
    return Buffer.concat([
      name.value,
      this.wire.subarray(this.#parametersAt, this.#signatureValueAt || this.wire.length),
    ])
  }

  /** Whether the ParametersSha256Digest component agrees with the parameters (§3.9); true where there are none. */
  get parametersDigestAgrees(): boolean {
    if (this.applicationParameters === undefined) return true
    const digest = createHash('sha256').update(this.wire.subarray(this.#parametersAt)).digest()
    return this.name.components.some(
      (component) => isParametersDigest(component) && digest.equals(component.value),
    )
  }
}

function isParametersDigest({ type }: Component): boolean {
  return type === TT.ParametersSha256DigestComponent
}

/** @throws RangeError on anything but a 32-bit number */
export function writeNonce(nonce: number): void {
  const value = Buffer.allocUnsafe(4)
  value.writeUInt32BE(nonce)
  writer.element(TT.Nonce, value)
}

function readForwardingHint(reader: TlvReader): Name[] {
  const names: Name[] = []
  const inner = reader.inside()
  while (inner.next()) {
    if (inner.type !== TT.Name) {
      if (isCritical(inner.type))
        throw new PacketError('unknown-critical', `unknown element ${inner.type} in a ForwardingHint`)
      continue
    }
    names.push(Name.decode(inner.value))
  }
  return names
}
