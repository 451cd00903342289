import { createHash, type Hash } from 'node:crypto'

/** `sha256:` and 64 lower-case hexadecimal digits: the only algorithm that is taken (OCI Image Specification, "Digests"). */
export const DIGEST = /^sha256:[0-9a-f]{64}$/

export function sha256(bytes: string | Uint8Array): string {
  return digestOf(createHash('sha256').update(bytes))
}

export function digestOf(hash: Hash): string {
  return `sha256:${hash.digest('hex')}`
}

/** The digits alone, as they name files. */
export function digitsOf(digest: string): string {
  return digest.slice('sha256:'.length)
}
