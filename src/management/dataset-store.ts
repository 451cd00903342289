import { newVersion, SegmentedObject } from '../endpoint/index.ts'
import type { Name, Signer } from '../packet/index.ts'

/** How long a management Data is fresh, in milliseconds, as in NFD. */
export const MANAGEMENT_FRESHNESS_MS = 1000

/** Most versions of datasets that are kept for those who still fetch their segments. */
export const MAX_DATASETS_KEPT = 32

/** Most octets in those; the newest is kept even if it alone has more. */
export const MAX_DATASET_BYTES_KEPT = 64 * 1024 * 1024

/** Items of a dataset that are written in one turn of the event loop, so that packets are not kept waiting. */
const ITEMS_PER_TURN = 500

export interface DatasetStoreOptions {
  readonly signer: () => Signer
  /** @defaultValue {@link MAX_DATASETS_KEPT} */
  readonly maxKept?: number | undefined
  /** @defaultValue {@link MAX_DATASET_BYTES_KEPT} */
  readonly maxBytes?: number | undefined
}

/** Status datasets as versioned, segmented objects (NFD wiki, StatusDataset). */
export class DatasetStore {
  readonly #signer: () => Signer
  readonly #maxKept: number
  readonly #maxBytes: number
  /** By name with version, oldest first. */
  readonly #kept = new Map<string, SegmentedObject>()
  readonly #inMaking = new Map<string, Promise<SegmentedObject>>()
  #bytes = 0

  constructor({
    signer,
    maxKept = MAX_DATASETS_KEPT,
    maxBytes = MAX_DATASET_BYTES_KEPT,
  }: DatasetStoreOptions) {
    this.#signer = signer
    this.#maxKept = maxKept
    this.#maxBytes = maxBytes
  }

  /** The Data of a segment that is still kept. */
  segment(versioned: Name, segment: number): Uint8Array | undefined {
    return inMemory(this.#kept.get(versioned.key)?.segment(segment))
  }

  /** Makes a new version; whoever asks for the same while it is made gets that. @returns its first segment */
  async make(name: Name, items: () => Iterable<Uint8Array>): Promise<Uint8Array | undefined> {
    let making = this.#inMaking.get(name.key)
    if (making === undefined) {
      making = this.#make(name, items)
      this.#inMaking.set(name.key, making)
      const end = (): void => {
        this.#inMaking.delete(name.key)
      }
      making.then(end, end)
    }
    return inMemory((await making).segment(0))
  }

  async #make(name: Name, items: () => Iterable<Uint8Array>): Promise<SegmentedObject> {
    const parts: Uint8Array[] = []
    for (const item of items()) {
      parts.push(item)
      if (parts.length % ITEMS_PER_TURN === 0) await new Promise(setImmediate)
    }
    const object = new SegmentedObject({
      name,
      version: newVersion(),
      content: Buffer.concat(parts),
      freshnessPeriod: MANAGEMENT_FRESHNESS_MS,
      signer: this.#signer(),
    })
    this.#kept.set(object.name.key, object)
    this.#bytes += object.size
    for (const [key, { size }] of this.#kept) {
      if (this.#kept.size <= this.#maxKept && this.#bytes <= this.#maxBytes) break
      if (this.#kept.size === 1) break
      this.#kept.delete(key)
      this.#bytes -= size
    }
    return object
  }
}

/** A segment of an object whose content is in memory is there at once. */
function inMemory(segment: ReturnType<SegmentedObject['segment']>): Uint8Array | undefined {
  return segment instanceof Promise ? undefined : segment
}
