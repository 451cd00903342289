/** One figure with all that was measured for it. */
export interface Figure {
  readonly case: string
  readonly impl: string
  readonly unit: string
  /** One value a round. */
  readonly samples: readonly number[]
}

/** The middle value, or the mean of the two in the middle. @throws RangeError where there are no values */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/**
 * The value below which a share of all values lies, interpolated between the two next to it.
 * @param share from 0 to 1
 * @throws RangeError where there are no values
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  if (below === undefined || above === undefined) throw new RangeError('no values')
  return below + (above - below) * (at - Math.floor(at))
}

/** Three significant digits, or all before the point. */
export function format(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toString() : value.toPrecision(3)
}
