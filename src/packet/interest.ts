import { createHash } from 'node:crypto'
import type { Component } from './component.ts'
import { PacketError } from './errors.ts'
import { checkFunctions, type InterestForm, writeName } from './function-names.ts'
import { countComponents, Name, readLeadingName } from './name.ts'
import { Sequence } from './sequence.ts'
import { checkSignatureInfo, readSignatureInfo, type SignatureInfo } from './signature.ts'
import { readUint32, TlvReader, writer } from './tlv.ts'
import { isCritical, TT } from './tlv-types.ts'

/** InterestLifetime where an Interest names none, in milliseconds (NDN Packet Format 0.3 §3.6). */
export const DEFAULT_INTEREST_LIFETIME_MS = 4000

const NOTHING = new Uint8Array()

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

const packetReader = new TlvReader()
const innerReader = new TlvReader()

/**
 * An Interest as it was received: its fields, and the bytes to pass on. Fields that are objects are made when they are asked
 * for, as views of the buffer that it was read from.
 */
export class Interest {
  /** Where the packet lies. */
  buffer: Uint8Array = NOTHING
  start = 0
  end = 0
  form: InterestForm = 'flat'
  canBePrefix = false
  mustBeFresh = false
  /** Milliseconds. */
  lifetime = DEFAULT_INTEREST_LIFETIME_MS
  /** The TLV-VALUE of its Name: all of a flat name, or the content of a chain. */
  nameStart = 0
  nameEnd = 0
  /** Where the value of Nonce is, and that of HopLimit, to be patched; -1 where there is none. */
  nonceAt = -1
  hopLimitAt = -1
  /** The element ForwardingHint, and its TLV-VALUE; nowhere, if their end is 0. */
  #hintAt = 0
  hintStart = 0
  hintEnd = 0
  /** TLV-VALUEs of FunctionNames and CurrentFunction; nowhere, if their end is 0. */
  #functionsStart = 0
  #functionsEnd = 0
  #currentStart = 0
  #currentEnd = 0
  /** Where the packet's TLV-VALUE begins. */
  #bodyAt = 0
  /** Where the elements after the name (in whatever form) begin. */
  #restAt = 0
  /** Where Nonce is to be put if there is none. */
  #nonceGap = 0
  /** Elements ApplicationParameters, InterestSignatureInfo and InterestSignatureValue, and the values of the outer two; 0 where they are not. */
  #parametersAt = 0
  #parametersStart = 0
  #parametersEnd = 0
  #signatureInfoAt = 0
  #signatureValueAt = 0
  #signatureStart = 0
  #signatureEnd = 0
  #name: Name | undefined

  /**
   * @param wire one Interest element, no octet more
   * @throws PacketError
   */
  static decode(wire: Uint8Array): Interest {
    return new Interest().read(wire, 0, wire.length)
  }

  /**
   * Takes the Interest in a buffer from `start` up to `end`, in the place of the one before.
   * @throws PacketError
   */
  read(buffer: Uint8Array, start: number, end: number): this {
    const reader = packetReader.reset(buffer, start, end)
    if (!reader.next() || reader.type !== TT.Interest)
      throw new PacketError('not-a-packet', 'not an Interest')
    if (reader.valueEnd !== end) throw new PacketError('bad-value', 'octets after the Interest')
    this.#clear()
    this.buffer = buffer
    this.start = start
    this.end = end
    this.#bodyAt = reader.valueStart
    this.#readElements(reader.inside(reader))
    return this
  }

  #clear(): void {
    this.form = 'flat'
    this.canBePrefix = false
    this.mustBeFresh = false
    this.lifetime = DEFAULT_INTEREST_LIFETIME_MS
    this.nonceAt = this.hopLimitAt = -1
    this.hintEnd = this.#functionsEnd = this.#currentEnd = 0
    this.#parametersAt = this.#signatureInfoAt = this.#signatureValueAt = 0
    this.#name = undefined
  }

  #readElements(reader: TlvReader): void {
    readLeadingName(reader, 'an Interest')
    if (reader.length === 0)
      throw new PacketError('bad-name', `an Interest's Name has at least one component`)
    this.nameStart = reader.valueStart
    this.nameEnd = this.#nonceGap = this.#restAt = reader.valueEnd
    let last = 0
    while (reader.next()) {
      const place = SEQUENCE.place(reader.type, last)
      if (place === undefined || this.#isOrphan(reader.type)) continue
      last = place
      if (place < PLACE_OF_NONCE) this.#nonceGap = reader.valueEnd
      this.#readField(reader)
    }
    if (this.#currentEnd > 0) this.form = 'dispatched'
    else if (this.#functionsEnd > 0) this.form = 'extended'
    const { buffer, nameStart, nameEnd } = this
    const digests = countComponents(buffer, nameStart, nameEnd, TT.ParametersSha256DigestComponent)
    if (digests > 1) throw new PacketError('bad-name', 'a Name with two ParametersSha256DigestComponents')
    if (digests < 1 && this.#parametersAt > 0) {
      throw new PacketError(
        'bad-name',
        'ApplicationParameters, but no ParametersSha256DigestComponent in the Name',
      )
    }
  }

  /** A signature is nothing without what stands before it (§3: `[ApplicationParameters [InterestSignature]]`). */
  #isOrphan(type: number): boolean {
    return (
      (type === TT.InterestSignatureInfo && this.#parametersAt === 0) ||
      (type === TT.InterestSignatureValue && this.#signatureInfoAt === 0)
    )
  }

  #checkFunctions(reader: TlvReader, count: number): void {
    if (reader.start !== this.#restAt)
      throw new PacketError('out-of-order', `element ${reader.type} does not directly follow the name`)
    checkFunctions(reader, count)
    this.#restAt = reader.valueEnd
  }

  #readField(reader: TlvReader): void {
    switch (reader.type) {
      case TT.FunctionNames:
        this.#checkFunctions(reader, Number.POSITIVE_INFINITY)
        this.#functionsStart = reader.valueStart
        this.#functionsEnd = reader.valueEnd
        break
      case TT.CurrentFunction:
        this.#checkFunctions(reader, 1)
        this.#currentStart = reader.valueStart
        this.#currentEnd = reader.valueEnd
        break
      case TT.CanBePrefix:
        reader.expectLength(0, 'CanBePrefix')
        this.canBePrefix = true
        break
      case TT.MustBeFresh:
        reader.expectLength(0, 'MustBeFresh')
        this.mustBeFresh = true
        break
      case TT.ForwardingHint:
        checkForwardingHint(reader)
        this.#hintAt = reader.start
        this.hintStart = reader.valueStart
        this.hintEnd = reader.valueEnd
        break
      case TT.Nonce:
        reader.expectLength(4, 'Nonce')
        this.nonceAt = reader.valueStart
        break
      case TT.InterestLifetime:
        this.lifetime = reader.nni()
        break
      case TT.HopLimit:
        reader.expectLength(1, 'HopLimit')
        this.hopLimitAt = reader.valueStart
        break
      case TT.ApplicationParameters:
        this.#parametersAt = reader.start
        this.#parametersStart = reader.valueStart
        this.#parametersEnd = reader.valueEnd
        break
      case TT.InterestSignatureInfo:
        checkSignatureInfo(reader)
        this.#signatureInfoAt = reader.start
        break
      case TT.InterestSignatureValue:
        this.#signatureValueAt = reader.start
        this.#signatureStart = reader.valueStart
        this.#signatureEnd = reader.valueEnd
        break
    }
  }

  /** The whole packet, a view. */
  get wire(): Uint8Array {
    return this.buffer.subarray(this.start, this.end)
  }

  /** The flat name. */
  get name(): Name {
    if (this.#name === undefined) {
      const content = this.buffer.subarray(this.nameStart, this.nameEnd)
      this.#name = new Name(
        this.form === 'flat' ? content : Buffer.concat([this.#current, this.#functions, content]),
      )
    }
    return this.#name
  }

  get #current(): Uint8Array {
    return this.#currentEnd === 0 ? NOTHING : this.buffer.subarray(this.#currentStart, this.#currentEnd)
  }

  get #functions(): Uint8Array {
    return this.#functionsEnd === 0 ? NOTHING : this.buffer.subarray(this.#functionsStart, this.#functionsEnd)
  }

  get forwardingHint(): readonly Name[] {
    const names: Name[] = []
    const reader = new TlvReader(this.buffer, this.hintStart, this.hintEnd)
    while (this.hintEnd > 0 && reader.next())
      if (reader.type === TT.Name) names.push(Name.decode(reader.value))
    return names
  }

  get nonce(): number | undefined {
    return this.nonceAt < 0 ? undefined : readUint32(this.buffer, this.nonceAt)
  }

  get hopLimit(): number | undefined {
    return this.hopLimitAt < 0 ? undefined : this.buffer[this.hopLimitAt]
  }

  get applicationParameters(): Uint8Array | undefined {
    return this.#parametersAt === 0
      ? undefined
      : this.buffer.subarray(this.#parametersStart, this.#parametersEnd)
  }

  get signatureInfo(): SignatureInfo | undefined {
    if (this.#signatureInfoAt === 0) return undefined
    const reader = new TlvReader(this.buffer, this.#signatureInfoAt, this.end)
    reader.next()
    return readSignatureInfo(reader)
  }

  get signatureValue(): Uint8Array | undefined {
    return this.#signatureValueAt === 0
      ? undefined
      : this.buffer.subarray(this.#signatureStart, this.#signatureEnd)
  }

  /**
   * The packet to send on in the given form. Where that is the form in which it came the bytes are copied and only
   * HopLimit is patched; otherwise the name is written anew and what follows it is copied.
   * @param hopLimit 0–255; takes the place of the one that is there; an Interest without one stays without
   * @param nonce is added where the Interest came without (NDN Packet Format 0.3 §3.5)
   * @throws RangeError on a HopLimit or nonce out of range
   */
  encodeAs(form: InterestForm, hopLimit = this.hopLimit, nonce = this.nonce): Uint8Array {
    if (hopLimit !== undefined && !(Number.isInteger(hopLimit) && hopLimit >= 0 && hopLimit <= 255))
      throw new RangeError(`a HopLimit of ${hopLimit}, not 0 to 255`)
    writer.reset()
    this.write(form, hopLimit, nonce)
    return writer.finish()
  }

  /**
   * Puts the same in front of what {@link writer} holds.
   * @param keepsHint false to leave the ForwardingHint out
   */
  write(form: InterestForm, hopLimit: number | undefined, nonce: number | undefined, keepsHint = true): void {
    const before = writer.size
    const { buffer, end } = this
    if (this.hopLimitAt >= 0 && hopLimit !== undefined) {
      writer.range(buffer, this.hopLimitAt + 1, end)
      writer.byte(hopLimit)
      writer.range(buffer, this.#nonceGap, this.hopLimitAt)
    } else writer.range(buffer, this.#nonceGap, end)
    if (this.nonceAt < 0 && nonce !== undefined) writeNonce(nonce)
    if (keepsHint || this.hintEnd === 0) writer.range(buffer, this.#restAt, this.#nonceGap)
    else {
      writer.range(buffer, this.hintEnd, this.#nonceGap)
      writer.range(buffer, this.#restAt, this.#hintAt)
    }
    if (form === this.form) writer.range(buffer, this.#bodyAt, this.#restAt)
    else writeName(writer, this.name, form)
    writer.header(TT.Interest, before)
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
      this.buffer.subarray(this.#parametersAt, this.#signatureValueAt || this.end),
    ])
  }

  /** Whether the ParametersSha256Digest component agrees with the parameters (§3.9); true where there are none. */
  get parametersDigestAgrees(): boolean {
    if (this.#parametersAt === 0) return true
    const digest = createHash('sha256').update(this.buffer.subarray(this.#parametersAt, this.end)).digest()
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

function checkForwardingHint(element: TlvReader): void {
  const reader = element.inside(innerReader)
  while (reader.next()) {
    if (reader.type === TT.Name) countComponents(reader.buffer, reader.valueStart, reader.valueEnd, 0)
    else if (isCritical(reader.type))
      throw new PacketError('unknown-critical', `unknown element ${reader.type} in a ForwardingHint`)
  }
}
