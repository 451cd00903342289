import { PacketError } from './errors.ts'
import { encodeNni, readNni } from './tlv.ts'
import { TT } from './tlv-types.ts'

/** Largest TLV-TYPE of a name component (NDN Packet Format 0.3 §2.2). */
const MAX_COMPONENT_TYPE = 65535

/** Name markers of typed components whose value is a number (NDN naming conventions, rev. 3). */
const NUMBER_MARKERS = new Map<number, string>([
  [TT.SegmentNameComponent, 'seg'],
  [TT.ByteOffsetNameComponent, 'off'],
  [TT.VersionNameComponent, 'v'],
  [TT.TimestampNameComponent, 't'],
  [TT.SequenceNumNameComponent, 'seq'],
])

/** Name markers of the components whose value is a SHA-256 digest (NDN Packet Format 0.3 §2.3). */
const DIGEST_MARKERS = new Map<number, string>([
  [TT.ImplicitSha256DigestComponent, 'sha256digest'],
  [TT.ParametersSha256DigestComponent, 'params-sha256'],
])

/** Largest number in a component: 8 octets. */
const MAX_NUMBER = 2n ** 64n - 1n

const MARKER_TYPES = new Map([...NUMBER_MARKERS, ...DIGEST_MARKERS].map(([type, marker]) => [marker, type]))

/** One component of a name: a TLV-TYPE and a value. */
export class Component {
  readonly type: number
  readonly value: Uint8Array

  /** @throws PacketError bad-name */
  constructor(type: number, value: Uint8Array) {
    checkComponent(type, value.length)
    this.type = type
    this.value = value
  }

  static generic(text: string): Component {
    return new Component(TT.GenericNameComponent, Buffer.from(text))
  }

  static keyword(text: string): Component {
    return new Component(TT.KeywordNameComponent, Buffer.from(text))
  }

  static version(version: number): Component {
    return new Component(TT.VersionNameComponent, encodeNni(version))
  }

  static segment(index: number): Component {
    return new Component(TT.SegmentNameComponent, encodeNni(index))
  }

  /**
   * Reads one component in NDN URI form, without slashes: `lobby`, `128=F3`, `v=7`, `sha256digest=0f…`.
   * @throws PacketError bad-name
   */
  static parse(text: string): Component {
    const marked = /^([a-z0-9-]+)=(.*)$/s.exec(text)
    if (marked !== null) {
      const [, marker = '', rest = ''] = marked
      const type = MARKER_TYPES.get(marker)
      if (type !== undefined && NUMBER_MARKERS.has(type)) return new Component(type, parseNumber(rest))
      if (type !== undefined) return new Component(type, parseDigest(rest))
      if (/^[1-9][0-9]*$/.test(marker)) return new Component(Number(marker), parseValue(rest))
    }
    return new Component(TT.GenericNameComponent, parseValue(text))
  }

  /** The value as a number; undefined where it is none, or one beyond 2^53-1. */
  get number(): number | undefined {
    try {
      return readNni(this.value, 0, this.value.length)
    } catch {
      return undefined
    }
  }

  get text(): string {
    return Buffer.from(this.value.buffer, this.value.byteOffset, this.value.length).toString()
  }

  equals(other: Component): boolean {
    return this.type === other.type && Buffer.compare(this.value, other.value) === 0
  }

  /** NDN URI form. */
  toString(): string {
    const marker = NUMBER_MARKERS.get(this.type)
    const number = marker === undefined ? undefined : formatNumber(this.value)
    if (number !== undefined) return `${marker}=${number}`
    const digest = DIGEST_MARKERS.get(this.type)
    if (digest !== undefined) return `${digest}=${Buffer.from(this.value).toString('hex')}`
    const value = formatValue(this.value)
    return this.type === TT.GenericNameComponent ? value : `${this.type}=${value}`
  }
}

/**
 * Whether there is a component of this TLV-TYPE with so many octets.
 * @throws PacketError bad-name
 */
export function checkComponent(type: number, length: number): void {
  if (type < 1 || type > MAX_COMPONENT_TYPE)
    throw new PacketError('bad-name', `component type ${type} is out of range`)
  const isDigest = type === TT.ImplicitSha256DigestComponent || type === TT.ParametersSha256DigestComponent
  if (isDigest && length !== 32)
    throw new PacketError('bad-name', `a digest component of ${length} octets, not 32`)
}

function parseNumber(text: string): Uint8Array {
  const value = /^(0|[1-9][0-9]{0,19})$/.test(text) ? BigInt(text) : MAX_NUMBER + 1n
  if (value > MAX_NUMBER) throw new PacketError('bad-name', `'${text}' is not a number from 0 to 2^64-1`)
  if (value <= Number.MAX_SAFE_INTEGER) return encodeNni(Number(value))
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(value)
  return bytes
}

/** Decimal form; undefined where parsing it would not give the same octets again. */
function formatNumber(value: Uint8Array): string | undefined {
  if (![1, 2, 4, 8].includes(value.length)) return undefined
  if (value.length < 8 || (value[0] === 0 && (value[1] as number) < 32)) {
    const number = readNni(value, 0, value.length)
    return encodeNni(number).length === value.length ? String(number) : undefined
  }
  const text = BigInt(`0x${Buffer.from(value).toString('hex')}`).toString()
  return parseNumber(text).length === value.length ? text : undefined
}

function parseDigest(text: string): Uint8Array {
  if (!/^[0-9a-fA-F]{64}$/.test(text))
    throw new PacketError('bad-name', `'${text}' is not a SHA-256 digest in hexadecimal`)
  return Buffer.from(text, 'hex')
}

/** Whether a component's octets, one character each, are its URI form as they stand. */
export function isPlain(text: string): boolean {
  return /^[A-Za-z0-9._~-]*$/.test(text) && !/^\.*$/.test(text)
}

/** Percent-encodes all but RFC 3986 unreserved characters. */
export function percentEncode(bytes: Uint8Array): string {
  // Most names have nothing else, and one test for all is faster than one for each.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  if (/^[A-Za-z0-9._~-]*$/.test(text)) return text
  let out = ''
  for (const byte of bytes) {
    const char = String.fromCharCode(byte)
    out += /[A-Za-z0-9._~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}

export const INVALID_PERCENT = /%(?![0-9a-fA-F]{2})/

/** @throws PacketError bad-name on a `%` without two hexadecimal digits */
export function percentDecode(text: string): Uint8Array {
  if (INVALID_PERCENT.test(text))
    throw new PacketError('bad-name', `'%' without two hexadecimal digits in '${text}'`)
  const binary = Buffer.from(text).toString('latin1')
  return Buffer.from(
    binary.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

/** A component of periods only has three more in its URI form, so that `.` and `..` stay free (§2.1). */
function formatValue(value: Uint8Array): string {
  const text = percentEncode(value)
  return /^\.*$/.test(text) ? `${text}...` : text
}

function parseValue(text: string): Uint8Array {
  if (/^\.*$/.test(text)) {
    if (text.length < 3) throw new PacketError('bad-name', `a component may not be '${text}'`)
    return Buffer.from(text.slice(3))
  }
  return percentDecode(text)
}
