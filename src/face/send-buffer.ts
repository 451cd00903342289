import { copyBytes } from '../packet/index.ts'

/** Memory of a send buffer at first, in octets: a turn's output of a busy face. It doubles as often as it must. */
const FIRST_BYTES = 64 * 1024

/** Memory of one size that waits to be used again, of all faces together, in octets; what is larger than this does not. */
const MAX_SPARE_BYTES = 2 * 1024 * 1024

const NOTHING: Uint8Array = new Uint8Array()

/** Memory that is used again, by size; the last that was given back first, for it is still in the processor's cache. */
const spare = new Map<number, Uint8Array[]>()

function borrow(size: number): Uint8Array {
  return spare.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size)
}

function giveBack(memory: Uint8Array): void {
  const size = memory.length
  if (size === 0 || size > MAX_SPARE_BYTES) return
  const sameSize = spare.get(size)
  if (sameSize === undefined) spare.set(size, [memory])
  else if ((sameSize.length + 1) * size <= MAX_SPARE_BYTES) sameSize.push(memory)
}

/** Octets that wait to be sent, one behind the other. While there are none it holds no memory: an idle face costs none. */
export class SendBuffer {
  #memory: Uint8Array = NOTHING
  /** Octets in it. */
  length = 0

  /** Takes a copy of the octets from `start` up to `end`. */
  append(from: Uint8Array, start: number, end: number): void {
    const { length } = this
    const needed = length + end - start
    if (needed > this.#memory.length) this.#grow(needed)
    copyBytes(from, start, end, this.#memory, length)
    this.length = needed
  }

  /** Where the octets lie: from 0 up to `length`. */
  get memory(): Uint8Array {
    return this.#memory
  }

  /** Forgets the octets; nobody may look at them any more. */
  clear(): void {
    giveBack(this.#memory)
    this.#memory = NOTHING
    this.length = 0
  }

  #grow(needed: number): void {
    let size = Math.max(FIRST_BYTES, this.#memory.length)
    while (size < needed) size *= 2
    const grown = borrow(size)
    copyBytes(this.#memory, 0, this.length, grown, 0)
    giveBack(this.#memory)
    this.#memory = grown
  }
}
