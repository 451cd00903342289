import type { Name } from '../packet/index.ts'
import type { ManagementRequest } from './dispatcher.ts'
import { CommandError, ControlStatus } from './status-codes.ts'

/** Most components of a prefix that has routes, next hops or a strategy, as in NFD. */
export const MAX_PREFIX_COMPONENTS = 32

/** @throws CommandError 414 */
export function checkPrefix(prefix: Name): void {
  if (prefix.length > MAX_PREFIX_COMPONENTS)
    throw new CommandError(
      ControlStatus.TooLong,
      `a prefix cannot exceed ${MAX_PREFIX_COMPONENTS} components`,
    )
}

/**
 * The face that a command is about: where it names none, or 0, that which it came from.
 * @throws CommandError 400
 */
export function targetFace(faceId: number | undefined, { incomingFace }: ManagementRequest): number {
  const face = faceId || incomingFace
  if (face !== undefined) return face
  throw new CommandError(
    ControlStatus.BadParameters,
    'FaceId is missing, and the face that the command came from is not known',
  )
}
