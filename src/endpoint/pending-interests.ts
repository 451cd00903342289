import type { Data, Name } from '../packet/index.ts'

/** One caller that waits for an answer. */
export interface Waiter {
  resolve(data: Data, isMarked: boolean): void
  reject(error: Error): void
}

/**
 * An Interest as a forwarder sees it: a name and selectors. A face is answered once for it, however often it was asked
 * there, so all who ask for the same wait for one answer.
 */
export interface PendingInterest {
  readonly name: Name
  readonly canBePrefix: boolean
  readonly mustBeFresh: boolean
  /** PIT token, 4 octets. */
  readonly token: number
  /** The same for the same Interest. */
  readonly key: string
  readonly waiters: Set<Waiter>
}

/** The Interests of one endpoint that have no answer yet. */
export class PendingInterests {
  readonly #byToken = new Map<number, PendingInterest>()
  readonly #byKey = new Map<string, PendingInterest>()
  #nextToken = 0

  add(
    interest: Pick<PendingInterest, 'name' | 'canBePrefix' | 'mustBeFresh'>,
    waiter: Waiter,
  ): PendingInterest {
    const key = keyOf(interest)
    let pending = this.#byKey.get(key)
    if (pending === undefined) {
      const { name, canBePrefix, mustBeFresh } = interest
      pending = { name, canBePrefix, mustBeFresh, token: this.#newToken(), key, waiters: new Set() }
      this.#byKey.set(key, pending)
      this.#byToken.set(pending.token, pending)
    }
    pending.waiters.add(waiter)
    return pending
  }

  remove(pending: PendingInterest, waiter: Waiter): void {
    pending.waiters.delete(waiter)
    if (pending.waiters.size > 0) return
    this.#byToken.delete(pending.token)
    this.#byKey.delete(pending.key)
  }

  /**
   * Who waits for what has come: the one of its PIT token. Where the peer does not send tokens back, all that it fits:
   * such a forwarder may send a face one Data for several Interests.
   */
  find(token: Uint8Array | undefined, fits: (pending: PendingInterest) => boolean): Waiter[] {
    const byToken = token?.length === 4 ? this.#byToken.get(readToken(token)) : undefined
    const candidates = token?.length === 4 ? (byToken === undefined ? [] : [byToken]) : this.#byToken.values()
    const waiters: Waiter[] = []
    for (const pending of candidates) if (fits(pending)) waiters.push(...pending.waiters)
    return waiters
  }

  /** All who wait. */
  all(): Waiter[] {
    return this.find(undefined, () => true)
  }

  #newToken(): number {
    do this.#nextToken = (this.#nextToken + 1) % 0x100000000
    while (this.#byToken.has(this.#nextToken))
    return this.#nextToken
  }
}

function keyOf({
  name,
  canBePrefix,
  mustBeFresh,
}: Pick<PendingInterest, 'name' | 'canBePrefix' | 'mustBeFresh'>): string {
  return `${canBePrefix ? 'p' : ''}${mustBeFresh ? 'f' : ''}/${name.key}`
}

function readToken(token: Uint8Array): number {
  let value = 0
  for (let i = 0; i < token.length; i++) value = value * 256 + (token[i] as number)
  return value
}

export function encodeToken(token: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(token)
  return bytes
}
