import { Component, encodeData, type Name, type Signer, TT } from '../packet/index.ts'
import { roomFor } from './room.ts'

/** Octets of content in a segment, where the name leaves room for that. */
export const SEGMENT_SIZE = 8000

/** Something whose bytes can be read piece by piece, e.g. a file. */
export interface ByteSource {
  /** In bytes. */
  readonly size: number
  /** Gives exactly `length` bytes, which lie within `size`. */
  read(offset: number, length: number): Promise<Uint8Array>
}

export interface ObjectFields {
  /** Without version. */
  readonly name: Name
  readonly version: number
  readonly content: Uint8Array | ByteSource
  readonly mediaType?: string | undefined
  /** Milliseconds. */
  readonly freshnessPeriod?: number | undefined
  readonly contentType?: number | undefined
  readonly signer: Signer
}

/** An object as signed Data packets `<name>/v=<version>/seg=<0…>`. A segment is signed when it is asked for. */
export class SegmentedObject {
  /** With version. */
  readonly name: Name
  /** Bytes of content. */
  readonly size: number
  /** Number of segments; an empty object has one. */
  readonly segments: number
  /** Without its name, which whoever keeps this need not keep, too. */
  readonly #fields: Omit<ObjectFields, 'name' | 'version'>
  readonly #segmentSize: number

  /** @throws RangeError if the name leaves no room for content */
  constructor(fields: ObjectFields) {
    const { content, mediaType, freshnessPeriod, contentType, signer } = fields
    this.#fields = { content, mediaType, freshnessPeriod, contentType, signer }
    this.name = fields.name.append(Component.version(fields.version))
    this.size = 'read' in content ? content.size : content.length
    this.#segmentSize = segmentSize(this.name, fields)
    this.segments = Math.max(1, Math.ceil(this.size / this.#segmentSize))
  }

  /**
   * The Data of one segment; undefined where there is no such. At once where the content is in memory; otherwise it
   * rejects with what `read` throws, and where that gives fewer bytes than it was asked for.
   */
  segment(index: number): Uint8Array | Promise<Uint8Array> | undefined {
    if (!(index >= 0 && index < this.segments)) return undefined
    const { content } = this.#fields
    const start = index * this.#segmentSize
    const length = Math.min(this.#segmentSize, this.size - start)
    if (!('read' in content)) return this.#encode(index, content.subarray(start, start + length))
    return this.#read(content, index, start, length)
  }

  async #read(source: ByteSource, index: number, start: number, length: number): Promise<Uint8Array> {
    const bytes = await source.read(start, length)
    if (bytes.length === length) return this.#encode(index, bytes)
    throw new Error(
      `${this.name}: ${bytes.length} bytes instead of ${length} at ${start}: its source has changed`,
    )
  }

  #encode(index: number, content: Uint8Array): Uint8Array {
    const { mediaType, freshnessPeriod = 0, contentType = 0, signer } = this.#fields
    return encodeData(
      {
        name: this.name.append(Component.segment(index)),
        finalBlockId: Component.segment(this.segments - 1),
        mediaType,
        freshnessPeriod,
        contentType,
        content,
      },
      signer,
    )
  }
}

function segmentSize(name: Name, { signer, mediaType }: ObjectFields): number {
  const size = Math.min(SEGMENT_SIZE, roomFor(name, signer, mediaType))
  if (size < 1)
    throw new RangeError(`a name of ${name.value.length} octets leaves no room for content in a packet`)
  return size
}

/** The parts of a name that ends in version and segment; undefined for any other. */
export function splitSegment(name: Name): { object: Name; version: number; segment: number } | undefined {
  if (name.typeAt(-2) !== TT.VersionNameComponent || name.typeAt(-1) !== TT.SegmentNameComponent)
    return undefined
  const version = name.at(-2)?.number
  const segment = name.at(-1)?.number
  if (version === undefined || segment === undefined) return undefined
  return { object: name.slice(0, -2), version, segment }
}
