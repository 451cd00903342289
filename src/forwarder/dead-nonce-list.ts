/** Nonces that a generation holds; two generations are kept. */
const DEFAULT_GENERATION = 65_536

/**
 * Names with nonces of Interests that are no longer pending, so that one that loops and comes back late is known.
 * Two generations: when the younger is full it becomes the older, and what was the older is forgotten. Kept are hashes
 * of 53 bits, not names, which may be long; two that agree by chance (once in 10^10 look-ups) cost an Interest a retry.
 */
export class DeadNonceList {
  readonly #size: number
  #younger: Generation
  #older: Generation

  constructor(size = DEFAULT_GENERATION) {
    this.#size = size
    this.#younger = new Generation(size)
    this.#older = new Generation(size)
  }

  add({ key }: Keyed, nonce: number): void {
    if (this.#younger.size >= this.#size) {
      const forgotten = this.#older
      this.#older = this.#younger
      this.#younger = forgotten
      forgotten.clear()
    }
    this.#younger.add(hash(key, nonce))
  }

  has({ key }: Keyed, nonce: number): boolean {
    const sought = hash(key, nonce)
    return this.#younger.has(sought) || this.#older.has(sought)
  }
}

/** A name, or what has one. */
interface Keyed {
  /** As `Name.key`. */
  readonly key: string
}

/** A set of numbers other than 0, in one array: a Set makes an object of each number that is larger than 31 bits. */
class Generation {
  size = 0
  /** At most half of it is in use, so a free place is near. */
  readonly #places: Float64Array
  readonly #mask: number

  constructor(max: number) {
    const places = 2 ** Math.ceil(Math.log2(2 * max))
    this.#places = new Float64Array(places)
    this.#mask = places - 1
  }

  has(value: number): boolean {
    return this.#places[this.#find(value)] === value
  }

  add(value: number): void {
    const place = this.#find(value)
    if (this.#places[place] === value) return
    this.#places[place] = value
    this.size++
  }

  clear(): void {
    this.#places.fill(0)
    this.size = 0
  }

  /** Where a value is, or is to be put. */
  #find(value: number): number {
    let place = value & this.#mask
    for (;;) {
      const found = this.#places[place]
      if (found === value || found === 0) return place
      place = (place + 1) & this.#mask
    }
  }
}

/** Two multiplicative hashes of 32 bits, FNV-1a and one with another prime, made into one number, which is not 0. */
function hash(key: string, nonce: number): number {
  let high = nonce ^ 0x811c9dc5
  let low = ~nonce
  for (let i = 0; i < key.length; i++) {
    const octet = key.charCodeAt(i)
    high = Math.imul(high ^ octet, 0x01000193)
    low = Math.imul(low ^ octet, 0x85ebca6b) ^ (low >>> 15)
  }
  return (high >>> 0) * 2 ** 21 + (low >>> 11) || 1
}
