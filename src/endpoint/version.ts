let last = 0

/** A version for a new object: microseconds since the epoch, larger than every one given before. */
export function newVersion(now = Date.now()): number {
  last = Math.max(last + 1, now * 1000)
  return last
}
