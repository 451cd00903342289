import { type Endpoint, fetchObject } from '../endpoint/index.ts'
import type { NodeFacts } from '../facts/index.ts'
import { Component, type Name } from '../packet/index.ts'
import type {
  AssignmentReport,
  FaceStatus,
  FunctionStatus,
  LogReport,
  NodeStatus,
  RouteStatus,
  WorksReport,
} from './datasets.ts'
import { datasetName, LOGS_PREFIX, WORKS_PREFIX } from './names.ts'

/** What a node says of itself, by the dataset's name. */
export interface Datasets {
  functions: readonly FunctionStatus[]
  routes: readonly RouteStatus[]
  faces: readonly FaceStatus[]
  status: NodeStatus
  facts: NodeFacts
  assigned: AssignmentReport
}

/** How long a node may take to tell its state, in milliseconds. */
const DATASET_TIMEOUT_MS = 5000

/** The same for what it is: when that is first asked for, its speed is measured and its images are looked at. */
const FACTS_TIMEOUT_MS = 20_000

/**
 * @param timeout milliseconds
 * @throws FetchError: `no-route` where it is no ndn-sfc node, `timeout` where it tells its state only on its own host
 */
export async function fetchDataset<Name extends keyof Datasets>(
  endpoint: Endpoint,
  dataset: Name,
  timeout = dataset === 'facts' ? FACTS_TIMEOUT_MS : DATASET_TIMEOUT_MS,
): Promise<Datasets[Name]> {
  return (await fetchJson(endpoint, datasetName(dataset), timeout)) as Datasets[Name]
}

/** What an instance wrote last. @throws as `fetchDataset`; `no-route` where there is no such instance */
export async function fetchLogs(endpoint: Endpoint, instance: string): Promise<LogReport> {
  const name = LOGS_PREFIX.append(Component.generic(instance))
  return (await fetchJson(endpoint, name, DATASET_TIMEOUT_MS)) as LogReport
}

/**
 * What a node's instances have done.
 * @param cursor of an answer, since which; `NO_CURSOR`: all that the node keeps
 * @param timeout milliseconds
 * @throws as `fetchDataset`
 */
export async function fetchWorks(endpoint: Endpoint, cursor: string, timeout: number): Promise<WorksReport> {
  const name = WORKS_PREFIX.append(Component.generic(cursor))
  return (await fetchJson(endpoint, name, timeout)) as WorksReport
}

async function fetchJson(endpoint: Endpoint, name: Name, timeout: number): Promise<unknown> {
  const { content } = await fetchObject(endpoint, name, { timeout })
  return JSON.parse(Buffer.from(content).toString())
}
