import type { Test } from 'tap'
import { decodePacket, type PacketErrorCode } from '../../src/packet/index.ts'

/** TLV encoding written down a second time, so that the tests do not lean on the encoder that they test. */
export function tlv(type: number, ...values: (Uint8Array | string)[]): Buffer {
  const value = Buffer.concat(values.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  return Buffer.concat([varNumber(type), varNumber(value.length), value])
}

export function varNumber(value: number): Buffer {
  if (value < 253) return Buffer.of(value)
  const out = Buffer.alloc(value < 0x10000 ? 3 : 5)
  out[0] = value < 0x10000 ? 253 : 254
  out.writeUIntBE(value, 1, out.length - 1)
  return out
}

export const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

/** A Name element of generic components, of `[type, value]` pairs, or both. */
export function name(
  ...components: (string | readonly [type: number, value: string | Uint8Array])[]
): Buffer {
  return tlv(
    7,
    ...components.map((component) => (typeof component === 'string' ? tlv(8, component) : tlv(...component))),
  )
}

export const interest = (...elements: Uint8Array[]): Buffer => tlv(5, ...elements)
export const data = (...elements: Uint8Array[]): Buffer => tlv(6, ...elements)
export const lpPacket = (...fields: Uint8Array[]): Buffer => tlv(100, ...fields)

export const NONCE = tlv(10, hex('01020304'))
export const SIGNATURE = [tlv(22, tlv(27, hex('00'))), tlv(23, Buffer.alloc(32))] as const

/** Holds that a frame is refused, with this code and a message that matches. */
export function refuses(t: Test, frame: Uint8Array, code: PacketErrorCode, message: RegExp): void {
  t.throws(() => decodePacket(frame), { name: 'PacketError', code, message }, `${code}: ${message}`)
}

/** Decodes a frame that holds a bare Interest. */
export function decodeInterest(frame: Uint8Array) {
  const packet = decodePacket(frame)
  if (packet.kind !== 'interest') throw new Error(`${packet.kind} instead of an Interest`)
  return packet.interest
}

/** Decodes a frame that holds a bare Data. */
export function decodeData(frame: Uint8Array) {
  const packet = decodePacket(frame)
  if (packet.kind !== 'data') throw new Error(`${packet.kind} instead of a Data`)
  return packet.data
}
