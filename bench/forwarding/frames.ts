import { MAX_PACKET_SIZE } from '../../src/packet/index.ts'

/** Room for a frame that is split: NDNLPv2 fields may come on top of the largest packet. */
const MAX_FRAME_BYTES = 2 * MAX_PACKET_SIZE

export type OnFrame = (bytes: Uint8Array, start: number, end: number) => void

/**
 * Cuts a stream of octets into TLV frames, and looks at no more than their size. A frame is shown where it lies; only one
 * that was split is put together.
 */
export class FrameReader {
  readonly #onFrame: OnFrame
  readonly #split = new Uint8Array(MAX_FRAME_BYTES)
  #have = 0

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame
  }

  /** @throws Error where the octets cannot be TLV of a packet's size */
  push(bytes: Uint8Array, length: number): void {
    let at = this.#have > 0 ? this.#complete(bytes, length) : 0
    while (at < length) {
      const size = frameSize(bytes, at, length)
      const end = at + size
      if (size === 0 || end > length) {
        this.#split.set(bytes.subarray(at, length))
        this.#have = length - at
        return
      }
      this.#onFrame(bytes, at, end)
      at = end
    }
  }

  /** Goes on with the frame that was split; returns how many octets of this chunk were its own. */
  #complete(bytes: Uint8Array, length: number): number {
    const split = this.#split
    let at = 0
    let size = frameSize(split, 0, this.#have)
    while (size === 0 && at < length) {
      split[this.#have++] = bytes[at++] as number
      size = frameSize(split, 0, this.#have)
    }
    if (size === 0) return at
    const taken = Math.min(size - this.#have, length - at)
    split.set(bytes.subarray(at, at + taken), this.#have)
    this.#have += taken
    if (this.#have === size) {
      this.#have = 0
      this.#onFrame(split, 0, size)
    }
    return at + taken
  }
}

/** Octets of the frame that begins at `at`, its header included; 0 while that cannot be told. */
function frameSize(bytes: Uint8Array, at: number, end: number): number {
  if (at + 2 > end) return 0
  const first = bytes[at + 1] as number
  if (first < 253) return 2 + first
  if (at + 4 > end) return 0
  const size = 4 + (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))
  if (first > 253 || size > MAX_FRAME_BYTES) throw new Error('the forwarder sent octets that are no packet')
  return size
}
