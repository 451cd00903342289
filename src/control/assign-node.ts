import { createHash, randomUUID } from 'node:crypto'
import { type Endpoint, newVersion, SegmentedObject, splitSegment } from '../endpoint/index.ts'
import { Component, NackReason, Name, type Signer } from '../packet/index.ts'
import { type Assignment, MAX_ASSIGNMENT_BYTES } from './assignment.ts'
import { commandNode } from './node-command.ts'

/** No further than to the node that was told, which asks the face by which it was. */
const PREFIX = Name.parse('/localhop/ndn-sfc/assignment')

/** How long a node may take to fetch and keep an assignment, in milliseconds. */
export const ASSIGN_LIFETIME_MS = 60_000

/**
 * Gives an assignment to the node at the other end of an endpoint's face; resolves when the node has accepted and kept it.
 * @param options `force`: though another controller, or a later revision, assigned last
 * @throws RangeError where it is too large; as `commandNode` does
 */
export async function assignNode(
  endpoint: Endpoint,
  assignment: Assignment,
  signer: Signer,
  { force = false }: { readonly force?: boolean } = {},
): Promise<void> {
  const content = Buffer.from(JSON.stringify(assignment))
  if (content.length > MAX_ASSIGNMENT_BYTES)
    throw new RangeError(
      `the assignment has ${content.length} bytes, and ${MAX_ASSIGNMENT_BYTES} are allowed`,
    )
  const object = new SegmentedObject({
    name: PREFIX.append(Component.generic(assignment.controller), Component.generic(randomUUID())),
    version: newVersion(),
    content,
    mediaType: 'application/json',
    signer,
  })
  const withdraw = endpoint.serve(object.name, (interest, pitToken) => {
    // It is in memory, so its segments are there at once.
    const segment = object.segment(splitSegment(interest.name)?.segment ?? 0) as Uint8Array | undefined
    if (segment === undefined) endpoint.nack(interest, NackReason.NoRoute, pitToken)
    else endpoint.answer(segment, pitToken)
  })
  const sha256 = createHash('sha256').update(content).digest('hex')
  try {
    const parameters = { name: object.name.toString(), sha256, force }
    await commandNode(endpoint, 'assign', parameters, signer, ASSIGN_LIFETIME_MS)
  } finally {
    withdraw()
  }
}
