/** A task on a vCPU or a core. */
export interface Interval {
  readonly start: number
  readonly end: number
  readonly usage: number
}

/** The earliest time, not before `ready`, that fits: it is `ready` or the end of something. */
export function earliestBy(
  ready: number,
  intervals: readonly Interval[],
  fits: (time: number) => boolean,
): number {
  const times = [ready, ...intervals.map(({ end }) => end).filter((end) => end > ready)]
  const found = times.sort((a, b) => a - b).find(fits)
  if (found === undefined) throw new Error('nothing fits even after the end of all')
  return found
}

/** Whether nothing runs in a stretch of time. */
export function isFree(intervals: readonly Interval[], start: number, duration: number): boolean {
  return !intervals.some((one) => one.start < start + duration && one.end > start)
}

/** Whether the sum of usages is nowhere above a limit in a stretch of time. */
export function isUnder(
  intervals: readonly Interval[],
  start: number,
  duration: number,
  limit: number,
): boolean {
  const running = intervals.filter((one) => one.start < start + duration && one.end > start)
  // It rises only where one starts.
  return [start, ...running.map((one) => Math.max(one.start, start))].every((time) => {
    const now = running.filter((one) => one.start <= time && one.end > time)
    return now.reduce((sum, { usage }) => sum + usage, 0) <= limit
  })
}
