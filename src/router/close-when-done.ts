import type { Face } from '../face/index.ts'
import type { Forwarder } from '../forwarder/index.ts'

/** How often it is looked whether a face has become free, in milliseconds. */
const INTERVAL_MS = 200

type Pit = Forwarder['pit']

interface ClosableLink {
  readonly id: number
  readonly face: Pick<Face, 'close'>
}

/**
 * Closes a face that is no longer wanted when what is pending there now, asked by its peer or of it, is done or has expired: so
 * nothing is refused for the sake of a change of configuration.
 * @param isWanted whether it is wanted again meanwhile: then it stays
 */
export function closeWhenDone(pit: Pit, { id, face }: ClosableLink, isWanted: () => boolean): void {
  const end = lastExpiry(pit, id)
  const look = (): void => {
    if (isWanted()) return
    if (performance.now() >= end || lastExpiry(pit, id) === 0) face.close()
    else setTimeout(look, INTERVAL_MS).unref()
  }
  look()
}

/** When the last of the Interests that are pending at a face expires, on the forwarder's clock; 0 if none is. */
function lastExpiry(pit: Pit, face: number): number {
  let last = 0
  for (const entry of pit.entries()) {
    const isThere =
      pit.inRecords.find(pit.firstIn(entry), face) >= 0 || pit.outRecords.find(pit.firstOut(entry), face) >= 0
    if (isThere) last = Math.max(last, pit.expiries[entry] ?? 0)
  }
  return last
}
