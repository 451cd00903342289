import { type FaceClock, systemFaceClock } from './clock.ts'
import { type CloseReason, type Face, type FaceCounters, type FaceEvents, newCounters } from './face.ts'

/** Wait before a permanent face connects again for the first time, in milliseconds. */
export const DEFAULT_FIRST_RECONNECT_WAIT_MS = 500

/** The wait is doubled from one attempt to the next, up to this many milliseconds. */
export const DEFAULT_LONGEST_RECONNECT_WAIT_MS = 30_000

export interface ReconnectOptions {
  /** Milliseconds. @defaultValue {@link DEFAULT_FIRST_RECONNECT_WAIT_MS} */
  readonly firstWait?: number | undefined
  /** Milliseconds. @defaultValue {@link DEFAULT_LONGEST_RECONNECT_WAIT_MS} */
  readonly longestWait?: number | undefined
  /** Called when an attempt to connect has failed, with the milliseconds until the next. */
  readonly onFailure?: ((error: Error, wait: number) => void) | undefined
}

export interface PermanentFaceOptions {
  /** FaceUri of the peer. */
  readonly remote: string
  /** FaceUri of this side, as long as there was no link. */
  readonly local: string
  readonly isLocal: boolean
  readonly linkType: Face['linkType']
  readonly mtu: number
  readonly reconnect?: ReconnectOptions | undefined
  /** @defaultValue {@link systemFaceClock} */
  readonly clock?: FaceClock | undefined
}

/**
 * A face that outlives its links: whenever one breaks it connects again, with exponential back-off, until it is closed. The
 * back-off begins anew only after a link that held for at least as long as the next wait would have been, so a peer that
 * accepts and hangs up at once is not asked any more often than one that does not answer.
 *
 * While it is down, what is sent is dropped and counted (`downDrops`): the forwarder's own rules, retransmission and other
 * next hops, deal with loss better than a queue of old Interests would.
 */
export class PermanentFace implements Face {
  readonly remote: string
  readonly isLocal: boolean
  readonly linkType: Face['linkType']
  readonly mtu: number
  readonly persistency = 'permanent'
  readonly #dial: () => Promise<Face>
  readonly #clock: FaceClock
  readonly #firstWait: number
  readonly #longestWait: number
  readonly #onFailure: ReconnectOptions['onFailure']
  /** Of the links that were, and of what was dropped in between. */
  readonly #past: FaceCounters = newCounters()
  #local: string
  #events: FaceEvents | undefined
  #link: Face | undefined
  #upSince = 0
  /** Before the next attempt. */
  #wait: number
  #cancelTimer = (): void => {}
  #isClosed = false

  /** @param dial makes a link, or throws */
  constructor(dial: () => Promise<Face>, options: PermanentFaceOptions) {
    const { firstWait, longestWait, onFailure } = options.reconnect ?? {}
    this.remote = options.remote
    this.#local = options.local
    this.isLocal = options.isLocal
    this.linkType = options.linkType
    this.mtu = options.mtu
    this.#dial = dial
    this.#clock = options.clock ?? systemFaceClock
    this.#firstWait = firstWait ?? DEFAULT_FIRST_RECONNECT_WAIT_MS
    this.#longestWait = longestWait ?? DEFAULT_LONGEST_RECONNECT_WAIT_MS
    this.#onFailure = onFailure
    this.#wait = this.#firstWait
    void this.#connect()
  }

  get local(): string {
    return this.#local
  }

  get isUp(): boolean {
    return this.#link !== undefined && !this.#isClosed
  }

  /** Of all its links together. */
  get counters(): FaceCounters {
    const sum = { ...this.#past }
    if (this.#link !== undefined) addCounters(sum, this.#link.counters)
    return sum
  }

  start(events: FaceEvents): void {
    this.#events = events
    if (this.#isClosed) queueMicrotask(() => events.onClose('closed-here', ''))
    else if (this.#link !== undefined) this.#startLink(this.#link, events)
  }

  send(buffer: Uint8Array, start?: number, end?: number): boolean {
    if (this.#link !== undefined) return this.#link.send(buffer, start, end)
    if (!this.#isClosed) this.#past.downDrops++
    return false
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#cancelTimer()
    const events = this.#events
    this.#link?.close()
    // Otherwise its link reports the end, when what waits there was sent.
    if (this.#link === undefined && events !== undefined)
      queueMicrotask(() => events.onClose('closed-here', ''))
  }

  /** Never rejects. */
  async #connect(): Promise<void> {
    let link: Face
    try {
      link = await this.#dial()
    } catch (error) {
      if (this.#isClosed) return
      const wait = this.#connectLater()
      this.#onFailure?.(error as Error, wait)
      return
    }
    if (this.#isClosed) {
      link.close()
      return
    }
    this.#link = link
    this.#local = link.local
    this.#upSince = this.#clock.now()
    if (this.#events === undefined) return
    this.#startLink(link, this.#events)
    this.#events.onStateChange?.(true, '')
  }

  #startLink(link: Face, events: FaceEvents): void {
    link.start({
      onPacket: (buffer, start, end) => events.onPacket(buffer, start, end),
      onClose: (reason, detail) => this.#loseLink(link, events, reason, detail),
    })
  }

  #loseLink(link: Face, events: FaceEvents, reason: CloseReason, detail: string): void {
    addCounters(this.#past, link.counters)
    this.#link = undefined
    if (this.#isClosed) {
      events.onClose('closed-here', '')
      return
    }
    if (this.#clock.now() - this.#upSince >= this.#wait) this.#wait = this.#firstWait
    this.#connectLater()
    events.onStateChange?.(false, detail || reason)
  }

  /** Returns the milliseconds until then. */
  #connectLater(): number {
    const wait = this.#wait
    this.#wait = Math.min(2 * wait, this.#longestWait)
    this.#cancelTimer = this.#clock.after(wait, () => void this.#connect())
    return wait
  }
}

function addCounters(sum: FaceCounters, more: Readonly<FaceCounters>): void {
  sum.packetsIn += more.packetsIn
  sum.packetsOut += more.packetsOut
  sum.bytesIn += more.bytesIn
  sum.bytesOut += more.bytesOut
  sum.queueDrops += more.queueDrops
  sum.downDrops += more.downDrops
  sum.congestionMarks += more.congestionMarks
}
