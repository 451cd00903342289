import { type Platform, Problem, type Workflow } from '../model/index.ts'
import { type ExactOptions, type ExactResult, searchExactly } from './search.ts'

/** Milliseconds. */
const DEFAULT_TIME_LIMIT = 10_000

export interface SolveOptions extends ExactOptions {
  /** Milliseconds. @defaultValue 10 000 */
  readonly timeLimit?: number | undefined
  /** In milliseconds. @defaultValue performance.now */
  readonly clock?: (() => number) | undefined
}

/**
 * The shortest schedule, proven; where time or nodes are not enough, the best that was found and a bound.
 * @throws ModelError where workflow, platform and options do not fit together; InfeasibleError where no host takes a task
 */
export function solveExactly(
  workflow: Workflow,
  platform: Platform,
  { timeLimit = DEFAULT_TIME_LIMIT, clock = () => performance.now(), ...options }: SolveOptions = {},
): ExactResult {
  const end = clock() + timeLimit
  const search = searchExactly(new Problem(workflow, platform, options), options)
  for (;;) {
    const { done, value } = search.next()
    if (done === true) return value
    if (clock() >= end) return value.result()
  }
}
