import { type Datasets, fetchDataset as fetch } from '../control/index.ts'
import { type Endpoint, FetchError } from '../endpoint/index.ts'
import { openEndpoint, type RouterChoice, routerAddress } from './client.ts'
import { CliError, ExitCode } from './exit-code.ts'

export type { Datasets }

/**
 * What a node says of itself.
 * @param timeout milliseconds
 * @throws FetchError; CliError where the router is not an ndn-sfc node
 */
export async function fetchDataset<Name extends keyof Datasets>(
  endpoint: Endpoint,
  dataset: Name,
  timeout?: number,
): Promise<Datasets[Name]> {
  return await fetch(endpoint, dataset, timeout).catch((error: unknown) => {
    if (!(error instanceof FetchError)) throw error
    const why = {
      'no-route': [ExitCode.NoRoute, 'it is not an ndn-sfc node, or an older one'],
      timeout: [ExitCode.Timeout, 'a node tells its state only to programs on its own host'],
    } as const
    if (error.code !== 'no-route' && error.code !== 'timeout') throw error
    const [exitCode, reason] = why[error.code]
    throw new CliError(exitCode, `the router does not tell its ${dataset}: ${reason}`, error)
  })
}

/** The same from the router that a command was told to use. */
export async function askNode<Name extends keyof Datasets>(
  choice: RouterChoice,
  dataset: Name,
): Promise<Datasets[Name]> {
  const endpoint = await openEndpoint(routerAddress(choice))
  try {
    return await fetchDataset(endpoint, dataset)
  } finally {
    endpoint.close()
  }
}
