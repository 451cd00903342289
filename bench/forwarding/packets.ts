import { encodeTlv, TT } from '../../src/packet/index.ts'

/** How a name is asked for: `plain` has no functions; `flat` and `extended` are the two forms of a chain of three. */
export type NameForm = 'plain' | 'flat' | 'extended'

/** Packets of one size that differ in a number only: bytes, and where in them something is patched. */
export interface Template {
  readonly bytes: Uint8Array
  /** Of the number, 4 octets. */
  readonly numberAt: number
  /** Of the Nonce, 4 octets; 0 in a Data. */
  readonly nonceAt: number
  /** Of the PIT token; 0 where there is none. */
  readonly tokenAt: number
}

/** What a producer's prefix is announced as: components as [TLV-TYPE, text]. */
export const CONTENT_PREFIX: readonly [number, string] = [TT.GenericNameComponent, 'bench']
export const CHAIN_PREFIX: readonly [number, string] = [TT.FunctionComponent, 'copy-3']

/** Octets of the number that is the last component of every name. */
export const NUMBER_BYTES = 4

const FUNCTIONS = [CHAIN_PREFIX, [TT.FunctionComponent, 'copy-2'], [TT.FunctionComponent, 'copy-1']] as const

const CONTENT = [
  CONTENT_PREFIX,
  [TT.GenericNameComponent, 'forwarding'],
  [TT.GenericNameComponent, 'data'],
] as const

/** Four octets that occur nowhere else in a template. */
const NUMBER_MARK = Uint8Array.of(0xfa, 0xce, 0x0f, 0xf1)
const NONCE_MARK = Uint8Array.of(0xfa, 0xce, 0x0f, 0xf2)
const TOKEN_MARK = 0xf3

/** A signature of the usual size for a digest. It is not valid: no forwarder looks at it. */
const SIGNATURE_BYTES = 32

const FRESHNESS_MS = 10_000

/** An Interest with a Nonce and no options, as most are. */
export function interestTemplate(form: NameForm): Template {
  const functions = components(FUNCTIONS)
  const content = [components(CONTENT), encodeTlv(TT.GenericNameComponent, NUMBER_MARK)]
  const bytes = encodeTlv(
    TT.Interest,
    ...(form === 'extended'
      ? [encodeTlv(TT.Name, ...content), encodeTlv(TT.FunctionNames, functions)]
      : [encodeTlv(TT.Name, ...(form === 'flat' ? [functions] : []), ...content)]),
    encodeTlv(TT.Nonce, NONCE_MARK),
  )
  return { bytes, numberAt: find(bytes, NUMBER_MARK), nonceAt: find(bytes, NONCE_MARK), tokenAt: 0 }
}

/**
 * A Data. A chain's has the flat name, in whichever form it was asked for.
 * @param payload octets of Content
 * @param tokenBytes size of the PIT token, with which it is an LpPacket; 0 for none
 */
export function dataTemplate(form: NameForm, payload: number, tokenBytes = 0): Template {
  const name = encodeTlv(
    TT.Name,
    ...(form === 'plain' ? [] : [components(FUNCTIONS)]),
    components(CONTENT),
    encodeTlv(TT.GenericNameComponent, NUMBER_MARK),
  )
  const data = encodeTlv(
    TT.Data,
    name,
    encodeTlv(
      TT.MetaInfo,
      encodeTlv(TT.FreshnessPeriod, Uint8Array.of(FRESHNESS_MS >> 8, FRESHNESS_MS & 255)),
    ),
    encodeTlv(TT.Content, Buffer.alloc(payload, 'ndn-sfc ')),
    encodeTlv(TT.SignatureInfo, encodeTlv(TT.SignatureType, Uint8Array.of(0))),
    encodeTlv(TT.SignatureValue, Buffer.alloc(SIGNATURE_BYTES, 0x5a)),
  )
  if (tokenBytes === 0) return { bytes: data, numberAt: find(data, NUMBER_MARK), nonceAt: 0, tokenAt: 0 }
  const token = Buffer.alloc(tokenBytes, TOKEN_MARK)
  const bytes = encodeTlv(TT.LpPacket, encodeTlv(TT.LpPitToken, token), encodeTlv(TT.LpFragment, data))
  return { bytes, numberAt: find(bytes, NUMBER_MARK), nonceAt: 0, tokenAt: find(bytes, token) }
}

function components(list: readonly (readonly [number, string])[]): Uint8Array {
  return Buffer.concat(list.map(([type, text]) => encodeTlv(type, Buffer.from(text))))
}

function find(bytes: Uint8Array, mark: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(mark)
}

/** Writes a number of 32 bits in network order. */
export function patch(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}
