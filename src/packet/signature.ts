import { PacketError } from './errors.ts'
import { countComponents, Name } from './name.ts'
import { Sequence } from './sequence.ts'
import { encodeNni, TlvReader, writer } from './tlv.ts'
import { TT } from './tlv-types.ts'

/** SignatureType numbers (NDN Packet Format 0.3 §5, NDN certificate format 2). */
export const SignatureType = {
  DigestSha256: 0,
  SignatureSha256WithRsa: 1,
  SignatureSha256WithEcdsa: 3,
  SignatureHmacWithSha256: 4,
  SignatureEd25519: 5,
  Null: 200,
} as const

/** What signs packets: `src/trust` makes them from keys. */
export interface Signer {
  /** One of {@link SignatureType}. */
  readonly type: number
  /** Name of the certificate, or of the key, by which the signature can be checked. */
  readonly keyLocator?: Name | undefined
  /** Validity of a certificate, milliseconds since the epoch; only in certificates. */
  readonly validity?: { readonly notBefore: number; readonly notAfter: number } | undefined
  sign(signedPortion: Uint8Array): Uint8Array
}

export interface SignatureInfo {
  readonly type: number
  readonly keyLocator?: Name | undefined
  /** The element ValidityPeriod of a certificate, if there. */
  readonly validity?: { readonly notBefore: number; readonly notAfter: number } | undefined
  /** SignatureNonce, SignatureTime (ms since the epoch) and SignatureSeqNum of a signed Interest. */
  readonly nonce?: Uint8Array | undefined
  readonly time?: number | undefined
  readonly sequence?: number | undefined
}

const SEQUENCE = new Sequence('a SignatureInfo', [
  TT.SignatureType,
  TT.KeyLocator,
  TT.SignatureNonce,
  TT.SignatureTime,
  TT.SignatureSeqNum,
  TT.ValidityPeriod,
])
const KEY_LOCATOR_SEQUENCE = new Sequence('a KeyLocator', [TT.Name, TT.KeyDigest])
const VALIDITY_SEQUENCE = new Sequence('a ValidityPeriod', [TT.NotBefore, TT.NotAfter])

const elementReader = new TlvReader()
const innerReader = new TlvReader()

/**
 * Checks what `readSignatureInfo` will read, without making anything.
 * @throws PacketError
 */
export function checkSignatureInfo(element: TlvReader): void {
  const reader = element.inside(elementReader)
  let hasType = false
  let last = -1
  while (reader.next()) {
    const place = SEQUENCE.place(reader.type, last)
    if (place === undefined) continue
    last = place
    switch (reader.type) {
      case TT.SignatureType:
        reader.nni()
        hasType = true
        break
      case TT.KeyLocator:
        findKeyLocator(reader)
        break
      case TT.SignatureTime:
      case TT.SignatureSeqNum:
        reader.nni()
        break
      case TT.ValidityPeriod:
        readValidity(reader)
        break
    }
  }
  if (!hasType) throw new PacketError('missing-element', 'a SignatureInfo without SignatureType')
}

/**
 * @param element one that `checkSignatureInfo` has let pass
 */
export function readSignatureInfo(element: TlvReader): SignatureInfo {
  let type = 0
  let keyLocator: Name | undefined
  let validity: SignatureInfo['validity']
  let nonce: Uint8Array | undefined
  let time: number | undefined
  let sequence: number | undefined
  const reader = element.inside()
  let last = -1
  while (reader.next()) {
    const place = SEQUENCE.place(reader.type, last)
    if (place === undefined) continue
    last = place
    switch (reader.type) {
      case TT.SignatureType:
        type = reader.nni()
        break
      case TT.KeyLocator:
        keyLocator = findKeyLocator(reader) ? Name.decode(innerReader.value) : undefined
        break
      case TT.SignatureNonce:
        nonce = reader.value
        break
      case TT.SignatureTime:
        time = reader.nni()
        break
      case TT.SignatureSeqNum:
        sequence = reader.nni()
        break
      case TT.ValidityPeriod:
        validity = readValidity(reader)
        break
    }
  }
  return { type, keyLocator, validity, nonce, time, sequence }
}

/** Leaves `innerReader` at the name in a KeyLocator; false where there is none: a KeyDigest is not a name. */
function findKeyLocator(element: TlvReader): boolean {
  const reader = element.inside(innerReader)
  let last = -1
  let nameAt = -1
  while (reader.next()) {
    const place = KEY_LOCATOR_SEQUENCE.place(reader.type, last)
    if (place === undefined) continue
    last = place
    if (reader.type !== TT.Name) continue
    countComponents(reader.buffer, reader.valueStart, reader.valueEnd, 0)
    nameAt = reader.start
  }
  return nameAt >= 0 && reader.reset(reader.buffer, nameAt, element.valueEnd).next()
}

function readValidity(element: TlvReader): { notBefore: number; notAfter: number } {
  let notBefore: number | undefined
  let notAfter: number | undefined
  const reader = element.inside()
  let last = -1
  while (reader.next()) {
    const place = VALIDITY_SEQUENCE.place(reader.type, last)
    if (place === undefined) continue
    last = place
    const time = parseIsoTime(Buffer.from(reader.value).toString('latin1'))
    if (reader.type === TT.NotBefore) notBefore = time
    else notAfter = time
  }
  if (notBefore === undefined || notAfter === undefined) {
    throw new PacketError('missing-element', 'a ValidityPeriod without NotBefore or NotAfter')
  }
  return { notBefore, notAfter }
}

/** `YYYYMMDDThhmmss`, UTC (NDN certificate format 2 §3.3). */
function parseIsoTime(text: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)$/.exec(text) ?? []
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (Number.isNaN(time)) throw new PacketError('bad-value', `'${text}' is not a time`)
  return time
}

function formatIsoTime(time: number): Uint8Array {
  return Buffer.from(new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, ''))
}

/** Writes SignatureInfo or InterestSignatureInfo in front of what the writer holds. */
export function writeSignatureInfo(
  type: typeof TT.SignatureInfo | typeof TT.InterestSignatureInfo,
  signer: Signer,
  interest?: { readonly nonce: Uint8Array; readonly time: number },
): void {
  const before = writer.size
  if (signer.validity !== undefined) {
    const start = writer.size
    writer.element(TT.NotAfter, formatIsoTime(signer.validity.notAfter))
    writer.element(TT.NotBefore, formatIsoTime(signer.validity.notBefore))
    writer.header(TT.ValidityPeriod, start)
  }
  if (interest !== undefined) {
    writer.element(TT.SignatureTime, encodeNni(interest.time))
    writer.element(TT.SignatureNonce, interest.nonce)
  }
  if (signer.keyLocator !== undefined) {
    const start = writer.size
    writer.element(TT.Name, signer.keyLocator.value)
    writer.header(TT.KeyLocator, start)
  }
  writer.nni(TT.SignatureType, signer.type)
  writer.header(type, before)
}
