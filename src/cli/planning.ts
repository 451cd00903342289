import { setImmediate as turn } from 'node:timers/promises'
import type {
  Platform,
  Progress,
  Schedule,
  ScheduleOptions,
  Scheduler,
  Violation,
  Workflow,
} from '../../scheduler/index.ts'
import { CliError, ExitCode } from './exit-code.ts'
import { interruptible } from './interrupt.ts'
import { formatList, nearest } from './text.ts'

/** Longest time for a search where nothing else is said, in milliseconds. */
export const DEFAULT_SEARCH_MS = 1000

/** Violations that are told of. */
const SHOWN_VIOLATIONS = 5

export interface PlanOptions extends ScheduleOptions {
  readonly seed?: number | undefined
  /** Longest time for a search, in milliseconds. One that does not search takes what it takes. */
  readonly timeLimit: number
  /** @param ms since it began */
  readonly onProgress?: (progress: Progress, ms: number) => void
  /** Milliseconds. @defaultValue performance.now */
  readonly now?: () => number
}

export interface Plan {
  readonly schedule: Schedule
  /** What it took, in milliseconds. */
  readonly ms: number
  /** Why a search ended: there is nothing better to find, its time was up, or ctrl-C. */
  readonly end: 'complete' | 'time-limit' | 'interrupted'
  /** No schedule is shorter, in seconds. Not known but to a search. */
  readonly bound?: number | undefined
  /** Of `end` 'interrupted', by what. */
  readonly reason?: Error | undefined
}

/**
 * Plans with a scheduler, and stops a search when its time is up or at ctrl-C: the best that it found counts. A scheduler that
 * does not search gives no turn to anything else, so the signal ends the process as if nobody listened.
 */
export async function plan(
  scheduler: Scheduler,
  workflow: Workflow,
  platform: Platform,
  { timeLimit, onProgress, now = () => performance.now(), ...options }: PlanOptions,
): Promise<Plan> {
  const began = now()
  const elapsed = (): number => now() - began
  const search = scheduler.plan(workflow, platform, options)
  let step = search.next()
  if (step.done === true) return { schedule: step.value, ms: elapsed(), end: 'complete' }
  return interruptible(async (signal) => {
    let bound: number | undefined
    while (step.done !== true) {
      const progress: Progress = step.value
      bound = progress.bound
      onProgress?.(progress, elapsed())
      await turn()
      if (signal.aborted || elapsed() >= timeLimit) {
        const schedule = progress.schedule()
        search.return(schedule)
        const end = signal.aborted ? 'interrupted' : 'time-limit'
        return { schedule, ms: elapsed(), end, bound, reason: signal.reason as Error | undefined }
      }
      step = search.next()
    }
    return { schedule: step.value, ms: elapsed(), end: 'complete', bound }
  })
}

/** @throws CliError with the names that may have been meant */
export function chooseScheduler(name: string, schedulers: readonly Scheduler[]): Scheduler {
  const found = schedulers.find((scheduler) => scheduler.name === name)
  if (found !== undefined) return found
  const names = schedulers.map((scheduler) => scheduler.name)
  const near = nearest(name, names)
  const hint = near.length > 0 ? `did you mean ${formatList(near, 'or')}?` : `there are ${formatList(names)}`
  throw new CliError(ExitCode.Usage, `there is no scheduler '${name}'; ${hint}`)
}

/** @throws CliError where a schedule breaks rules of the model: that is our fault */
export function requireValid({ scheduler }: Schedule, violations: readonly Violation[]): void {
  if (violations.length === 0) return
  const shown = violations.slice(0, SHOWN_VIOLATIONS).map(({ kind, message }) => `  ${kind}: ${message}`)
  const more = violations.length - shown.length
  if (more > 0) shown.push(`  and ${more} more`)
  throw new CliError(
    ExitCode.Other,
    `the schedule of ${scheduler} breaks rules of the model; please report this, with workflow and topology:\n${shown.join('\n')}`,
  )
}
