import {
  datasetName,
  type FaceStatus,
  type FunctionStatus,
  type NodeStatus,
  type RouteStatus,
} from '../control/index.ts'
import { type Endpoint, FetchError, fetchObject } from '../endpoint/index.ts'
import type { NodeFacts } from '../facts/index.ts'
import { openEndpoint, type RouterChoice, routerAddress } from './client.ts'
import { CliError, ExitCode } from './exit-code.ts'

export interface Datasets {
  functions: readonly FunctionStatus[]
  routes: readonly RouteStatus[]
  faces: readonly FaceStatus[]
  status: NodeStatus
  facts: NodeFacts
}

/** How long a node may take to tell its state, in milliseconds. */
const DATASET_TIMEOUT_MS = 5000

/** The same for what it is: when that is first asked for, its speed is measured and its images are looked at. */
const FACTS_TIMEOUT_MS = 20_000

/**
 * What a node says of itself.
 * @param timeout milliseconds
 * @throws FetchError; CliError where the router is not an ndn-sfc node
 */
export async function fetchDataset<Name extends keyof Datasets>(
  endpoint: Endpoint,
  dataset: Name,
  timeout = dataset === 'facts' ? FACTS_TIMEOUT_MS : DATASET_TIMEOUT_MS,
): Promise<Datasets[Name]> {
  try {
    const { content } = await fetchObject(endpoint, datasetName(dataset), { timeout })
    return JSON.parse(Buffer.from(content).toString()) as Datasets[Name]
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    const why = {
      'no-route': [ExitCode.NoRoute, 'it is not an ndn-sfc node, or an older one'],
      timeout: [ExitCode.Timeout, 'a node tells its state only to programs on its own host'],
    } as const
    if (error.code !== 'no-route' && error.code !== 'timeout') throw error
    const [exitCode, reason] = why[error.code]
    throw new CliError(exitCode, `the router does not tell its ${dataset}: ${reason}`, error)
  }
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
