import {
  type Clock,
  Endpoint,
  encodeFailure,
  type Failure,
  pause,
  splitSegment,
  systemClock,
} from '../endpoint/index.ts'
import type { Face } from '../face/index.ts'
import { encodeData, type Interest, NackReason, type Name } from '../packet/index.ts'
import { type InstanceQuestion, readInstanceQuestion } from './health.ts'
import { OverloadError } from './input.ts'
import { type MakerOptions, ResultMaker } from './result-maker.ts'
import { type Result, ResultStore, type ResultStoreLimits } from './result-store.ts'
import { encodeTrace, isTrace } from './trace.ts'
import { Work } from './work.ts'
import { WorkError } from './work-error.ts'
import { WorkMemory } from './works.ts'

/** How long a result that nobody waited for any more is good for the retry, however fresh it is, in milliseconds. */
const RETRY_MS = 4000

/** A runtime that stops waits until no segment was asked for in so long, and no longer than that, in milliseconds. */
const LINGER_MS = 300
const MAX_LINGER_MS = 2000

export interface RuntimeOptions extends MakerOptions {
  readonly store?: ResultStoreLimits
  /** @defaultValue `systemClock` */
  readonly clock?: Clock | undefined
}

/**
 * What turns a function into a producer: for each Interest that its router dispatches it fetches the input, applies the
 * function once, keeps the result for a while, and answers with signed segments, or with the error.
 */
export class FunctionRuntime {
  readonly #options: RuntimeOptions
  readonly #clock: Clock
  readonly #endpoint: Endpoint
  readonly #maker: ResultMaker
  readonly #results: ResultStore
  readonly #works = new Map<string, Work>()
  readonly #done = new WorkMemory()
  #stopped: Promise<void> | undefined
  #onIdle: (() => void) | undefined
  /** When a segment of a result that has several was sent, in milliseconds on the clock. */
  #servedAt = Number.NEGATIVE_INFINITY

  constructor(face: Face, options: RuntimeOptions, onClose?: (reason: string) => void) {
    const { clock = systemClock } = options
    this.#options = options
    this.#clock = clock
    this.#results = new ResultStore(options.store)
    this.#endpoint = new Endpoint(face, {
      onInterest: (interest, pitToken) => this.#receive(interest, pitToken),
      clock,
      ...(onClose === undefined ? {} : { onClose }),
    })
    this.#maker = new ResultMaker(this.#endpoint, options)
  }

  /** Takes no more work, finishes what is in hand, lets its consumers fetch the last of it, and closes the face. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    if (this.#works.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve
      })
    }
    const end = this.#clock.now() + MAX_LINGER_MS
    for (;;) {
      const now = this.#clock.now()
      const left = Math.min(end, this.#servedAt + LINGER_MS) - now
      if (left <= 0) break
      await pause(this.#clock, left)
    }
    this.#endpoint.close()
  }

  /** Whatever goes wrong over one Interest, the others are still to be served. */
  #receive(interest: Interest, pitToken: Uint8Array | undefined): void {
    try {
      this.#onInterest(interest, pitToken)
    } catch (error) {
      this.#options.log?.(`${interest.name}: ${(error as Error).message}`)
      this.#endpoint.nack(interest, NackReason.NoRoute, pitToken)
    }
  }

  #onInterest(interest: Interest, pitToken: Uint8Array | undefined): void {
    const { name } = interest
    const { manifest } = this.#options
    if (interest.form !== 'dispatched' || name.at(0)?.text !== manifest.name) {
      this.#endpoint.nack(interest, NackReason.NoRoute, pitToken)
      return
    }
    const part = splitSegment(name)
    if (part !== undefined || isTrace(name)) {
      const traced = part?.object ?? name
      const data = isTrace(traced)
        ? this.#traceData(traced, part?.segment ?? (interest.canBePrefix ? 0 : undefined))
        : this.#segmentData(this.#results.version(name.slice(0, -1)), part?.segment)
      // What is gone cannot be made again.
      if (data === undefined) this.#endpoint.nack(interest, NackReason.NoRoute, pitToken)
      else this.#endpoint.answer(data, pitToken)
      return
    }
    const question = readInstanceQuestion(name)
    if (question !== undefined) {
      this.#answerOfItself(name, question, pitToken)
      return
    }
    if (!interest.canBePrefix) {
      // A result has a version, and no Data with another name than the Interest's would be an answer.
      this.#endpoint.nack(interest, NackReason.NoRoute, pitToken)
      return
    }
    const now = this.#clock.now()
    const known = this.#results.newest(name)
    if (known !== undefined && (!interest.mustBeFresh || known.staleAt > now)) {
      this.#answerWith(known, pitToken)
      return
    }
    const work = this.#works.get(name.key)
    if (work !== undefined) {
      work.ask(interest, pitToken, now)
      return
    }
    const { concurrency, queue } = manifest.limits
    if (this.#stopped !== undefined || this.#works.size >= concurrency + queue) {
      this.#endpoint.nack(interest, NackReason.Congestion, pitToken)
      return
    }
    const newWork = new Work(interest)
    newWork.ask(interest, pitToken, now)
    void this.#do(newWork)
  }

  #answerOfItself(name: Name, question: InstanceQuestion, pitToken: Uint8Array | undefined): void {
    const fields =
      question.about === 'health'
        ? { name }
        : { name, mediaType: 'application/json', content: Buffer.from(this.#done.since(question.since)) }
    // Never fresh, so that no Content Store answers in its place.
    this.#endpoint.answer(encodeData(fields, this.#options.signer()), pitToken)
  }

  /** By the first segment, which names the version and how many there are. */
  #answerWith(result: Result, pitToken: Uint8Array | undefined): void {
    this.#endpoint.answer(this.#segmentData(result) as Uint8Array, pitToken)
  }

  /** @param index of a segment; undefined for the whole in one packet */
  #traceData(name: Name, index: number | undefined): Uint8Array | undefined {
    const trace = this.#results.version(name.slice(0, -1))?.trace
    return trace && encodeTrace(name, trace, index, this.#options.signer())
  }

  #segmentData(result: Result | undefined, index = 0): Uint8Array | undefined {
    if (result === undefined) return undefined
    const { object } = result
    if (object.segments > 1) this.#servedAt = this.#clock.now()
    // Results are in memory, so their segments are there at once.
    return object.segment(index) as Uint8Array | undefined
  }

  async #do(work: Work): Promise<void> {
    this.#works.set(work.name.key, work)
    try {
      this.#onResult(work, await this.#maker.make(work))
    } catch (error) {
      this.#onError(work, error)
    } finally {
      this.#works.delete(work.name.key)
      if (this.#works.size === 0) this.#onIdle?.()
    }
  }

  #onResult(work: Work, result: Result): void {
    const now = this.#clock.now()
    const askers = work.waiting(now)
    const staleAt = askers.length > 0 ? result.staleAt : Math.max(result.staleAt, now + RETRY_MS)
    this.#results.add(work.name, { ...result, staleAt })
    this.#done.add(result.trace)
    for (const { pitToken } of askers) this.#answerWith(result, pitToken)
  }

  #onError(work: Work, error: unknown): void {
    const askers = work.waiting(this.#clock.now())
    if (error instanceof OverloadError) {
      for (const { interest, pitToken } of askers)
        this.#endpoint.nack(interest, NackReason.Congestion, pitToken)
      return
    }
    const { manifest, log } = this.#options
    const { code, message, inner } =
      error instanceof WorkError ? error : new WorkError('function-failed', String(error))
    const failure: Failure = inner ?? { code, function: manifest.name, reason: message }
    log?.(`${work.name}: ${failure.function}: ${failure.reason}`)
    if (askers.length === 0) return
    const data = this.#encodeFailure(work.name, failure)
    for (const { interest, pitToken } of askers) {
      if (data === undefined) this.#endpoint.nack(interest, NackReason.NoRoute, pitToken)
      else this.#endpoint.answer(data, pitToken)
    }
  }

  #encodeFailure(name: Name, failure: Failure): Uint8Array | undefined {
    try {
      return encodeFailure(name, failure, this.#options.signer())
    } catch (error) {
      this.#options.log?.(`${name}: cannot sign: ${(error as Error).message}`)
      return undefined
    }
  }
}
