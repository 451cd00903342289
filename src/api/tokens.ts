import { randomBytes } from 'node:crypto'

/** `viewer` looks, and plans without doing; `operator` does all. */
export const ROLES = ['viewer', 'operator'] as const

export type Role = (typeof ROLES)[number]

export interface KeptToken {
  readonly name: string
  readonly role: Role
  /** Milliseconds since the epoch. */
  readonly created: number
}

/**
 * Who may ask. A store keeps no token, but its SHA-256: whoever reads it cannot ask in anybody's name, and how long it looks for
 * a hash tells nothing that would help to guess a token.
 */
export interface TokenStore {
  tokens(): readonly KeptToken[]
  /** Whose token it is. */
  findToken(token: string): KeptToken | undefined
  /** @throws ControllerError `conflict` where there is one of that name, `too-many` */
  addToken(name: string, role: Role, token: string): void
  /** @returns whether there was one */
  removeToken(name: string): boolean
}

/** Octets of a token that are drawn. */
const TOKEN_BYTES = 32

/** A token that nobody can guess. */
export function newToken(): string {
  return `sfc_${randomBytes(TOKEN_BYTES).toString('base64url')}`
}
