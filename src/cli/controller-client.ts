import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ApiClient, ApiErrorCode } from '../api/index.ts'
import { homeOf } from './client.ts'
import { CliError, ExitCode } from './exit-code.ts'
import { interruptible } from './interrupt.ts'
import { homeOption, jsonOption } from './options.ts'

/** In a home folder: the token of who runs the controller there. */
const TOKEN_FILE = 'controller-token'

/** How a command finds the controller. */
export interface ControllerChoice {
  readonly controller?: string
  readonly tokenFile?: string
  readonly home?: string
  readonly json?: true
}

export function controllerTokenFile(home: string): string {
  return join(home, TOKEN_FILE)
}

export const controllerOption = (): Option =>
  new Option('--controller <url>', 'http://HOST:PORT (default: that of this host, port 7380)')
    .env('NDN_SFC_CONTROLLER')
    .argParser(urlArgument)

export const tokenFileOption = (): Option =>
  new Option(
    '--token-file <file>',
    'token for the controller (default: $NDN_SFC_TOKEN, or what the controller of the home folder wrote)',
  )

export function addControllerOptions(command: Command): Command {
  return command
    .addOption(controllerOption())
    .addOption(tokenFileOption())
    .addOption(homeOption())
    .addOption(jsonOption())
}

function urlArgument(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new InvalidArgumentError('write http://HOST:PORT or https://HOST.')
  return text
}

/**
 * Does something with the controller that the options name, until ctrl-C.
 * @throws CliError where it cannot be asked, with what to do
 */
export async function withController<T>(
  choice: ControllerChoice,
  use: (controller: ApiClient, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { ApiClient, ApiError, DEFAULT_API_HOST, DEFAULT_API_PORT } = await import('../api/index.ts')
  const url = choice.controller ?? `http://${DEFAULT_API_HOST}:${DEFAULT_API_PORT}`
  const token = await readToken(choice, url)
  return await interruptible((signal) => use(new ApiClient({ url, token, signal }), signal)).catch(
    (error: unknown) => {
      if (!(error instanceof ApiError)) throw error
      const [exitCode, hint] = ADVICE[error.code]
      throw new CliError(exitCode, hint === '' ? error.message : `${error.message}. ${hint}`, error)
    },
  )
}

const ADVICE: Record<ApiErrorCode, readonly [ExitCode, hint: string]> = {
  'no-controller': [
    ExitCode.Unreachable,
    "Start one with 'ndn-sfc controller', or say where it is with --controller URL",
  ],
  unauthorized: [
    ExitCode.Refused,
    'Have one made with ndn-sfc controller token add, and name its file with --token-file, or set NDN_SFC_TOKEN',
  ],
  forbidden: [ExitCode.Refused, ''],
  internal: [ExitCode.Other, ''],
  'bad-answer': [ExitCode.Other, ''],
}

/** A token that lies in the home folder is shown to nobody but a controller of this host. */
async function readToken(choice: ControllerChoice, url: string): Promise<string | undefined> {
  const { tokenFile } = choice
  if (tokenFile !== undefined) {
    return await readFile(tokenFile, 'utf8').then(
      (text) => text.trim(),
      (error: Error) => {
        throw new CliError(ExitCode.Usage, `cannot read the token ${tokenFile}: ${error.message}`, error)
      },
    )
  }
  if (process.env.NDN_SFC_TOKEN) return process.env.NDN_SFC_TOKEN
  const { isLoopback } = await import('../api/index.ts')
  if (!isLoopback(new URL(url).hostname)) return undefined
  const text = await readFile(controllerTokenFile(homeOf(choice)), 'utf8').catch(() => undefined)
  return text?.trim()
}
