import type { Schedule, ScheduleOptions } from '../model/index.ts'

/** A schedule that is shorter by less than this part of the makespan does not count as shorter. */
const TOLERANCE = 1e-9

/** Clock times are large numbers, and as exact as numbers of that size can be. */
const ROUNDING = 16 * Number.EPSILON

export interface ExactOptions extends ScheduleOptions {
  /** Partial schedules to look at, about. @defaultValue no limit */
  readonly nodeLimit?: number | undefined
}

export interface ExactResult {
  readonly schedule: Schedule
  /** Response time of the schedule, in seconds. */
  readonly makespan: number
  /** No schedule has a shorter response time than this, up to rounding; seconds. */
  readonly bound: number
  /** Whether it is proven that there is no shorter schedule, up to rounding. */
  readonly isOptimal: boolean
  /** By which part of the makespan a schedule might be shorter at most: 0 to 1. */
  readonly gap: number
  /** Partial schedules that were looked at. */
  readonly nodes: number
}

export interface ExactProgress {
  /** Of the best schedule so far, in seconds. */
  readonly makespan: number
  /** No schedule has a shorter response time than this; seconds. */
  readonly bound: number
  readonly nodes: number
  /** What is known so far: for who stops here. */
  result(): ExactResult
}

/** The time from which on an end does not count as earlier than that of a schedule. */
export function limitOf({ release, makespan }: Schedule): number {
  const end = release + makespan
  return end - makespan * TOLERANCE - Math.abs(end) * ROUNDING
}

/** @param bound a time before which no schedule can end */
export function resultOf(schedule: Schedule, bound: number, nodes: number): ExactResult {
  const { makespan, release } = schedule
  const isOptimal = bound >= limitOf(schedule)
  return {
    schedule,
    makespan,
    bound: isOptimal ? makespan : bound - release,
    isOptimal,
    gap: isOptimal ? 0 : (makespan - (bound - release)) / makespan,
    nodes,
  }
}
