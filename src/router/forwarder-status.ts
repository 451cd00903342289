import type { Forwarder } from '../forwarder/index.ts'
import type { ForwarderStatus, StatusSource } from '../management/index.ts'

type Totals = Pick<
  ForwarderStatus,
  | 'nInInterests'
  | 'nInData'
  | 'nInNacks'
  | 'nOutInterests'
  | 'nOutData'
  | 'nOutNacks'
  | 'nUnsatisfiedInterests'
>

export interface NodeStatusOptions {
  readonly forwarder: Forwarder
  readonly version: string
  /** Ids of all faces that there are. */
  readonly faces: () => Iterable<number>
}

/** What `status/general` tells. Counters are those of all faces, the ones that are gone among them. */
export class NodeStatusSource implements StatusSource {
  readonly #options: NodeStatusOptions
  readonly #startedAt = Date.now()
  #gone: Totals = NOTHING

  constructor(options: NodeStatusOptions) {
    this.#options = options
  }

  /** A face is about to go: what was counted there is kept. */
  retire(face: number): void {
    this.#gone = this.#plus(this.#gone, face)
  }

  general(): ForwarderStatus {
    const { forwarder, version, faces } = this.#options
    const { fib, pit, contentStore, strategies } = forwarder
    let totals = this.#gone
    for (const face of faces()) totals = this.#plus(totals, face)
    return {
      nfdVersion: version,
      startTimestamp: this.#startedAt,
      currentTimestamp: Date.now(),
      // There is no name tree: each table has names of its own.
      nNameTreeEntries: fib.size + pit.size + strategies.size,
      nFibEntries: fib.size,
      nPitEntries: pit.size,
      nMeasurementsEntries: 0,
      nCsEntries: contentStore.packets,
      ...totals,
      // Counted for each who asked, as those that were not are.
      nSatisfiedInterests: Math.max(0, totals.nOutData - contentStore.hits),
    }
  }

  #plus(sum: Totals, face: number): Totals {
    const counters = this.#options.forwarder.counters(face)
    if (counters === undefined) return sum
    return {
      nInInterests: sum.nInInterests + counters.interestsIn,
      nInData: sum.nInData + counters.dataIn,
      nInNacks: sum.nInNacks + counters.nacksIn,
      nOutInterests: sum.nOutInterests + counters.interestsOut,
      nOutData: sum.nOutData + counters.dataOut,
      nOutNacks: sum.nOutNacks + counters.nacksOut,
      nUnsatisfiedInterests: sum.nUnsatisfiedInterests + counters.expired,
    }
  }
}

const NOTHING: Totals = {
  nInInterests: 0,
  nInData: 0,
  nInNacks: 0,
  nOutInterests: 0,
  nOutData: 0,
  nOutNacks: 0,
  nUnsatisfiedInterests: 0,
}
