import type { Platform, Schedule, ScheduleOptions, Workflow } from '../model/index.ts'

export interface PlanOptions extends ScheduleOptions {
  /** For those that draw lots. @defaultValue 1 */
  readonly seed?: number | undefined
}

/** How far a scheduler that searches has come. */
export interface Progress {
  /** Best response time so far, in seconds. */
  readonly makespan: number
  /** Response time that no plan can be below, in seconds, where the scheduler proves one. */
  readonly bound?: number | undefined
  /** Plans that were looked at. */
  readonly evaluations: number
  /** The best plan so far. */
  readonly schedule: () => Schedule
}

/** Anything that makes a plan: what users choose by name. */
export interface Scheduler {
  /** As it is typed: `sf-cuv`. */
  readonly name: string
  /** As it is written: `SF-CUV`. */
  readonly title: string
  readonly summary: string
  /**
   * Makes a plan. One that searches gives its caller the word now and then, who may stop it and take the best so far.
   * @throws ModelError, InfeasibleError at the first step
   */
  plan(workflow: Workflow, platform: Platform, options?: PlanOptions): Generator<Progress, Schedule>
}
