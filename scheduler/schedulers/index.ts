import { type AlgorithmOptions, heft, schedule } from '../algorithms/index.ts'
import type { Platform, Schedule, ScheduleOptions, Workflow } from '../model/index.ts'

/** How far a search is. */
export interface Progress {
  /** The best so far. */
  readonly schedule: () => Schedule
  /** Of the best so far, in seconds. */
  readonly makespan: number
  /** No schedule is shorter, in seconds. */
  readonly bound?: number
  /** Schedules that were tried. */
  readonly evaluations?: number
}

/** What takes a workflow and a platform and gives a schedule. */
export interface Scheduler {
  /** As it is typed: `sf-cuv`. */
  readonly name: string
  /** As it is written: `SF-CUV`. */
  readonly title: string
  readonly summary: string
  /** Plans. One that searches yields now and then, and may be left at any yield: its best so far is in what it yielded. */
  plan(
    workflow: Workflow,
    platform: Platform,
    options?: ScheduleOptions & AlgorithmOptions,
  ): Generator<Progress, Schedule>
}

export const SCHEDULERS: readonly Scheduler[] = [heft].map((algorithm) => ({
  name: algorithm.name,
  title: algorithm.title,
  summary: algorithm.summary,
  // biome-ignore lint/correctness/useYield: an algorithm without a search has nothing to tell of until it is done
  *plan(workflow, platform, options) {
    return schedule(algorithm, workflow, platform, options)
  },
}))

export function findScheduler(name: string): Scheduler | undefined {
  return SCHEDULERS.find((scheduler) => scheduler.name === name)
}
