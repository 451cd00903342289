export type ApiErrorCode =
  /** There is no token, or none that the controller knows. */
  | 'unauthorized'
  /** The token's role does not allow it. */
  | 'forbidden'
  /** A fault of the controller. */
  | 'internal'
  /** No controller answers. */
  | 'no-controller'
  /** What answers is no controller, or one of another version; or it ended in the middle of its answer. */
  | 'bad-answer'

/** What goes wrong between a client and a controller, beside what the controller itself says (ControllerError). */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ApiErrorCode

  constructor(code: ApiErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
