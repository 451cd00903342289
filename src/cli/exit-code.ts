import { CommanderError } from 'commander'
import { CommandError } from '../control/index.ts'
import type { ControllerError, ControllerErrorCode } from '../controller/index.ts'
import {
  type FailureCode,
  FetchError,
  type FetchErrorCode,
  NackError,
  TimeoutError,
  UnreachableError,
} from '../endpoint/index.ts'
import { FaceError } from '../face/index.ts'
import { NackReason, PacketError, UriError } from '../packet/index.ts'
import type { RepositoryError, RepositoryErrorCode } from '../repository/index.ts'
import { ConfigError } from '../router/index.ts'
import { VerificationError } from '../trust/index.ts'

/** What the command `ndn-sfc` exits with. Stable: scripts depend on them. */
export const ExitCode = {
  Ok: 0,
  Other: 1,
  Usage: 2,
  NoRoute: 3,
  Timeout: 4,
  FunctionFailed: 5,
  VerificationFailed: 6,
  Unreachable: 7,
  Refused: 8,
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

export const EXIT_CODE_HELP = `
Exit codes:
  0  done
  1  any other error
  2  bad chain, name, option, configuration, workflow, topology or deployment file
  3  no route: no node offers a function of the chain, or nobody has the content; no such function in the repository; no such
     node, deployment, instance or workflow
  4  timeout: no answer in the time allowed, or all too busy
  5  a function, an instance or a workflow failed
  6  verification failed, of Data or of a digest
  7  the router, the registry, the controller or one of its nodes cannot be reached
  8  refused: media types do not fit, a parameter that the function does not take, a task that no host takes, a function that no
     node takes, credentials that the registry or the controller does not take, a function that is not there for this
     architecture, or what does not go together with what is deployed`

/** An error whose message is all that a user needs to know. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code = 'cli'
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.exitCode = exitCode
  }
}

/** Ended by a signal. By the shell's convention the exit code is 128 and the signal's number. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly exitCode: number

  constructor(signal: string, number: number) {
    super(`stopped by ${signal}`)
    this.exitCode = 128 + number
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof CliError || error instanceof Interrupted) return error.exitCode
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.Ok : ExitCode.Usage
  if (error instanceof FetchError) {
    return error.failure === undefined
      ? FETCH_CODES[error.code]
      : (FAILURE_CODES[error.failure.code] ?? ExitCode.FunctionFailed)
  }
  if (error instanceof NackError)
    return error.reason === NackReason.NoRoute ? ExitCode.NoRoute : ExitCode.Timeout
  if (error instanceof TimeoutError) return ExitCode.Timeout
  if (error instanceof UnreachableError) return ExitCode.Unreachable
  if (error instanceof VerificationError) return ExitCode.VerificationFailed
  if (error instanceof UriError || error instanceof PacketError || error instanceof ConfigError)
    return ExitCode.Usage
  if (error instanceof CommandError)
    return error.statusCode === BAD_PARAMETERS ? ExitCode.Usage : ExitCode.Other
  if (error instanceof FaceError && error.code === 'bad-address') return ExitCode.Usage
  if (error instanceof Error && error.name === 'RepositoryError')
    return REPOSITORY_CODES[(error as RepositoryError).code] ?? ExitCode.Other
  if (error instanceof Error && error.name === 'ControllerError')
    return CONTROLLER_CODES[(error as ControllerError).code] ?? ExitCode.Other
  return SCHEDULER_CODES[(error as { code?: string } | undefined)?.code ?? ''] ?? ExitCode.Other
}

/** Of a command that a router refuses for what it says (NFD). */
const BAD_PARAMETERS = 400

/** For a person. An error without a code is a fault of ours, so it is shown with where it came from. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (!('code' in error || error instanceof Interrupted)) return error.stack ?? error.message
  if (error.name !== 'ControllerError') return error.message
  const { code, problems } = error as ControllerError
  // That message has them, in the order of nodes.
  if (code === 'cannot-place') return error.message
  const told = problems.filter((problem) => !error.message.includes(problem))
  return [error.message, ...told.map((problem) => `  ${problem}`)].join('\n')
}

/** By the code of the error: the scheduler is loaded only by the commands that need it. */
const SCHEDULER_CODES: Partial<Record<string, ExitCode>> = {
  'bad-file': ExitCode.Usage,
  'bad-model': ExitCode.Usage,
  infeasible: ExitCode.Refused,
}

/** The repository, too, is loaded only by the commands that need it. */
const REPOSITORY_CODES: Partial<Record<RepositoryErrorCode, ExitCode>> = {
  'bad-reference': ExitCode.Usage,
  'not-found': ExitCode.NoRoute,
  'wrong-digest': ExitCode.VerificationFailed,
  'registry-unreachable': ExitCode.Unreachable,
  'credentials-refused': ExitCode.Refused,
  'registry-refused': ExitCode.Refused,
  'no-such-architecture': ExitCode.Refused,
}

/** So is the controller. */
const CONTROLLER_CODES: Record<ControllerErrorCode, ExitCode> = {
  'bad-file': ExitCode.Usage,
  'bad-request': ExitCode.Usage,
  'not-found': ExitCode.NoRoute,
  'cannot-place': ExitCode.Refused,
  conflict: ExitCode.Refused,
  unreachable: ExitCode.Unreachable,
  failed: ExitCode.FunctionFailed,
  'too-many': ExitCode.Timeout,
}

const FETCH_CODES: Record<FetchErrorCode, ExitCode> = {
  'no-route': ExitCode.NoRoute,
  timeout: ExitCode.Timeout,
  congestion: ExitCode.Timeout,
  'function-failed': ExitCode.FunctionFailed,
  'too-large': ExitCode.Other,
  'bad-object': ExitCode.Other,
}

/** A code that a newer node made up counts as a failure of the function. */
const FAILURE_CODES: Partial<Record<string, ExitCode>> = {
  'no-route': ExitCode.NoRoute,
  timeout: ExitCode.Timeout,
  'type-mismatch': ExitCode.Refused,
  'bad-parameter': ExitCode.Refused,
} satisfies Partial<Record<FailureCode, ExitCode>>
