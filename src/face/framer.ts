import { MAX_PACKET_SIZE, TT } from '../packet/index.ts'

/** TLV-TYPE and TLV-LENGTH of a frame: 1 octet and at most 9. */
const MAX_HEADER_SIZE = 10

/** Why a stream of octets cannot be read on. */
export type FramingFault = 'oversized' | 'garbage'

/**
 * Cuts a stream of octets into frames. A frame that lies in one chunk is a view of it; only one that is split is put
 * together, in a buffer that never holds more than one packet.
 */
export class Framer {
  readonly #onPacket: (packet: Uint8Array) => void
  #partial: Buffer | undefined
  #have = 0

  constructor(onPacket: (packet: Uint8Array) => void) {
    this.#onPacket = onPacket
  }

  /** Takes the next octets; says what is wrong with them, after which the stream is of no use. */
  push(chunk: Uint8Array): FramingFault | undefined {
    let offset = 0
    if (this.#have > 0) {
      const taken = this.#complete(chunk)
      if (typeof taken === 'string') return taken
      offset = taken
    }
    while (offset < chunk.length) {
      const size = frameSize(chunk, offset, chunk.length)
      if (typeof size === 'string') return size
      if (size === undefined || offset + size > chunk.length) {
        this.#keep(chunk, offset, chunk.length)
        return undefined
      }
      this.#onPacket(chunk.subarray(offset, offset + size))
      offset += size
    }
    return undefined
  }

  /** Goes on with a frame that began in an earlier chunk; returns how many octets of this one it took. */
  #complete(chunk: Uint8Array): number | FramingFault {
    const partial = this.#partial as Buffer
    let offset = 0
    let size = frameSize(partial, 0, this.#have)
    while (size === undefined && offset < chunk.length) {
      this.#keep(chunk, offset, ++offset)
      size = frameSize(partial, 0, this.#have)
    }
    if (typeof size === 'string') return size
    if (size === undefined) return offset
    const end = Math.min(chunk.length, offset + size - this.#have)
    this.#keep(chunk, offset, end)
    if (this.#have === size) {
      this.#have = 0
      this.#onPacket(Buffer.from(partial.subarray(0, size)))
    }
    return end
  }

  #keep(chunk: Uint8Array, start: number, end: number): void {
    // With memory of its own: it stays as long as the face, and a pooled one would keep a slab of Node's with it.
    this.#partial ??= Buffer.allocUnsafeSlow(MAX_PACKET_SIZE + MAX_HEADER_SIZE)
    this.#partial.set(chunk.subarray(start, end), this.#have)
    this.#have += end - start
  }
}

/** Size of the frame that begins at `start`, header included; undefined while the header is not complete. */
function frameSize(buffer: Uint8Array, start: number, end: number): number | FramingFault | undefined {
  const type = buffer[start]
  if (type !== TT.LpPacket && type !== TT.Interest && type !== TT.Data) return 'garbage'
  if (start + 2 > end) return undefined
  const first = buffer[start + 1] as number
  if (first < 253) return 2 + first
  if (first > 253) return 'oversized'
  if (start + 4 > end) return undefined
  const size = 4 + (((buffer[start + 2] as number) << 8) | (buffer[start + 3] as number))
  return size > MAX_PACKET_SIZE ? 'oversized' : size
}
