/** When a piece of work was executed. */
export interface Run {
  /** Milliseconds. */
  readonly start: number
  readonly end: number
  /** The only one on which it may be executed; undefined where it has the choice, or that is not known. */
  readonly vcpu: number | undefined
}

/**
 * How long a piece of work would have taken if nothing else had been executed on its vCPU: where n are at once, each has an nth of it (processor
 * sharing, as a kernel does among processes of one priority).
 * @param slowdown how much longer work takes while so many are executed @defaultValue that many times as long
 * @returns milliseconds
 */
export function timeAlone(
  { start, end, vcpu }: Run,
  others: readonly Run[],
  slowdown: (count: number) => number = (count) => count,
): number {
  if (vcpu === undefined) return end - start
  const beside = others.filter((other) => other.vcpu === vcpu && other.start < end && other.end > start)
  const changes = [
    ...beside.map((other) => ({ at: Math.max(start, other.start), step: 1 })),
    ...beside.map((other) => ({ at: Math.min(end, other.end), step: -1 })),
  ].sort((a, b) => a.at - b.at)
  let time = 0
  let last = start
  let count = 1
  for (const { at, step } of changes) {
    time += (at - last) / slowdown(count)
    last = at
    count += step
  }
  return time + (end - last) / slowdown(count)
}
