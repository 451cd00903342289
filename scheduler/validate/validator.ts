import type { Platform, Schedule, ScheduleOptions, Workflow } from '../model/index.ts'
import { factsOf } from './facts.ts'
import { checkImages } from './images.ts'
import { checkRows, checkTerms, contextOf } from './rows.ts'
import { checkData, checkRoom } from './times.ts'
import { InvalidScheduleError, type Violation } from './violation.ts'

/**
 * Lists every rule of the model that a schedule breaks; none where it is valid. It shares no code with the algorithms. Times
 * may be off by the rounding of sums. Takes n log n time in tasks, edges and downloads.
 * @param options those that the schedule was made with: what occupies the platform counts, what is fixed must be so and is not
 * judged by itself (it may lie before the release, and take longer than it should); policy and release are compared if given
 */
export function violations(
  workflow: Workflow,
  platform: Platform,
  schedule: Schedule,
  options: ScheduleOptions = {},
): Violation[] {
  const found: Violation[] = []
  const context = contextOf(factsOf(workflow, platform), schedule, options, (violation) =>
    found.push(violation),
  )
  checkTerms(context)
  checkRows(context)
  checkData(context)
  checkRoom(context)
  checkImages(context)
  return found
}

/** @throws InvalidScheduleError where a schedule breaks a rule of the model */
export function check(
  workflow: Workflow,
  platform: Platform,
  schedule: Schedule,
  options: ScheduleOptions = {},
): void {
  const found = violations(workflow, platform, schedule, options)
  if (found.length > 0) throw new InvalidScheduleError(schedule.scheduler, found)
}
