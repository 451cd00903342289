import type { Measures, Schedule, Simulation } from '../../scheduler/index.ts'
import type { Paint } from './paint.ts'
import { formatRatio, secondsUpTo } from './schedule-text.ts'
import type { Simulated, Simulating } from './simulating.ts'
import { formatPairs, formatTable } from './table.ts'
import { formatBytes, formatCount, formatList, printable } from './text.ts'

const MB = 1e6

/** Tasks that are told of. */
const SHOWN_TASKS = 5

/** Of response times: what differs less is rounding. */
const RELATIVE_TOLERANCE = 1e-9

/** @param planned the plan and its measures @param title of the scheduler that planned */
export function formatSimulation(
  { how, simulation, measures }: Simulated,
  planned: { readonly schedule: Schedule; readonly measures: Measures; readonly title: string },
  paint: Paint,
): string {
  const seconds = secondsUpTo(Math.max(planned.measures.makespan, simulation.makespan))
  const facts: [string, string][] = [['simulated', conditions(how)]]
  if (measures !== undefined)
    facts.push(['later than planned', later(planned.measures.makespan, measures.makespan, seconds)])
  if (how.failures.length > 0) facts.push(...afterFailures(how, simulation, planned, seconds))
  const table = measures === undefined ? '' : `\n${formatBoth(planned.measures, measures, seconds)}`
  const [first = '', ...others] = formatPairs(facts).split('\n')
  return [paint('bold', first), ...others].join('\n') + table
}

/** Under which a plan was played, in words. */
function conditions({ noise, seed, failures }: Simulating): string {
  return [
    'transfers share the links',
    ...(noise > 0 ? [`noise of ${noise} (seed ${seed})`] : []),
    ...failures.map(({ host, time }) => `${printable(host)} fails at ${time} s`),
  ].join(', ')
}

function later(planned: number, actual: number, seconds: (value: number) => string): string {
  const difference = actual - planned
  if (Math.abs(difference) <= RELATIVE_TOLERANCE * planned) return 'not at all'
  const share = planned > 0 ? `, ${formatRatio((100 * Math.abs(difference)) / planned)} %` : ''
  const by = `${seconds(Math.abs(difference))} s${share}`
  return difference > 0 ? by : `no: ${by} earlier`
}

function afterFailures(
  { reschedule }: Simulating,
  { lost, rescheduled, tasks, unfinished, reason = '' }: Simulation,
  { schedule, title }: { readonly schedule: Schedule; readonly title: string },
  seconds: (value: number) => string,
): [string, string][] {
  // In the order of the workflow, as all else.
  const places = new Map(schedule.tasks.map(({ task }, place) => [task, place]))
  const inOrder = [...lost].sort((a, b) => (places.get(a.task) ?? 0) - (places.get(b.task) ?? 0))
  const again = tasks.filter(({ attempts }) => attempts > 1).map(({ task }) => task)
  const times = rescheduled.map((time) => `${seconds(time)} s`)
  const by = reschedule.title === title ? title : `${reschedule.title}, as ${title} is no list algorithm`
  return [
    ['lost', lost.length === 0 ? 'nothing' : losses(inOrder)],
    ...(again.length === 0 ? [] : [['made again', some(again)] as [string, string]]),
    ['rescheduled', times.length === 0 ? 'no' : `at ${formatList(times)}, by ${by}`],
    ...(unfinished.length === 0
      ? []
      : [
          // Its first line; the error has it all.
          ['not completed', printable(reason.split(':\n')[0] as string)] as [string, string],
          ['unfinished', some(unfinished)] as [string, string],
        ]),
  ]
}

function losses(lost: readonly Simulation['lost'][number][]): string {
  const of = (what: 'execution' | 'output'): string[] => {
    const names = lost.filter((loss) => loss.what === what).map(({ task }) => task)
    return names.length === 0 ? [] : [`${formatCount(names.length, what)} (${some([...new Set(names)])})`]
  }
  return formatList([...of('execution'), ...of('output')])
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_TASKS).map(printable)
  if (names.length > SHOWN_TASKS) shown.push(`${names.length - SHOWN_TASKS} more`)
  return formatList(shown)
}

function formatBoth(planned: Measures, actual: Measures, seconds: (value: number) => string): string {
  const rows: [string, (measures: Measures) => string][] = [
    ['response time', ({ makespan }) => `${seconds(makespan)} s`],
    ['SLR', ({ slr }) => formatRatio(slr)],
    ['speed-up', ({ speedUp }) => formatRatio(speedUp)],
    ['efficiency', ({ efficiency }) => formatRatio(efficiency)],
    ['vCPUs', ({ vcpusUsed }) => String(vcpusUsed)],
    ['hosts', ({ hostsUsed }) => String(hostsUsed)],
    ['instances', ({ instances }) => String(instances)],
    ['SF sharing', ({ sharing }) => formatRatio(sharing)],
    ['downloaded', ({ downloaded }) => formatBytes(Math.round(downloaded * MB))],
  ]
  return formatTable(
    [
      { head: '', cell: ([name]) => name },
      { head: 'planned', align: 'right', cell: ([, text]) => text(planned) },
      { head: 'simulated', align: 'right', cell: ([, text]) => text(actual) },
    ],
    rows,
  )
}
