import { copyBytes, MAX_PACKET_SIZE, TT } from '../packet/index.ts'

/** TLV-TYPE and TLV-LENGTH of a frame: 1 octet and at most 9. */
const MAX_HEADER_SIZE = 10

/** What {@link frameSize} says while the header is not complete, and of what cannot be read on. */
const UNKNOWN = 0
const OVERSIZED = -1
const GARBAGE = -2

/** Why a stream of octets cannot be read on. */
export type FramingFault = 'oversized' | 'garbage'

/** Is told where a frame lies; the octets are good only until the call returns. */
export type OnFrame = (buffer: Uint8Array, start: number, end: number) => void

/**
 * Cuts a stream of octets into frames. A frame that lies in one chunk is told of where it is; only one that is split is
 * put together, in a buffer that never holds more than one packet and is used for each of them.
 */
export class Framer {
  readonly #onFrame: OnFrame
  #partial: Uint8Array | undefined
  /** Octets of an unfinished frame in `#partial`. */
  #have = 0

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame
  }

  /** Takes the next octets, up to `end`; says what is wrong with them, after which the stream is of no use. */
  push(chunk: Uint8Array, end = chunk.length): FramingFault | undefined {
    let at = 0
    if (this.#have > 0) {
      at = this.#complete(this.#partial as Uint8Array, chunk, end)
      if (at < 0) return faultOf(at)
    }
    while (at < end) {
      const size = frameSize(chunk, at, end)
      if (size < 0) return faultOf(size)
      if (size === UNKNOWN || at + size > end) {
        this.#keep(chunk, at, end)
        return undefined
      }
      this.#onFrame(chunk, at, at + size)
      at += size
    }
    return undefined
  }

  /** Goes on with a frame that began in an earlier chunk; returns how many octets of this one it took, or a fault. */
  #complete(partial: Uint8Array, chunk: Uint8Array, end: number): number {
    let at = 0
    let size = frameSize(partial, 0, this.#have)
    while (size === UNKNOWN && at < end) {
      this.#keep(chunk, at, ++at)
      size = frameSize(partial, 0, this.#have)
    }
    if (size < 0) return size
    if (size === UNKNOWN) return at
    const taken = Math.min(end, at + size - this.#have)
    this.#keep(chunk, at, taken)
    if (this.#have === size) {
      this.#have = 0
      this.#onFrame(partial, 0, size)
    }
    return taken
  }

  #keep(chunk: Uint8Array, start: number, end: number): void {
    // With memory of its own: it stays as long as the face, and a pooled one would keep a slab of Node's with it.
    this.#partial ??= Buffer.allocUnsafeSlow(MAX_PACKET_SIZE + MAX_HEADER_SIZE)
    copyBytes(chunk, start, end, this.#partial, this.#have)
    this.#have += end - start
  }
}

/** Size of the frame that begins at `start`, header included; {@link UNKNOWN}, or a fault, below 0. */
function frameSize(buffer: Uint8Array, start: number, end: number): number {
  const type = buffer[start]
  if (type !== TT.LpPacket && type !== TT.Interest && type !== TT.Data) return GARBAGE
  if (start + 2 > end) return UNKNOWN
  const first = buffer[start + 1] as number
  if (first < 253) return 2 + first
  if (first > 253) return OVERSIZED
  if (start + 4 > end) return UNKNOWN
  const size = 4 + (((buffer[start + 2] as number) << 8) | (buffer[start + 3] as number))
  return size > MAX_PACKET_SIZE ? OVERSIZED : size
}

function faultOf(size: number): FramingFault {
  return size === OVERSIZED ? 'oversized' : 'garbage'
}
