/** Time as a consumer and a function see it; a test passes its own. */
export interface Clock {
  /** Milliseconds that never go back. */
  now(): number
  /** Calls back once, `ms` milliseconds from now; returns what takes that back. */
  after(ms: number, callback: () => void): () => void
}

/** Longest time of a timer, in milliseconds; Node.js lets one that is longer fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, MAX_TIMER_MS))
    return () => clearTimeout(timer)
  },
}

/**
 * Waits.
 * @throws the signal's reason, which ends it before its time
 */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error)
      return
    }
    const abort = (): void => {
      cancel()
      reject(signal?.reason as Error)
    }
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    signal?.addEventListener('abort', abort, { once: true })
  })
}
