import type { Failure, FailureCode } from '../endpoint/index.ts'

/** Ends a piece of work with an error that the consumer is told. */
export class WorkError extends Error {
  override readonly name = 'WorkError'
  readonly code: FailureCode
  /** Set where the error came from another function, whose words travel on unchanged. */
  readonly inner: Failure | undefined

  constructor(code: FailureCode, reason: string, inner?: Failure) {
    super(reason)
    this.code = code
    this.inner = inner
  }
}
