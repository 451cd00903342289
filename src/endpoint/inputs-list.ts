import { Name, PacketError } from '../packet/index.ts'

/** Media type of content that names what a function is to be applied to: `{"inputs": ["/an/NDN/URI", …]}`. */
export const INPUTS_MEDIA_TYPE = 'application/vnd.ndn-sfc.inputs+json'

/** Most inputs that a list may name, and its largest size in octets. */
export const MAX_INPUTS = 1024
export const MAX_INPUTS_LIST_BYTES = 1024 * 1024

export function encodeInputs(names: readonly Name[]): Uint8Array {
  return Buffer.from(JSON.stringify({ inputs: names.map(String) }))
}

/** @throws TypeError with the reason, where it is no such list */
export function decodeInputs(content: Uint8Array): Name[] {
  if (content.length > MAX_INPUTS_LIST_BYTES)
    throw new TypeError(`it has ${content.length} bytes, and ${MAX_INPUTS_LIST_BYTES} are allowed`)
  const inputs: unknown = parse(content)?.inputs
  if (!Array.isArray(inputs) || inputs.length === 0)
    throw new TypeError(`it is not {"inputs": […]} with at least one name`)
  if (inputs.length > MAX_INPUTS)
    throw new TypeError(`it names ${inputs.length} inputs, and ${MAX_INPUTS} are allowed`)
  return inputs.map(readName)
}

function parse(content: Uint8Array): { inputs?: unknown } | null {
  try {
    return JSON.parse(Buffer.from(content).toString()) as { inputs?: unknown } | null
  } catch (error) {
    throw new TypeError(`it is not JSON: ${(error as Error).message}`)
  }
}

function readName(uri: unknown, index: number): Name {
  if (typeof uri !== 'string') throw new TypeError(`input ${index + 1} is no text`)
  try {
    return Name.parse(uri)
  } catch (error) {
    if (!(error instanceof PacketError)) throw error
    throw new TypeError(`input ${index + 1} is no name: ${error.message}`)
  }
}
