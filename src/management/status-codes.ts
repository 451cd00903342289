import type { ControlParameters, ControlResponse } from './control-parameters.ts'

/** StatusCode of a ControlResponse, as NFD uses them. */
export const ControlStatus = {
  Ok: 200,
  /** Parameters that cannot be read, are missing, not permitted or out of range; a URI that is none. */
  BadParameters: 400,
  /** The command is not to be trusted. */
  Unauthorized: 403,
  /** The face, or the strategy, that it is about is not there. */
  NotFound: 404,
  /** A URI that faces cannot be made to, or options that it does not permit. */
  NotAcceptable: 406,
  TimedOut: 408,
  /** What is asked for contradicts what is there. */
  Conflict: 409,
  /** The face that a route is to lead to is gone, or was never there. */
  Gone: 410,
  /** A prefix of too many components. */
  TooLong: 414,
  /** A prefix announcement that is not valid now. */
  Expired: 416,
  InternalError: 500,
  /** No such command. */
  Unsupported: 501,
  /** A table is full. */
  Full: 503,
  /** The other side cannot be reached. */
  Unreachable: 504,
} as const

/** What a command's handler throws to refuse it. The message becomes the StatusText. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  /** One of {@link ControlStatus}. */
  readonly statusCode: number
  readonly parameters: ControlParameters | undefined

  constructor(statusCode: number, statusText: string, parameters?: ControlParameters) {
    super(statusText)
    this.statusCode = statusCode
    this.parameters = parameters
  }

  get response(): ControlResponse {
    return { statusCode: this.statusCode, statusText: this.message, parameters: this.parameters }
  }
}

export function ok(parameters: ControlParameters): ControlResponse {
  return { statusCode: ControlStatus.Ok, statusText: 'OK', parameters }
}
