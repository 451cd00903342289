import { encodeNni, encodeTlv, Name, readNni, TlvReader, TT } from '../packet/index.ts'

/** TLV-TYPEs of NFD's management protocol ("NFD Management", ControlCommand). */
const CONTROL_RESPONSE = 101
const STATUS_CODE = 102
const STATUS_TEXT = 103
const CONTROL_PARAMETERS = 104
const FACE_ID = 105
const COST = 106
const FLAGS = 108
const EXPIRATION_PERIOD = 109
const ORIGIN = 111

/** ControlParameters of a command. */
export interface ControlParameters {
  readonly name?: Name | undefined
  readonly faceId?: number | undefined
  readonly origin?: number | undefined
  readonly cost?: number | undefined
  readonly flags?: number | undefined
  /** Milliseconds. */
  readonly expirationPeriod?: number | undefined
}

/** Status codes of a ControlResponse. */
export const ControlStatus = {
  Ok: 200,
  BadParameters: 400,
  Unauthorised: 403,
  NotFound: 404,
  Unsupported: 501,
  Full: 503,
} as const

export interface ControlResponse {
  readonly statusCode: number
  readonly statusText: string
}

/**
 * Reads the ControlParameters element in a command's name.
 * @throws PacketError
 */
export function decodeControlParameters(bytes: Uint8Array): ControlParameters {
  const outer = new TlvReader(bytes)
  if (!outer.next() || outer.type !== CONTROL_PARAMETERS) return {}
  const numbers = new Map<number, number>()
  let name: Name | undefined
  const reader = outer.inside()
  while (reader.next()) {
    if (reader.type === TT.Name) name = Name.decode(reader.value)
    else if (reader.valueEnd - reader.valueStart <= 8) numbers.set(reader.type, reader.nni())
  }
  return {
    name,
    faceId: numbers.get(FACE_ID),
    origin: numbers.get(ORIGIN),
    cost: numbers.get(COST),
    flags: numbers.get(FLAGS),
    expirationPeriod: numbers.get(EXPIRATION_PERIOD),
  }
}

export function encodeControlParameters(parameters: ControlParameters): Uint8Array {
  const { name, faceId, origin, cost, flags, expirationPeriod } = parameters
  const number = (type: number, value: number | undefined): Uint8Array[] =>
    value === undefined ? [] : [encodeTlv(type, encodeNni(value))]
  return encodeTlv(
    CONTROL_PARAMETERS,
    ...(name === undefined ? [] : [encodeTlv(TT.Name, name.value)]),
    ...number(FACE_ID, faceId),
    ...number(ORIGIN, origin),
    ...number(COST, cost),
    ...number(FLAGS, flags),
    ...number(EXPIRATION_PERIOD, expirationPeriod),
  )
}

export function encodeControlResponse(response: ControlResponse, parameters?: ControlParameters): Uint8Array {
  return encodeTlv(
    CONTROL_RESPONSE,
    encodeTlv(STATUS_CODE, encodeNni(response.statusCode)),
    encodeTlv(STATUS_TEXT, Buffer.from(response.statusText)),
    ...(parameters === undefined ? [] : [encodeControlParameters(parameters)]),
  )
}

/** @throws PacketError */
export function decodeControlResponse(bytes: Uint8Array): ControlResponse {
  let statusCode = 0
  let statusText = ''
  const outer = new TlvReader(bytes)
  if (outer.next() && outer.type === CONTROL_RESPONSE) {
    const reader = outer.inside()
    while (reader.next()) {
      if (reader.type === STATUS_CODE) statusCode = readNni(bytes, reader.valueStart, reader.valueEnd)
      else if (reader.type === STATUS_TEXT) statusText = Buffer.from(reader.value).toString()
    }
  }
  return { statusCode, statusText }
}
