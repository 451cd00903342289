import { createHash, randomBytes } from 'node:crypto'

/** `viewer` looks, and plans without doing; `operator` does all. */
export const ROLES = ['viewer', 'operator'] as const

export type Role = (typeof ROLES)[number]

/** Who asks. */
export interface Caller {
  /** Of the token. */
  readonly name: string
  readonly role: Role
}

/** Who may ask. Tokens themselves are kept nowhere: whoever reads the store cannot ask in their name. */
export interface TokenStore {
  /** @param sha256 of the token, in lower-case hexadecimal */
  find(sha256: string): Caller | undefined
}

/** Octets of a token that are drawn. */
const TOKEN_BYTES = 32

/** A token that nobody can guess. */
export function newToken(): string {
  return `sfc_${randomBytes(TOKEN_BYTES).toString('base64url')}`
}

/** What a store keeps of a token. To look it up by its hash gives no time to measure that would help to guess it. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
