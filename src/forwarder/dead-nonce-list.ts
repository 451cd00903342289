/** Nonces that a generation holds at first; two generations are kept. */
export const DEFAULT_GENERATION = 65_536

/** Most nonces that a generation grows to. */
export const MAX_GENERATION = 2 ** 20

/** How long a nonce is remembered at least, in milliseconds (NFD's DeadNonceList), if the bound allows it. */
export const NONCE_LIFETIME_MS = 6000

/**
 * Names with nonces of Interests that are no longer pending, so that one that loops and comes back late is known.
 * Two generations: when the younger is full it becomes the older, and what was the older is forgotten; one that fills too
 * fast is made larger instead. Kept is a name's hash of 32 bits, not the name, which may be long; two Interests that agree in it
 * and in the nonce by chance (once in 10^13 look-ups) cost one of them a retry.
 */
export class DeadNonceList {
  #younger: Generation
  #older: Generation

  constructor(now: number, size = DEFAULT_GENERATION) {
    this.#younger = new Generation(size, now)
    this.#older = new Generation(size, now)
  }

  /** @param nonce a number of 32 bits, signed, as it is in an Int32Array */
  add(hash: number, nonce: number, now: number): void {
    if (this.#younger.isFull) this.#makeRoom(now)
    this.#younger.add(hash, nonce)
  }

  has(hash: number, nonce: number): boolean {
    return this.#younger.has(hash, nonce) || this.#older.has(hash, nonce)
  }

  #makeRoom(now: number): void {
    const { max, since } = this.#younger
    if (now - since < NONCE_LIFETIME_MS && max < MAX_GENERATION) {
      const larger = new Generation(Math.min(2 * max, MAX_GENERATION), since)
      larger.addAll(this.#younger)
      this.#younger = larger
      return
    }
    const forgotten = this.#older
    this.#older = this.#younger
    this.#younger = forgotten.max === this.#older.max ? forgotten : new Generation(this.#older.max, now)
    this.#younger.clear(now)
  }
}

/** A set of pairs of numbers of 32 bits, side by side in one array. The pair (0, 0) is taken for (1, 0). */
class Generation {
  readonly max: number
  /** When it was begun, in milliseconds. */
  since: number
  #size = 0
  /** At most half of the places are in use, so a free one is near. */
  readonly #pairs: Int32Array
  readonly #mask: number

  constructor(max: number, since: number) {
    const places = 2 ** Math.ceil(Math.log2(2 * max))
    this.max = max
    this.since = since
    this.#pairs = new Int32Array(2 * places)
    this.#mask = 2 * places - 1
  }

  get isFull(): boolean {
    return this.#size >= this.max
  }

  has(hash: number, nonce: number): boolean {
    const at = this.#find(keyOf(hash, nonce), nonce)
    return this.#pairs[at] !== 0 || this.#pairs[at + 1] !== 0
  }

  add(hash: number, nonce: number): void {
    const key = keyOf(hash, nonce)
    const at = this.#find(key, nonce)
    if (this.#pairs[at] === 0 && this.#pairs[at + 1] === 0) this.#size++
    this.#pairs[at] = key
    this.#pairs[at + 1] = nonce
  }

  addAll(other: Generation): void {
    const pairs = other.#pairs
    for (let at = 0; at < pairs.length; at += 2) {
      const hash = pairs[at] as number
      const nonce = pairs[at + 1] as number
      if (hash !== 0 || nonce !== 0) this.add(hash, nonce)
    }
  }

  clear(now: number): void {
    this.#pairs.fill(0)
    this.#size = 0
    this.since = now
  }

  /** Where a pair is, or is to be put. */
  #find(key: number, nonce: number): number {
    const pairs = this.#pairs
    let at = ((key ^ Math.imul(nonce, 0x9e3779b1)) << 1) & this.#mask
    for (;;) {
      const hash = pairs[at] as number
      const found = pairs[at + 1] as number
      if ((hash === key && found === nonce) || (hash === 0 && found === 0)) return at
      at = (at + 2) & this.#mask
    }
  }
}

function keyOf(hash: number, nonce: number): number {
  return hash === 0 && nonce === 0 ? 1 : hash
}
