import { setMaxListeners } from 'node:events'
import { Component, ContentType, type Data, type Name, TT } from '../packet/index.ts'
import { pause } from './clock.ts'
import type { Endpoint } from './endpoint.ts'
import { FetchError, functionFailed, NackError, TimeoutError, tooLarge } from './errors.ts'
import { DEFAULT_MAX_OBJECT_BYTES, type FetchOptions } from './fetch-options.ts'
import { backOffAfter, CongestionWindow, RttEstimator } from './window.ts'

/** How often the answer to one segment's Interest may fail to come before the object is given up. */
const MAX_LOSSES = 8

interface Segments {
  readonly content: Uint8Array
  readonly segments: number
  readonly retransmissions: number
}

/** A segment that is to be asked for. */
interface Wanted {
  readonly index: number
  /** How often no answer came. */
  readonly losses: number
  /** How often it was refused for congestion. */
  readonly refusals: number
}

/**
 * Fetches the segments of one version that are still missing.
 * @param base name with version
 * @param first a segment that is already there
 * @param deadline milliseconds on the endpoint's clock
 */
export function fetchSegments(
  endpoint: Endpoint,
  base: Name,
  first: Data,
  deadline: number,
  options: FetchOptions,
): Promise<Segments> {
  return new SegmentFetcher(endpoint, base, deadline, options).run(first)
}

class SegmentFetcher {
  readonly #endpoint: Endpoint
  readonly #base: Name
  readonly #deadline: number
  readonly #options: FetchOptions
  readonly #window = new CongestionWindow()
  readonly #rtt = new RttEstimator()
  readonly #abort = new AbortController()
  readonly #contents = new Map<number, Uint8Array>()
  readonly #again: Wanted[] = []
  #bytes = 0
  #next = 0
  /** Number of the last segment that has come. */
  #highest = 0
  /** Number of segments, once FinalBlockId has told it. */
  #total: number | undefined
  #inFlight = 0
  #retransmissions = 0
  #resolve: (segments: Segments) => void = () => {}
  #reject: (error: unknown) => void = () => {}

  constructor(endpoint: Endpoint, base: Name, deadline: number, options: FetchOptions) {
    this.#endpoint = endpoint
    this.#base = base
    this.#deadline = deadline
    this.#options = options
    // Every Interest in flight listens, and that is no leak.
    setMaxListeners(0, this.#abort.signal)
  }

  async run(first: Data): Promise<Segments> {
    const { signal } = this.#options
    const abort = (): void => this.#fail(signal?.reason)
    const done = new Promise<Segments>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    signal?.addEventListener('abort', abort)
    try {
      this.#accept(first)
      this.#pump()
      return await done
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Sends as many Interests as the window allows, those to be sent again first. */
  #pump(): void {
    if (this.#abort.signal.aborted) return
    if (this.#contents.size === this.#total) {
      this.#finish(this.#total)
      return
    }
    while (this.#inFlight < this.#window.size) {
      const again = this.#again.shift()
      if (again !== undefined) {
        this.#retransmissions++
        void this.#ask(again)
        continue
      }
      while (this.#contents.has(this.#next)) this.#next++
      if (this.#total !== undefined && this.#next >= this.#total) return
      // Until the end is known the next may be beyond it.
      if (this.#total === undefined && this.#inFlight > 0) return
      void this.#ask({ index: this.#next++, losses: 0, refusals: 0 })
    }
  }

  async #ask(wanted: Wanted): Promise<void> {
    this.#inFlight++
    try {
      const data = await this.#express(wanted)
      if (data !== undefined) {
        await this.#options.verify?.(data)
        this.#accept(data)
      }
    } catch (error) {
      this.#fail(error)
    }
    this.#inFlight--
    this.#pump()
  }

  /** Undefined where the segment has to be asked for once more. */
  async #express(wanted: Wanted): Promise<Data | undefined> {
    const { clock } = this.#endpoint
    const { hopLimit } = this.#options
    const sentAt = clock.now()
    const left = this.#deadline - sentAt
    if (left <= 0) throw this.#outOfTime(wanted)
    let isMarked = false
    try {
      const data = await this.#endpoint.express(this.#base.append(Component.segment(wanted.index)), {
        lifetime: Math.min(this.#rtt.rto, left),
        signal: this.#abort.signal,
        onCongestionMark: () => {
          isMarked = true
        },
        ...(hopLimit === undefined ? {} : { hopLimit }),
      })
      // An answer to an Interest that was sent twice does not tell which of the two it answers (RFC 6298 §3).
      if (wanted.losses === 0 && wanted.refusals === 0) this.#rtt.sample(clock.now() - sentAt)
      if (isMarked) this.#window.decrease(sentAt, clock.now())
      else this.#window.increase()
      return data
    } catch (error) {
      if (error instanceof TimeoutError) this.#onLoss(wanted, sentAt)
      else if (error instanceof NackError) await this.#onNack(wanted, sentAt, error)
      else throw error
      return undefined
    }
  }

  #onLoss({ index, losses, refusals }: Wanted, sentAt: number): void {
    if (losses + 1 >= MAX_LOSSES) {
      const name = this.#base.append(Component.segment(index))
      throw new FetchError('timeout', `${name} did not come in ${losses + 1} attempts`)
    }
    if (this.#window.decrease(sentAt, this.#endpoint.clock.now())) this.#rtt.backOff()
    this.#again.push({ index, losses: losses + 1, refusals })
  }

  async #onNack({ index, losses, refusals }: Wanted, sentAt: number, error: NackError): Promise<void> {
    if (error.isFinal) {
      const name = this.#base.append(Component.segment(index))
      throw new FetchError('no-route', `${name} is not to be had any more`)
    }
    const { clock } = this.#endpoint
    this.#window.decrease(sentAt, clock.now())
    const left = this.#deadline - clock.now()
    await pause(clock, Math.max(0, Math.min(backOffAfter(refusals + 1), left)), this.#abort.signal)
    this.#again.push({ index, losses, refusals: refusals + 1 })
  }

  #outOfTime({ losses, refusals }: Wanted): FetchError {
    const progress = `${this.#base}: time was over after ${this.#contents.size} segments`
    if (refusals <= losses) return new FetchError('timeout', progress)
    return new FetchError('congestion', `${progress}; the network went on refusing the next`)
  }

  #accept(data: Data): void {
    if (data.contentType === ContentType.Nack) throw functionFailed(data)
    const index = data.name.at(-1)?.number
    if (index === undefined) throw new FetchError('bad-object', `${data.name} does not end in a number`)
    this.#readFinal(data, index)
    // A small content would keep alive the packet that it came in, and what is kept would have no bound.
    const content = 2 * data.content.length < data.wire.length ? Buffer.from(data.content) : data.content
    this.#contents.set(index, content)
    this.#bytes += content.length
    const { maxBytes = DEFAULT_MAX_OBJECT_BYTES, onProgress } = this.#options
    if (this.#bytes > maxBytes) throw tooLarge(this.#base, maxBytes)
    onProgress?.(this.#bytes, this.#contents.size, this.#total)
  }

  /** All segments that name the last one must name the same, and none may lie beyond it. */
  #readFinal({ finalBlockId }: Data, index: number): void {
    this.#highest = Math.max(this.#highest, index)
    const known = this.#total === undefined ? undefined : this.#total - 1
    const last = (finalBlockId?.type === TT.SegmentNameComponent ? finalBlockId.number : undefined) ?? known
    if (last === undefined) return
    if ((known !== undefined && known !== last) || this.#highest > last) {
      throw new FetchError('bad-object', `the segments of ${this.#base} do not agree on which is the last`)
    }
    this.#total = last + 1
  }

  #finish(total: number): void {
    const parts = Array.from({ length: total }, (_, index) => this.#contents.get(index) as Uint8Array)
    this.#abort.abort()
    this.#resolve({ content: Buffer.concat(parts), segments: total, retransmissions: this.#retransmissions })
  }

  #fail(error: unknown): void {
    if (this.#abort.signal.aborted) return
    this.#abort.abort(error)
    this.#reject(error)
  }
}
