import { encodeData, MAX_PACKET_SIZE, type Name, type Signer } from '../packet/index.ts'
import { type ControlResponse, controlResponse } from './control-parameters.ts'
import { MANAGEMENT_FRESHNESS_MS } from './dataset-store.ts'

/** Longest StatusText, in characters; the rest is cut off. */
export const MAX_STATUS_TEXT = 256

/**
 * What a response without parameters needs beside its name and key locator, at most, in octets: the status (a character
 * has up to 3 octets of UTF-8), a signature, the headers and the link's header with a PIT token.
 */
const OVERHEAD = 3 * MAX_STATUS_TEXT + 256

/** Whether a response to a command of this name fits into a packet, at least without parameters. */
export function hasRoomForResponse(name: Name, signer: Signer): boolean {
  return name.value.length + roomNeeded(signer) <= MAX_PACKET_SIZE
}

/** The Data that answers a command. Where there is no room for the parameters, they are left out. */
export function encodeResponse(
  name: Name,
  response: ControlResponse,
  signer: Signer,
  contentType?: number,
): Uint8Array {
  const statusText = response.statusText.slice(0, MAX_STATUS_TEXT)
  const parameters = response.parameters
  const short = controlResponse.encode({ ...response, statusText, parameters: undefined })
  const full = controlResponse.encode({ ...response, statusText, parameters })
  const hasRoom = name.value.length + (full.length - short.length) + roomNeeded(signer) <= MAX_PACKET_SIZE
  const fields = { name, content: hasRoom ? full : short, freshnessPeriod: MANAGEMENT_FRESHNESS_MS }
  return encodeData(contentType === undefined ? fields : { ...fields, contentType }, signer)
}

function roomNeeded({ keyLocator }: Signer): number {
  return OVERHEAD + (keyLocator?.value.length ?? 0)
}
