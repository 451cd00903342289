import type { Link } from './links.ts'
import { patch, type Template } from './packets.ts'

/** Most octets of one write, except for a single packet that is larger. */
const MAX_WRITE_BYTES = 128 * 1024

/** Memory with as many copies of a template as one write takes. */
interface Batch {
  readonly bytes: Uint8Array
  readonly release: () => void
}

/** Writes packets made from one template: only numbers are patched, and all packets of a turn go out in one write. */
export class PacketWriter {
  readonly template: Template
  readonly #link: Link
  readonly #size: number
  /** Packets in a batch. */
  readonly #room: number
  readonly #free: Batch[] = []
  #batch: Batch
  #count = 0

  constructor(link: Link, template: Template) {
    this.template = template
    this.#link = link
    this.#size = template.bytes.length
    this.#room = Math.max(1, Math.floor(MAX_WRITE_BYTES / this.#size))
    this.#batch = this.#newBatch()
  }

  /** Puts a packet into the next write. */
  add(number: number, nonce: number): void {
    const base = this.#slot()
    const { bytes } = this.#batch
    const { numberAt, nonceAt } = this.template
    patch(bytes, base + numberAt, number)
    if (nonceAt > 0) patch(bytes, base + nonceAt, nonce)
    if (this.#count === this.#room) this.flush()
  }

  /** As `add`, for a packet with a PIT token, which is copied. */
  addWithToken(number: number, source: Uint8Array, tokenAt: number, tokenBytes: number): void {
    const base = this.#slot()
    const { bytes } = this.#batch
    patch(bytes, base + this.template.numberAt, number)
    for (let i = 0; i < tokenBytes; i++)
      bytes[base + this.template.tokenAt + i] = source[tokenAt + i] as number
    if (this.#count === this.#room) this.flush()
  }

  flush(): void {
    if (this.#count === 0) return
    const { bytes, release } = this.#batch
    const used = bytes.subarray(0, this.#count * this.#size)
    this.#count = 0
    this.#batch = this.#free.pop() ?? this.#newBatch()
    this.#link.write(used, this.#size, release)
  }

  #slot(): number {
    return this.#count++ * this.#size
  }

  #newBatch(): Batch {
    const bytes = Buffer.alloc(this.#room * this.#size, this.template.bytes)
    const batch: Batch = { bytes, release: () => void this.#free.push(batch) }
    return batch
  }
}
