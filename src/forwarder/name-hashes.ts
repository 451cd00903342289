import { randomInt } from 'node:crypto'
import { TT } from '../packet/index.ts'

/**
 * Most components in the name of an Interest, and longest prefix of a Data by which it is found. A packet has room for
 * 4,000 components, and each prefix costs a look-up: 8 kB could keep a forwarder busy for long.
 */
export const MAX_NAME_COMPONENTS = 128

/** Chosen anew by each process, so that nobody can make up names of one hash beforehand. */
const SEED = randomInt(2 ** 32 - 1) | 0

/**
 * A name in a buffer with the hash of each of its prefixes: what tables are searched by. One object serves many names, one after
 * the other. A hash finds an entry and proves nothing: the tables compare octets.
 */
export class NameHashes {
  buffer: Uint8Array = new Uint8Array()
  start = 0
  end = 0
  /** Number of components. */
  length = 0
  /** Of the whole name. */
  hash = 0
  /** TLV-TYPE of the last component, if it is one octet. */
  lastType = 0
  /** By number of components, up to MAX_NAME_COMPONENTS: where the prefix ends in the buffer, and its hash. */
  readonly ends = new Int32Array(MAX_NAME_COMPONENTS + 1)
  readonly hashes = new Int32Array(MAX_NAME_COMPONENTS + 1)

  /** @param buffer has a Name's well-formed TLV-VALUE from `start` up to `end` */
  read(buffer: Uint8Array, start: number, end: number): this {
    const { ends, hashes } = this
    this.buffer = buffer
    this.start = start
    this.end = end
    let state = SEED
    let length = 0
    let type = 0
    let at = start
    ends[0] = start
    hashes[0] = finish(state)
    while (at < end) {
      type = buffer[at] as number
      const next = componentEnd(buffer, at)
      for (; at < next; at++)
        state = Math.imul(((state << 5) | (state >>> 27)) ^ (buffer[at] as number), 0x9e3779b1)
      if (++length <= MAX_NAME_COMPONENTS) {
        ends[length] = at
        hashes[length] = finish(state)
      }
    }
    this.length = length
    this.lastType = type
    this.hash = length <= MAX_NAME_COMPONENTS ? (hashes[length] as number) : finish(state)
    return this
  }

  get endsInDigest(): boolean {
    return this.lastType === TT.ImplicitSha256DigestComponent
  }

  /** Whether its first octets, up to `end`, are those of another buffer from `at` on. */
  startsLike(end: number, buffer: Uint8Array, at: number): boolean {
    const { start } = this
    const mine = this.buffer
    // From the end: names that agree in length and are not the same differ there, nearly always.
    for (let i = end - 1, j = at + end - start - 1; i >= start; i--, j--)
      if (mine[i] !== buffer[j]) return false
    return true
  }
}

/** Where the component that begins at `at` ends. A component's type has at most 16 bits, and so has its length in a packet. */
export function componentEnd(buffer: Uint8Array, at: number): number {
  const lengthAt = (buffer[at] as number) < 253 ? at + 1 : at + 3
  const length = buffer[lengthAt] as number
  if (length < 253) return lengthAt + 1 + length
  return lengthAt + 3 + (((buffer[lengthAt + 1] as number) << 8) | (buffer[lengthAt + 2] as number))
}

/** The finalizer of MurmurHash3: every bit of the state has a part in the lowest ones. */
function finish(state: number): number {
  let hash = state
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
