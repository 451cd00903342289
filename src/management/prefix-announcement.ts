import {
  Component,
  type Data,
  encodeData,
  type Name,
  PacketError,
  type Signer,
  TlvReader,
  TT,
} from '../packet/index.ts'
import { optional, required, Structure } from './structure.ts'
import { MT } from './tlv-numbers.ts'
import { number, type ValueType } from './value-types.ts'

/** ContentType of a prefix announcement. */
const CONTENT_TYPE = 5

const KEYWORD = Component.keyword('PA')

/** `YYYYMMDDThhmmss`, UTC, as milliseconds since the epoch (NDN certificate format 2). */
const isoTime: ValueType<number> = {
  decodeValue(element) {
    const text = Buffer.from(element.value).toString('latin1')
    const [, year, month, day, hour, minute, second] =
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)$/.exec(text) ?? []
    const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
    if (Number.isNaN(time)) throw new PacketError('bad-value', `'${text}' is not a time`)
    return time
  },
  encodeValue: (time) => Buffer.from(new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, '')),
}

const content = new Structure('PrefixAnnouncement', undefined, {
  expirationPeriod: required(MT.ExpirationPeriod, number),
  validity: optional(
    TT.ValidityPeriod,
    new Structure('ValidityPeriod', TT.ValidityPeriod, {
      notBefore: required(TT.NotBefore, isoTime),
      notAfter: required(TT.NotAfter, isoTime),
    }),
  ),
})

/** A producer's word that it has what is under a prefix (NFD wiki, PrefixAnnouncement). */
export interface PrefixAnnouncement {
  readonly prefix: Name
  /** Milliseconds from when it is received. */
  readonly expirationPeriod: number
  /** Milliseconds since the epoch. */
  readonly validity?: { readonly notBefore: number; readonly notAfter: number } | undefined
}

/**
 * Reads a prefix announcement, which is a Data; whether it is to be trusted is not looked at.
 * @throws PacketError
 */
export function readPrefixAnnouncement(data: Data): PrefixAnnouncement {
  const { name, contentType } = data
  const isNamedSo =
    name.at(-3)?.equals(KEYWORD) === true &&
    name.typeAt(-2) === TT.VersionNameComponent &&
    name.typeAt(-1) === TT.SegmentNameComponent &&
    name.at(-1)?.number === 0
  if (!isNamedSo)
    throw new PacketError('bad-name', 'a prefix announcement is named <prefix>/32=PA/v=<version>/seg=0')
  if (contentType !== CONTENT_TYPE)
    throw new PacketError(
      'bad-value',
      `a prefix announcement of ContentType ${contentType}, not ${CONTENT_TYPE}`,
    )
  checkCritical(data.content)
  return { prefix: name.slice(0, -3), ...content.decode(data.content) }
}

/** @throws PacketError unknown-critical */
function checkCritical(bytes: Uint8Array): void {
  const reader = new TlvReader(bytes)
  while (reader.next()) {
    const { type } = reader
    if (type === MT.ExpirationPeriod || type === TT.ValidityPeriod) continue
    // NDN Packet Format 0.3 §1.3.
    if (type <= 31 || type % 2 === 1)
      throw new PacketError('unknown-critical', `unknown element ${type} in a prefix announcement`)
  }
}

/** @throws PacketError */
export function encodePrefixAnnouncement(
  { prefix, expirationPeriod, validity }: PrefixAnnouncement,
  version: number,
  signer: Signer,
): Uint8Array {
  const name = prefix.append(KEYWORD, Component.version(version), Component.segment(0))
  const fields = { expirationPeriod, ...(validity !== undefined && { validity }) }
  return encodeData({ name, contentType: CONTENT_TYPE, content: content.encode(fields) }, signer)
}
