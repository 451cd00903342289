import { type Data, NackReason, type Name } from '../packet/index.ts'
import { decodeFailure, type Failure } from './failure.ts'

/** No answer within the Interest's lifetime. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
  readonly code = 'timeout'

  /** @param lifetime in milliseconds */
  constructor(name: Name, lifetime: number) {
    super(`no answer to ${name} within ${lifetime} ms`)
  }
}

/** The network refused the Interest. */
export class NackError extends Error {
  override readonly name = 'NackError'
  readonly code = 'nack'
  /** See `NackReason`. */
  readonly reason: number

  constructor(name: Name, reason: number) {
    const word = Object.entries(NackReason).find(([, value]) => value === reason)?.[0] ?? `reason ${reason}`
    super(`the network refused ${name}: ${word}`)
    this.reason = reason
  }

  /** Whether there is no use in asking again; the others may pass. */
  get isFinal(): boolean {
    return this.reason === NackReason.NoRoute || this.reason === NackReason.None
  }
}

/** The face is gone. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
  readonly code = 'unreachable'
}

export type FetchErrorCode =
  /** Nothing leads to the function or the content. */
  | 'no-route'
  /** No answer in the time allowed. */
  | 'timeout'
  /** The network or a function is too busy, and stayed so for the time allowed. */
  | 'congestion'
  /** A function answered with an error; see `failure`. */
  | 'function-failed'
  /** The object is larger than the caller allows. */
  | 'too-large'
  /** The answer is not an object: its segments do not agree. */
  | 'bad-object'

/** An object could not be had. The message says why, for a person. */
export class FetchError extends Error {
  override readonly name = 'FetchError'
  readonly code: FetchErrorCode
  /** The function's own words, where the code is 'function-failed'. */
  readonly failure: Failure | undefined

  constructor(code: FetchErrorCode, message: string, failure?: Failure) {
    super(message)
    this.code = code
    this.failure = failure
  }
}

export function tooLarge(name: Name, maxBytes: number): FetchError {
  return new FetchError('too-large', `${name} is larger than the ${maxBytes} bytes that are allowed`)
}

export function functionFailed(data: Data): FetchError {
  const failure = decodeFailure(data)
  const by = failure.function === '' ? '' : `${failure.function}: `
  // Some reasons name the function themselves.
  const message = failure.reason.startsWith(by) ? failure.reason : by + failure.reason
  return new FetchError('function-failed', message, failure)
}
