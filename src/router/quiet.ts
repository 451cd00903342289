import { type Name, TT } from '../packet/index.ts'

/** How often it is looked whether all is finished, in milliseconds. */
const POLL_MS = 50

/**
 * After so long without an Interest or a result an instance has nothing in hand, in milliseconds: who has fetched one segment of a
 * result asks for the next.
 */
export const QUIET_MS = 500

/** Resolves when it is quiet, or with false where that is not so within `limit` milliseconds; also when it is ended. */
export async function untilQuiet(
  isQuiet: () => boolean,
  limit: number,
  signal: AbortSignal,
): Promise<boolean> {
  const end = performance.now() + limit
  while (!signal.aborted && !isQuiet()) {
    if (performance.now() > end) return false
    await new Promise<void>((resolve) => {
      setTimeout(resolve, POLL_MS)
    })
  }
  return true
}

/** Whether a name asks for a segment of a result that was made before, or how that was made. */
export function isOfResult(name: Name): boolean {
  return name.at(-2)?.type === TT.VersionNameComponent
}
