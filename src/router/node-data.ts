import { LOGS_PREFIX, STATUS_PREFIX, WORKS_PREFIX } from '../control/index.ts'
import { newVersion, SegmentedObject, splitSegment } from '../endpoint/index.ts'
import type { Interest, Name, Signer } from '../packet/index.ts'
import type { Certificates } from './certificates.ts'

/** Versions of datasets that are kept for those who still fetch them. */
export const MAX_DATASETS_KEPT = 32

/** Datasets whose name goes on: with an instance, with a cursor. */
const GOING_ON = [LOGS_PREFIX, WORKS_PREFIX]

/** By name; nothing while it cannot be told yet. Some are given what their name goes on with. */
export type NodeDatasets = Readonly<Record<string, (rest: string) => unknown>>

export interface NodeDataOptions {
  /** Of the node. */
  readonly signer: () => Signer
  readonly certificates: Certificates
  readonly datasets: NodeDatasets
}

/** What a node publishes of itself beside NFD's management: its state as JSON objects, and certificates. */
export class NodeData {
  readonly #options: NodeDataOptions
  readonly #kept = new Map<string, SegmentedObject>()

  constructor(options: NodeDataOptions) {
    this.#options = options
  }

  /** The Data that answers an Interest, if there is one; `isOfNow` if it is not to be kept by the Content Store. */
  async answer(
    interest: Interest,
  ): Promise<{ readonly data: Uint8Array; readonly isOfNow: boolean } | undefined> {
    const isOfNow = STATUS_PREFIX.isPrefixOf(interest.name)
    const data = isOfNow ? await this.#dataset(interest.name) : this.#options.certificates.find(interest)
    return data && { data, isOfNow }
  }

  async #dataset(name: Name): Promise<Uint8Array | undefined> {
    const asked = splitSegment(name)
    if (asked !== undefined) return this.#kept.get(name.slice(0, -1).key)?.segment(asked.segment)
    const { datasets } = this.#options
    const dataset = name.at(STATUS_PREFIX.length)?.text ?? ''
    const goesOn = GOING_ON.some((prefix) => prefix.isPrefixOf(name))
    if (name.length !== STATUS_PREFIX.length + (goesOn ? 2 : 1)) return undefined
    const rest = goesOn ? (name.at(-1)?.text ?? '') : ''
    const value = Object.hasOwn(datasets, dataset) ? await datasets[dataset]?.(rest) : undefined
    if (value === undefined) return undefined
    const object = new SegmentedObject({
      name,
      version: newVersion(),
      content: Buffer.from(JSON.stringify(value)),
      mediaType: 'application/json',
      signer: this.#options.signer(),
    })
    this.#kept.set(object.name.key, object)
    for (const key of this.#kept.keys()) {
      if (this.#kept.size <= MAX_DATASETS_KEPT) break
      this.#kept.delete(key)
    }
    return object.segment(0)
  }
}
