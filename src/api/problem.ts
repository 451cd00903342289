import { z } from 'zod'
import { ControllerError, type ControllerErrorCode } from '../controller/index.ts'
import { ApiError, type ApiErrorCode } from './errors.ts'

/** RFC 9457 */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** Before the code: what kind of problem it is, as a URI. */
const TYPE_PREFIX = 'urn:ndn-sfc:problem:'

export const problemSchema = z
  .object({
    type: z.string().describe(`${TYPE_PREFIX} and the code`),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('The cause, and what to do next'),
    code: z.string(),
    problems: z.array(z.string()).describe('Each fault, where there may be several'),
  })
  .meta({ id: 'Problem' })

export type Problem = z.infer<typeof problemSchema>

const OF_CONTROLLER: Record<ControllerErrorCode, readonly [status: number, title: string]> = {
  'bad-file': [422, 'The deployment file cannot be used'],
  'bad-request': [400, 'The request cannot be understood'],
  'not-found': [404, 'There is no such thing'],
  'cannot-place': [409, 'No node takes a function'],
  conflict: [409, 'It does not go together with what is there'],
  unreachable: [503, 'A node, the repository or the data plane does not answer'],
  failed: [502, 'An instance or a workflow failed'],
  'too-many': [429, 'A bound is reached'],
}

type ServerErrorCode = Extract<ApiErrorCode, 'unauthorized' | 'forbidden' | 'internal'>

const OF_SERVER: Record<ServerErrorCode, readonly [status: number, title: string]> = {
  unauthorized: [401, 'A bearer token is asked for'],
  forbidden: [403, 'The role of the token does not allow it'],
  internal: [500, 'A fault of the controller'],
}

/** @param status where the code says too little */
export function makeProblem(
  code: ControllerErrorCode | ServerErrorCode,
  detail: string,
  problems: readonly string[] = [],
  status?: number,
): Problem {
  const [usual, title] = { ...OF_CONTROLLER, ...OF_SERVER }[code]
  return {
    type: TYPE_PREFIX + code,
    title,
    status: status ?? usual,
    detail,
    code,
    problems: [...problems],
  }
}

/** An error as a client is told of it: of a fault of ours the log alone tells more. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ControllerError) return makeProblem(error.code, error.message, error.problems)
  if (error instanceof ApiError) return makeProblem(error.code as ServerErrorCode, error.message)
  return makeProblem('internal', 'a fault of the controller, whose log tells more: please report it')
}

export function isProblem(value: unknown): value is Problem {
  return problemSchema.safeParse(value).success && (value as Problem).type.startsWith(TYPE_PREFIX)
}

/** The error that a problem was made of. */
export function errorOf({ code, detail, problems }: Problem): ControllerError | ApiError {
  if (Object.hasOwn(OF_CONTROLLER, code))
    return new ControllerError(code as ControllerErrorCode, detail, { problems })
  const isOfServer = Object.hasOwn(OF_SERVER, code)
  return new ApiError(isOfServer ? (code as ServerErrorCode) : 'bad-answer', detail)
}
