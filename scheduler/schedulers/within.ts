import { setImmediate as turn } from 'node:timers/promises'
import type { Platform, Schedule, Workflow } from '../model/index.ts'
import type { PlanOptions, Scheduler } from './scheduler.ts'

/** How long a scheduler that searches may take where nothing else is said, in milliseconds. */
export const DEFAULT_TIME_LIMIT_MS = 1000

export interface TimeLimit {
  /** In milliseconds. One that does not search takes what it takes. @defaultValue 1000 */
  readonly timeLimit?: number | undefined
  /** Milliseconds. @defaultValue `performance.now` */
  readonly clock?: (() => number) | undefined
  /** Ends a search between two steps: its reason is thrown. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The best plan that a scheduler finds within a time. Between the steps of a search others have their turn; one step takes some milliseconds.
 * @throws ModelError, InfeasibleError
 */
export async function planWithin(
  scheduler: Scheduler,
  workflow: Workflow,
  platform: Platform,
  options: PlanOptions & TimeLimit = {},
): Promise<Schedule> {
  const { timeLimit = DEFAULT_TIME_LIMIT_MS, clock = () => performance.now(), signal } = options
  const end = clock() + timeLimit
  const plan = scheduler.plan(workflow, platform, options)
  for (;;) {
    const step = plan.next()
    if (step.done) return step.value
    if (clock() >= end) return step.value.schedule()
    await turn()
    signal?.throwIfAborted()
  }
}
