export type ControllerErrorCode =
  /** A deployment file that cannot be used; `problems` has file, line and reason of each fault. */
  | 'bad-file'
  | 'bad-request'
  | 'not-found'
  /** No node takes a function; the message has each node's reason. */
  | 'cannot-place'
  /** It does not go together with what is there. */
  | 'conflict'
  /** A node, the repository or the data plane does not answer. */
  | 'unreachable'
  /** An instance could not be started, or a workflow came to no result. */
  | 'failed'
  /** A bound is reached. */
  | 'too-many'

/** What every action of a controller throws. `message` names the cause and what to do next. */
export class ControllerError extends Error {
  override readonly name = 'ControllerError'
  readonly code: ControllerErrorCode
  readonly problems: readonly string[]

  constructor(
    code: ControllerErrorCode,
    message: string,
    options: ErrorOptions & { readonly problems?: readonly string[] } = {},
  ) {
    super(message, options)
    this.code = code
    this.problems = options.problems ?? []
  }
}
