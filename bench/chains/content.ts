/** Size of the content that the functions copy, in bytes. */
export const CONTENT_BYTES = 1000

/** What the producer and the HTTP content server answer, whatever they are asked. */
export const CONTENT = Buffer.alloc(CONTENT_BYTES, 'ndn-sfc ')

/** Prefix of the content's names. */
export const PREFIX = '/bench'

/** The functions of the chain in the order in which a request visits them. */
export const FUNCTIONS = ['copy-3', 'copy-2', 'copy-1'] as const

/** @throws Error if a result is not the content: what was measured would be of no worth */
export function checkResult(result: Uint8Array): void {
  if (!CONTENT.equals(result)) throw new Error(`the chain gave ${result.length} bytes that are not its input`)
}
