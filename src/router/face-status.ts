import type { FaceStatus } from '../control/index.ts'
import type { Face } from '../face/index.ts'
import type { ForwarderCounters } from '../forwarder/index.ts'

/** Puts together what the forwarder and the link know of a face; a function's link is not there between two instances. */
export function describeFace(
  id: number,
  form: string,
  { drops, ...counters }: ForwarderCounters,
  face: Face | undefined,
  functionName: string | undefined,
): FaceStatus {
  return {
    id,
    remote: face?.remote ?? '',
    local: face?.local ?? '',
    form,
    function: functionName,
    ...counters,
    bytesIn: face?.counters.bytesIn ?? 0,
    bytesOut: face?.counters.bytesOut ?? 0,
    queueDrops: face?.counters.queueDrops ?? 0,
    drops: Object.fromEntries(Object.entries(drops).filter(([, count]) => count > 0)),
  }
}
