import type { Schedule, ScheduleOptions, Task } from '../model/index.ts'
import { executionTime, type Facts, type Vcpu } from './facts.ts'
import type { Report } from './violation.ts'

/** Of the time from release to the last finish: room for rounding. */
const RELATIVE_TOLERANCE = 1e-9

/** Seconds. */
const ABSOLUTE_TOLERANCE = 1e-9

/** Clock times are large numbers, and as exact as numbers of that size can be. */
const ROUNDING_STEPS = 16

/** A task of the workflow on a vCPU of the platform. */
export interface Row {
  readonly task: Task
  readonly vcpu: Vcpu
  readonly start: number
  readonly finish: number
  /** Whether the options say that it is so: its own rules are not looked at. */
  readonly fixed: boolean
}

/** What can be told of the tasks' places and times, and what all further rules need. */
export interface Context {
  readonly facts: Facts
  readonly schedule: Schedule
  readonly options: ScheduleOptions
  /** One for each task that is scheduled in a way that further rules can be asked about. */
  readonly rows: ReadonlyMap<string, Row>
  /** Seconds that times may be off. */
  readonly slack: number
  readonly report: Report
}

/** Reads the rows of a schedule; reports those that make no sense. */
export function contextOf(
  facts: Facts,
  schedule: Schedule,
  options: ScheduleOptions,
  report: Report,
): Context {
  const fixed = new Map(options.fixed?.map((row) => [row.task, row]))
  const rows = new Map<string, Row>()
  const seen = new Set<string>()
  for (const { task: name, vcpu: place, type, start, finish } of schedule.tasks) {
    const task = facts.tasks.get(name)
    const vcpu = facts.vcpus.get(place)
    if (task === undefined) {
      report({ kind: 'unknown-task', task: name, message: `the workflow has no task ${name}` })
      continue
    }
    if (seen.has(name)) {
      report({ kind: 'doubled-task', task: name, message: `task ${name} is scheduled twice` })
      continue
    }
    seen.add(name)
    if (type !== task.type) {
      const message = `task ${name} is of type ${task.type}, and the schedule says ${type}`
      report({ kind: 'wrong-type', task: name, message })
    }
    if (vcpu === undefined) {
      const message = `task ${name} is on vCPU ${place}, which is not there`
      report({ kind: 'unknown-vcpu', task: name, vcpu: place, message })
      continue
    }
    if (!Number.isFinite(start) || !Number.isFinite(finish)) {
      const message = `task ${name} runs from ${start} to ${finish}`
      report({ kind: 'not-finite', task: name, vcpu: place, message })
      continue
    }
    rows.set(name, { task, vcpu, start, finish, fixed: fixed.has(name) })
  }
  for (const name of facts.tasks.keys()) {
    if (!seen.has(name)) {
      report({ kind: 'missing-task', task: name, message: `task ${name} is not scheduled` })
    }
  }
  return { facts, schedule, options, rows, slack: slackOf(schedule, rows), report }
}

function slackOf({ release }: Schedule, rows: Context['rows']): number {
  let last = release
  for (const { finish } of rows.values()) last = Math.max(last, finish)
  return Math.max(
    ABSOLUTE_TOLERANCE,
    RELATIVE_TOLERANCE * (last - release),
    ROUNDING_STEPS * Number.EPSILON * Math.max(Math.abs(last), Math.abs(release)),
  )
}

/** What can be said of each task alone: its time and its host. */
export function checkRows(context: Context): void {
  const { rows, schedule, slack, report } = context
  for (const row of rows.values()) {
    if (row.fixed) continue
    const { task, vcpu, start, finish } = row
    const place = { task: task.name, vcpu: vcpu.name }
    const duration = executionTime(task, vcpu)
    const wrong = Math.abs(finish - start - duration)
    if (wrong > slack) {
      const message = `task ${task.name} takes ${duration} s on ${vcpu.name}, and runs from ${start} to ${finish}`
      report({ kind: 'wrong-duration', ...place, by: wrong, message })
    }
    if (start < schedule.release - slack) {
      const message = `task ${task.name} starts at ${start}, and the workflow comes at ${schedule.release}`
      report({ kind: 'before-release', ...place, by: schedule.release - start, message })
    }
    for (const reason of exclusions(context, row)) {
      const message = `task ${task.name} is on ${vcpu.name}: ${reason}`
      report({ kind: 'constraint', ...place, message })
    }
  }
}

function exclusions({ facts }: Context, { task, vcpu: { host } }: Row): string[] {
  const reasons: string[] = []
  const { architecture, labels } = task.demands
  if (architecture !== undefined && architecture !== host.architecture) {
    reasons.push(`its architecture is ${host.architecture}, not ${architecture}`)
  }
  const architectures = facts.types.get(task.type)?.architectures
  if (architectures !== undefined && !architectures.includes(host.architecture)) {
    reasons.push(`there is no image of ${task.type} for ${host.architecture}`)
  }
  for (const [key, value] of Object.entries(labels)) {
    if (!Object.hasOwn(host.labels, key) || host.labels[key] !== value) {
      reasons.push(`it has no label ${key}=${value}`)
    }
  }
  return reasons
}

/** What the schedule says of itself, and what the options say of it. */
export function checkTerms({ schedule, options, rows, slack, report }: Context): void {
  const { release, policy, makespan } = schedule
  if (options.release !== undefined && Math.abs(options.release - release) > slack) {
    const message = `the workflow comes at ${options.release}, and the schedule says ${release}`
    report({ kind: 'wrong-terms', by: Math.abs(options.release - release), message })
  }
  if (options.policy !== undefined && options.policy !== policy) {
    const message = `images are fetched ${options.policy}, and the schedule says ${policy}`
    report({ kind: 'wrong-terms', message })
  }
  let last = release
  for (const { finish } of schedule.tasks) if (Number.isFinite(finish)) last = Math.max(last, finish)
  const wrong = Math.abs(last - release - makespan)
  // Not a number is wrong too.
  if (!(wrong <= slack)) {
    const message = `the last task finishes ${last - release} s after the release, and the makespan says ${makespan}`
    report({ kind: 'wrong-makespan', by: wrong, message })
  }
  for (const { task, vcpu, start, finish } of options.fixed ?? []) {
    const row = rows.get(task)
    if (row === undefined) continue
    const by = Math.max(Math.abs(row.start - start), Math.abs(row.finish - finish))
    if (row.vcpu.name === vcpu && by <= slack) continue
    const message = `task ${task} is fixed on ${vcpu} from ${start} to ${finish}, and is on ${row.vcpu.name} from ${row.start} to ${row.finish}`
    report({ kind: 'fixed-task-moved', task, vcpu: row.vcpu.name, by, message })
  }
}
