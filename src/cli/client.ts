import { resolve } from 'node:path'
import { Endpoint, type EndpointOptions } from '../endpoint/index.ts'
import { connect, FaceError } from '../face/index.ts'
import { defaultAddress, defaultHome } from '../router/index.ts'
import { CliError, ExitCode } from './exit-code.ts'

/** How a command finds its router. */
export interface RouterChoice {
  /** Address; the socket in the home folder by default. */
  readonly router?: string | undefined
  readonly home?: string | undefined
}

export function homeOf({ home }: RouterChoice): string {
  return home === undefined ? defaultHome() : resolve(home)
}

export function routerAddress(choice: RouterChoice): string {
  return choice.router ?? defaultAddress(homeOf(choice))
}

/** An endpoint at the router. @throws CliError where no router answers; FaceError bad-address */
export async function openEndpoint(address: string, options: EndpointOptions = {}): Promise<Endpoint> {
  return new Endpoint(await connect(address).catch(explainUnreachable), options)
}

/** Throws the error again, with what to do where no router answers. */
export function explainUnreachable(error: unknown): never {
  if (!(error instanceof FaceError) || error.code !== 'unreachable') throw error
  throw new CliError(
    ExitCode.Unreachable,
    `no router: ${error.message}. Start one with 'ndn-sfc up', or say where it is with --router ADDRESS`,
    error,
  )
}
