import type { Measures, Platform, Schedule, Wait, Workflow } from '../../scheduler/index.ts'
import { type Paint, plain } from './paint.ts'
import type { Plan } from './planning.ts'
import { formatPairs, formatTable } from './table.ts'
import { formatBytes, formatCount, formatTime, printable } from './text.ts'

const MB = 1e6

/** Digits that a time in a schedule has before it is cut, of the longest of them. */
const DIGITS = 5

/** Of a response time and its bound: what differs less is rounding. */
const RELATIVE_TOLERANCE = 1e-9

/** What is said of one schedule. */
export interface Told {
  readonly workflow: Workflow
  readonly platform: Platform
  readonly title: string
  readonly plan: Plan
  readonly measures: Measures
  readonly waits: readonly Wait[]
}

/** @param describeWait in words */
export function formatSchedule(
  { workflow, platform, title, plan, measures, waits }: Told,
  describeWait: (wait: Wait) => string,
  paint: Paint = plain,
): string {
  const { schedule } = plan
  const heading = `${title}: ${printable(workflow.name)} on ${printable(platform.name)}`
  return `${paint('bold', heading)}\n\n${formatTasks(schedule, waits, describeWait)}\n${formatMeasures(plan, measures)}`
}

function formatTasks(
  { tasks, release, makespan }: Schedule,
  waits: readonly Wait[],
  describeWait: (wait: Wait) => string,
): string {
  if (tasks.length === 0) return 'There is nothing to do.\n'
  const seconds = secondsUpTo(release + makespan)
  return formatTable(
    [
      { head: 'task', cell: ({ task }) => printable(task) },
      { head: 'type', cell: ({ type }) => printable(type) },
      { head: 'vCPU', cell: ({ vcpu }) => printable(vcpu) },
      { head: 'start (s)', align: 'right', cell: ({ start }) => seconds(start) },
      { head: 'finish (s)', align: 'right', cell: ({ finish }) => seconds(finish) },
      { head: 'waits for', cell: ({ wait }) => (wait === undefined ? '' : printable(describeWait(wait))) },
    ],
    tasks.map((task, number) => ({ ...task, wait: waits[number] })),
  )
}

function formatMeasures({ schedule, ms, end, bound }: Plan, measures: Measures): string {
  const { makespan, slr, speedUp, efficiency, vcpusUsed, hostsUsed, instances, sharing, downloaded, ccr } =
    measures
  const seconds = secondsUpTo(makespan)
  const policy = schedule.policy === 'ahead' ? 'ahead' : 'on demand'
  const took = end === 'complete' ? '' : end === 'time-limit' ? ', all the time it had' : ', and was stopped'
  return formatPairs([
    ['response time', `${seconds(makespan)} s${isOptimal(makespan, bound) ? ', proven optimal' : ''}`],
    ...(bound === undefined || isOptimal(makespan, bound)
      ? []
      : [['at best', `${seconds(bound)} s`] as const]),
    ['SLR', formatRatio(slr)],
    ['speed-up', formatRatio(speedUp)],
    ['efficiency', formatRatio(efficiency)],
    ['used', `${formatCount(vcpusUsed, 'vCPU')} of ${formatCount(hostsUsed, 'host')}`],
    ['SF sharing', `${formatRatio(sharing)} tasks an instance, ${formatCount(instances, 'instance')}`],
    ['downloaded', `${formatBytes(Math.round(downloaded * MB))}, ${policy}`],
    ['CCR', formatRatio(ccr)],
    ['planning took', `${formatTime(ms)}${took}`],
  ])
}

/** Whether no plan takes less. @param bound that a search has proven */
export function isOptimal(makespan: number, bound: number | undefined): boolean {
  return bound !== undefined && makespan <= bound * (1 + RELATIVE_TOLERANCE)
}

export function formatRatio(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : 1)
}

/** Writes seconds with as many decimals as the longest of them leaves room for. */
export function secondsUpTo(longest: number): (value: number) => string {
  const whole = longest < 10 ? 1 : Math.floor(Math.log10(longest)) + 1
  const decimals = Math.max(0, Math.min(4, DIGITS - whole))
  return (value) => value.toFixed(decimals)
}
