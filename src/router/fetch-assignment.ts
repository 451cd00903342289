import { createHash } from 'node:crypto'
import {
  type Assignment,
  assignmentSchema,
  MAX_ASSIGNMENT_BYTES,
  type NodeCommandParameters,
} from '../control/index.ts'
import { type Endpoint, FetchError, fetchObject } from '../endpoint/index.ts'
import { CommandError, ControlStatus } from '../management/index.ts'
import { Name } from '../packet/index.ts'
import type { Routing } from './routing.ts'

/** Time to fetch one, in milliseconds: less than whoever gives the command waits for. */
const FETCH_TIMEOUT_MS = 45_000

/**
 * Fetches an assignment through the face by which the node was told of it.
 * @throws CommandError where it is not to be had, or is not what it is said to be
 */
export async function fetchAssignment(
  endpoint: Endpoint,
  routing: Pick<Routing, 'leadTo'>,
  asked: Pick<NodeCommandParameters['assign'], 'name' | 'sha256'>,
  face: number,
): Promise<Assignment> {
  const name = Name.parse(asked.name)
  const withdraw = routing.leadTo(name, face)
  let content: Uint8Array
  try {
    const options = { maxBytes: MAX_ASSIGNMENT_BYTES, timeout: FETCH_TIMEOUT_MS, mustBeFresh: false }
    content = (await fetchObject(endpoint, name, options)).content
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    throw new CommandError(ControlStatus.Unreachable, `the assignment cannot be fetched: ${error.message}`)
  } finally {
    withdraw()
  }
  if (createHash('sha256').update(content).digest('hex') !== asked.sha256)
    throw bad('what was fetched has another digest than the command says')
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(content).toString())
  } catch (error) {
    throw bad(`it is not JSON: ${(error as Error).message}`)
  }
  const { data, error } = assignmentSchema.safeParse(value)
  if (error === undefined) return checkIds(data)
  const [issue] = error.issues
  throw bad(`${issue?.path.join('.')}: ${issue?.message}`)
}

function checkIds(assignment: Assignment): Assignment {
  const ids = new Set<string>()
  for (const { id } of assignment.instances) {
    if (ids.has(id)) throw bad(`two instances have the id ${id}`)
    ids.add(id)
  }
  return assignment
}

function bad(reason: string): CommandError {
  return new CommandError(ControlStatus.BadParameters, `the assignment cannot be used: ${reason}`)
}
