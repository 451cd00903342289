/** What a simulation may not do earlier. Seconds. */
export interface Holds {
  /** Earliest start of each task. */
  readonly tasks: Float64Array
  /** Earliest start of a layer's download, by its place. */
  readonly layers: ReadonlyMap<number, number>
}

/** Of a start, relative to its time: an earlier one is a wait and not the rounding of sums. */
const TOLERANCE = 1e-9

export function noHolds(taskCount: number): Holds {
  return { tasks: new Float64Array(taskCount).fill(Number.NEGATIVE_INFINITY), layers: new Map() }
}

/**
 * The waits of a plan that have no cause in it: of all its starts, those for which everything had been there before.
 * @param plan with all its starts
 * @param possible when each task and each layer's download could have started in it; absent or NaN: no earlier
 */
export function waitsOf(
  plan: Holds,
  possible: { readonly tasks: Float64Array; readonly layers: ReadonlyMap<number, number> },
): Holds {
  const isWait = (start: number, could: number | undefined): boolean =>
    could !== undefined && could < start - TOLERANCE * Math.max(1, Math.abs(start))
  return {
    tasks: plan.tasks.map((start, task) =>
      isWait(start, possible.tasks[task]) ? start : Number.NEGATIVE_INFINITY,
    ),
    layers: new Map([...plan.layers].filter(([place, start]) => isWait(start, possible.layers.get(place)))),
  }
}
