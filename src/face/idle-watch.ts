import type { FaceClock } from './clock.ts'
import type { FaceCounters } from './face.ts'

/**
 * Calls back, once, when for some time no packet has come or gone. It looks at the counters from time to time, so that a
 * packet costs nothing: a face may have been idle for up to twice the time.
 * @param idleTimeout milliseconds
 * @returns what ends the watch
 */
export function watchIdle(
  counters: Readonly<FaceCounters>,
  idleTimeout: number,
  clock: FaceClock,
  onIdle: () => void,
): () => void {
  let cancel: () => void
  let before = counters.packetsIn + counters.packetsOut
  const look = (): void => {
    const now = counters.packetsIn + counters.packetsOut
    if (now === before) {
      onIdle()
      return
    }
    before = now
    cancel = clock.after(idleTimeout, look)
  }
  cancel = clock.after(idleTimeout, look)
  return () => cancel()
}
