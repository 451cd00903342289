import { type Platform, Problem, type Schedule, type ScheduleOptions, type Workflow } from '../model/index.ts'
import { Placement } from '../placement/index.ts'

export interface AlgorithmOptions {
  /** For those that draw lots. @defaultValue 1 */
  readonly seed?: number | undefined
}

/** A way to place tasks on vCPUs. */
export interface Algorithm {
  /** As it is typed: `sf-cuv`. */
  readonly name: string
  /** As it is written: `SF-CUV`. */
  readonly title: string
  readonly summary: string
  /** Places each task that is not placed yet. The same placement with the same options is filled in the same way. */
  fill(placement: Placement, options: AlgorithmOptions): void
}

/**
 * Schedules a workflow.
 * @throws ModelError where workflow, platform and options do not fit together; InfeasibleError where no host takes a task
 */
export function schedule(
  algorithm: Algorithm,
  workflow: Workflow,
  platform: Platform,
  options: ScheduleOptions & AlgorithmOptions = {},
): Schedule {
  const placement = new Placement(new Problem(workflow, platform, options), options)
  algorithm.fill(placement, options)
  placement.tighten()
  return placement.toSchedule(algorithm.name)
}
