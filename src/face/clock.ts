/** Time as a face sees it; a test passes its own. */
export interface FaceClock {
  /** Milliseconds that never go back. */
  now(): number
  /** Calls back once, `ms` milliseconds from now; returns what takes that back. */
  after(ms: number, callback: () => void): () => void
}

export const systemFaceClock: FaceClock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}
