/** Octets before each frame: its length and its face. */
const HEADER = 8

/** Length that says: the next frame is at the beginning of the memory. */
const WRAP = -1

/** Places of the two positions, far enough apart that two cores do not fight for one cache line. */
const WRITTEN = 0
const READ = 16
const DATA_AT = 128

/** A queue of frames from one thread to another, in memory that they share. */
export class Ring {
  readonly shared: SharedArrayBuffer
  readonly #positions: Int32Array
  readonly #words: Int32Array
  readonly #bytes: Uint8Array
  readonly #size: number

  /** @param shared of another ring's `shared`, or a size in octets, a power of 2, for a new one */
  constructor(shared: SharedArrayBuffer | number) {
    this.shared = typeof shared === 'number' ? new SharedArrayBuffer(DATA_AT + shared) : shared
    this.#positions = new Int32Array(this.shared, 0, DATA_AT / 4)
    this.#words = new Int32Array(this.shared, DATA_AT)
    this.#bytes = new Uint8Array(this.shared, DATA_AT)
    this.#size = this.#bytes.length
  }

  /** False if there is no room. */
  push(face: number, buffer: Uint8Array, start: number, end: number): boolean {
    const needed = HEADER + roundUp(end - start)
    let written = Atomics.load(this.#positions, WRITTEN)
    const read = Atomics.load(this.#positions, READ)
    let at = written & (this.#size - 1)
    const skipped = at + needed > this.#size ? this.#size - at : 0
    if (((written + skipped + needed - read) | 0) > this.#size) return false
    if (skipped > 0) {
      this.#words[at >> 2] = WRAP
      written = (written + skipped) | 0
      at = 0
    }
    this.#words[at >> 2] = end - start
    this.#words[(at >> 2) + 1] = face
    this.#bytes.set(new Uint8Array(buffer.buffer, buffer.byteOffset + start, end - start), at + HEADER)
    Atomics.store(this.#positions, WRITTEN, (written + needed) | 0)
    return true
  }

  /** Gives all frames there are, each good until the call returns; says how many. */
  drain(onFrame: (face: number, buffer: Uint8Array, start: number, end: number) => void): number {
    const written = Atomics.load(this.#positions, WRITTEN)
    let read = Atomics.load(this.#positions, READ)
    let count = 0
    while (read !== written) {
      let at = read & (this.#size - 1)
      if (this.#words[at >> 2] === WRAP) {
        read = (read + this.#size - at) | 0
        at = 0
      }
      const length = this.#words[at >> 2] as number
      onFrame(this.#words[(at >> 2) + 1] as number, this.#bytes, at + HEADER, at + HEADER + length)
      read = (read + HEADER + roundUp(length)) | 0
      count++
    }
    Atomics.store(this.#positions, READ, read)
    return count
  }
}

function roundUp(octets: number): number {
  return (octets + 3) & ~3
}
