import type { FaceClock } from './clock.ts'
import { markCongestion } from './congestion-mark.ts'
import { CongestionMarker, type CongestionOptions } from './congestion-marker.ts'
import type { FaceCounters } from './face.ts'

/** Marks packets where each goes to the system at once, which says only in a later turn that it has taken it. */
export class TurnMarker {
  readonly #marker: CongestionMarker | undefined
  readonly #clock: FaceClock
  readonly #counters: FaceCounters
  /** Octets sent in this turn: no queue, as the system may have taken them already. */
  #turnBytes = 0
  readonly #endTurn = (): void => {
    this.#turnBytes = 0
  }

  /** @param maxQueue octets */
  constructor(
    congestion: CongestionOptions | false | undefined,
    maxQueue: number,
    clock: FaceClock,
    counters: FaceCounters,
  ) {
    if (congestion !== false) this.#marker = new CongestionMarker(congestion ?? {}, maxQueue)
    this.#clock = clock
    this.#counters = counters
  }

  /**
   * To be asked before each packet is sent.
   * @param queued octets that wait
   * @param room octets that may be added
   * @returns the packet with a congestion mark; undefined if it is to go as it is
   */
  mark(buffer: Uint8Array, start: number, end: number, queued: number, room: number): Uint8Array | undefined {
    const size = end - start
    const isCongested = this.#marker?.isCongested(queued - this.#turnBytes)
    if (this.#turnBytes === 0) process.nextTick(this.#endTurn)
    this.#turnBytes += size
    if (!isCongested || !this.#marker?.isDue(this.#clock.now())) return undefined
    const frame = buffer.subarray(start, end)
    const marked = markCongestion(frame)
    if (marked === frame || marked.length > room) return undefined
    this.#counters.congestionMarks++
    return marked
  }
}
