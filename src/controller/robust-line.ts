export interface Point {
  readonly x: number
  readonly y: number
}

/** y = `base` + `slope` · x, both 0 or more. */
export interface Line {
  readonly base: number
  readonly slope: number
}

/**
 * A line through points of which some may be far off: the median of the slopes between any two (Theil 1950, Sen 1968), which holds as long as no
 * more than about three in ten are wrong. The origin counts as one point more: where all x are alike, nothing else tells a slope, and
 * nothing in, nothing to do.
 * @param points at least one; x and y are 0 or more
 */
export function robustLine(points: readonly Point[]): Line {
  const slope = Math.max(0, median(slopesOf([{ x: 0, y: 0 }, ...points])) ?? 0)
  const base = median(points.map(({ x, y }) => y - slope * x)) as number
  if (base >= 0) return { base, slope }
  // It would say less than nothing of something small: through the origin then.
  const ratio = median(points.filter(({ x }) => x > 0).map(({ x, y }) => y / x)) ?? 0
  return { base: 0, slope: ratio }
}

function slopesOf(points: readonly Point[]): number[] {
  return points.flatMap((a, index) =>
    points.slice(index + 1).flatMap((b) => (a.x === b.x ? [] : [(b.y - a.y) / (b.x - a.x)])),
  )
}

/** @returns undefined of nothing */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle]
  if (upper === undefined || sorted.length % 2 === 1) return upper
  return ((sorted[middle - 1] as number) + upper) / 2
}
