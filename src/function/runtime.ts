import {
  type Clock,
  Endpoint,
  encodeFailure,
  type Failure,
  newVersion,
  pause,
  SegmentedObject,
  splitSegment,
  systemClock,
} from '../endpoint/index.ts'
import type { Face } from '../face/index.ts'
import {
  type Component,
  encodeData,
  type Interest,
  NackReason,
  type Name,
  type Signer,
  TT,
} from '../packet/index.ts'
import { type Applier, apply } from './apply.ts'
import { readCall } from './call.ts'
import { isHealthName } from './health.ts'
import { InputFetcher, OverloadError } from './input.ts'
import type { Manifest } from './manifest-fields.ts'
import { type Result, ResultStore, type ResultStoreLimits } from './result-store.ts'
import { Slots } from './slots.ts'
import { describeInput, isTrace, newTrace } from './trace.ts'
import { Turns } from './turns.ts'
import { Work } from './work.ts'
import { WorkError } from './work-error.ts'

/** How long a result that nobody waited for any more is good for the retry, however fresh it is, in milliseconds. */
const RETRY_MS = 4000

/** Pieces of work that are begun in one turn of the event loop. */
const WORKS_A_TURN = 4

/** A runtime that stops waits until no segment was asked for in so long, and no longer than that, in milliseconds. */
const LINGER_MS = 300
const MAX_LINGER_MS = 2000

export interface RuntimeOptions {
  readonly manifest: Manifest
  readonly applier: Applier
  /** Gives the signer that is valid now. */
  readonly signer: () => Signer
  /** Identity of this instance, for traces. */
  readonly identity: string
  readonly store?: ResultStoreLimits
  /** Most bytes of an input, and of all inputs in hand. @defaultValue `MAX_INPUT_BYTES` */
  readonly maxInputBytes?: number | undefined
  readonly log?: (message: string) => void
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
  readonly #inputs: InputFetcher
  readonly #results: ResultStore
  readonly #works = new Map<string, Work>()
  readonly #slots: Slots
  readonly #turns = new Turns(WORKS_A_TURN)
  #stopped: Promise<void> | undefined
  #onIdle: (() => void) | undefined
  /** When a segment of a result that has several was sent, in milliseconds on the clock. */
  #servedAt = Number.NEGATIVE_INFINITY

  constructor(face: Face, options: RuntimeOptions, onClose?: (reason: string) => void) {
    const { manifest, clock = systemClock } = options
    this.#options = options
    this.#clock = clock
    this.#results = new ResultStore(options.store)
    this.#slots = new Slots(manifest.limits.concurrency)
    this.#endpoint = new Endpoint(face, {
      onInterest: (interest, pitToken) => this.#receive(interest, pitToken),
      clock,
      ...(onClose === undefined ? {} : { onClose }),
    })
    this.#inputs = new InputFetcher(this.#endpoint, manifest, options.maxInputBytes)
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
    if (splitSegment(name) !== undefined || isTrace(name)) {
      this.#answerFromStore(interest, pitToken)
      return
    }
    if (isHealthName(name)) {
      this.#endpoint.answer(encodeData({ name }, this.#options.signer()), pitToken)
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
      this.#sendSegment(known, 0, pitToken)
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

  /** A segment of a version that was made before, or its trace. One that is gone cannot be made again. */
  #answerFromStore(interest: Interest, pitToken: Uint8Array | undefined): void {
    const { name } = interest
    const result = this.#results.version(name.slice(0, -1))
    const last = name.at(-1) as Component
    if (result === undefined) this.#endpoint.nack(interest, NackReason.NoRoute, pitToken)
    else if (last.type !== TT.SegmentNameComponent) this.#sendTrace(name, result, pitToken)
    else if (!this.#sendSegment(result, last.number as number, pitToken))
      this.#endpoint.nack(interest, NackReason.NoRoute, pitToken)
  }

  #sendTrace(name: Name, { trace }: Result, pitToken: Uint8Array | undefined): void {
    // Never fresh: a Content Store must not take it for the newest version of the result, whose name is its prefix.
    const content = Buffer.from(JSON.stringify(trace))
    const data = encodeData({ name, mediaType: 'application/json', content }, this.#options.signer())
    this.#endpoint.answer(data, pitToken)
  }

  /** False where there is no such segment. */
  #sendSegment({ object }: Result, index: number, pitToken: Uint8Array | undefined): boolean {
    // Results are in memory, so their segments are there at once.
    const segment = object.segment(index) as Uint8Array | undefined
    if (segment === undefined) return false
    if (object.segments > 1) this.#servedAt = this.#clock.now()
    this.#endpoint.answer(segment, pitToken)
    return true
  }

  async #do(work: Work): Promise<void> {
    this.#works.set(work.name.key, work)
    try {
      this.#onResult(work, await this.#work(work))
    } catch (error) {
      this.#onError(work, error)
    } finally {
      this.#inputs.release(work)
      this.#works.delete(work.name.key)
      if (this.#works.size === 0) this.#onIdle?.()
    }
  }

  #onResult(work: Work, result: Result): void {
    const now = this.#clock.now()
    const askers = work.waiting(now)
    const staleAt = askers.length > 0 ? result.staleAt : Math.max(result.staleAt, now + RETRY_MS)
    this.#results.add(work.name, { ...result, staleAt })
    for (const { pitToken } of askers) this.#sendSegment(result, 0, pitToken)
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

  async #work(work: Work): Promise<Result> {
    const { manifest, applier, signer, identity, log = () => {} } = this.#options
    const clock = this.#clock
    const arrived = clock.now()
    const { parameters, input: wanted } = readCall(manifest, work.name)
    const input = await this.#inputs.fetch(work, wanted)
    const { mediaType } = input
    const inputKey = input.name.key
    const fetched = clock.now()
    await this.#slots.take()
    await this.#turns.begin()
    const started = clock.now()
    let content: Uint8Array
    try {
      const context = { parameters, input: describeInput(inputKey, mediaType), log }
      content = await apply(applier, manifest, input.content, context, clock)
    } finally {
      this.#slots.release()
    }
    const finished = clock.now()
    const freshnessPeriod = Math.min(manifest.freshness, input.freshnessPeriod)
    const { output } = manifest
    const object = new SegmentedObject({
      name: work.name,
      version: newVersion(),
      content,
      mediaType: output,
      freshnessPeriod,
      signer: signer(),
    })
    const trace = newTrace({
      function: manifest.name,
      by: identity,
      resultKey: object.name.key,
      mediaType: output,
      bytes: content.length,
      inputKey,
      inputType: mediaType,
      inputBytes: input.content.length,
      received: work.received,
      fetch: fetched - arrived,
      wait: started - fetched,
      run: finished - started,
    })
    return { object, trace, staleAt: finished + freshnessPeriod }
  }
}
