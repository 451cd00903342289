import type { Plan, PlannedInstance, PlanPart } from '../controller/index.ts'
import type { DrawText } from './gantt-text.ts'
import { type Paint, plain } from './paint.ts'
import { secondsUpTo } from './schedule-text.ts'
import { formatTable } from './table.ts'
import { formatBytes, formatCount, formatTime, printable } from './text.ts'

/** By so much longer it takes at first, a plan with every image there is drawn, too. */
const WORTH_SHOWING = 1.1

/** What a deployment would do. */
export function formatPlan(plan: Plan, draw: DrawText, paint: Paint = plain): string {
  const { deployment, scheduler, parts, instances, ms } = plan
  const heading = `${paint('bold', printable(deployment))}: planned by ${printable(scheduler)} in ${formatTime(ms)}`
  return `${[heading, ...parts.map((part) => formatPart(part, draw, paint)), formatInstances(instances)].join('\n\n')}`
}

function formatPart({ name, schedule, warm }: PlanPart, draw: DrawText, paint: Paint): string {
  const seconds = secondsUpTo(Math.max(schedule.makespan, warm.makespan))
  const warmTasks = new Map(warm.tasks.map((task) => [task.task, task]))
  const table = formatTable(
    [
      { head: 'task', cell: ({ task }) => printable(task) },
      { head: 'function', cell: ({ type }) => printable(type) },
      { head: 'node', cell: ({ vcpu }) => printable(nodeOf(vcpu)) },
      { head: 'vCPU', align: 'right', cell: ({ vcpu }) => vcpu.slice(nodeOf(vcpu).length + 1) },
      { head: 'start (s)', align: 'right', cell: ({ start }) => seconds(start) },
      { head: 'finish (s)', align: 'right', cell: ({ finish }) => seconds(finish) },
      {
        head: 'warm (s)',
        align: 'right',
        cell: ({ task }) => {
          const found = warmTasks.get(task)
          return found === undefined ? '' : `${seconds(found.start)}–${seconds(found.finish)}`
        },
      },
    ],
    schedule.tasks,
  )
  const times = `response time ${seconds(schedule.makespan)} s, and ${seconds(warm.makespan)} s with every image there (warm)`
  const charts = [draw(schedule.tasks, schedule.makespan)]
  if (schedule.makespan > WORTH_SHOWING * warm.makespan)
    charts.push(`warm\n${draw(warm.tasks, warm.makespan)}`)
  return `${paint('bold', printable(name))}: ${times}\n${[table, ...charts].join('\n')}`.trimEnd()
}

function formatInstances(instances: readonly PlannedInstance[]): string {
  if (instances.length === 0) return 'No instance is needed.\n'
  const table = formatTable<PlannedInstance>(
    [
      { head: 'instance of', cell: (one) => printable(one.function) },
      { head: 'version', cell: ({ version }) => printable(version) },
      { head: 'node', cell: ({ node }) => printable(node) },
      { head: 'CPUs', cell: ({ cpus }) => formatCpus(cpus) },
      {
        head: 'idle after',
        align: 'right',
        cell: ({ idle }) => (idle === undefined ? '' : formatTime(idle)),
      },
      { head: 'to move', align: 'right', cell: ({ bytes }) => formatBytes(bytes) },
    ],
    instances,
  )
  const nodes = new Set(instances.map(({ node }) => node)).size
  const bytes = instances.reduce((sum, one) => sum + one.bytes, 0)
  return `${table}\n${formatCount(instances.length, 'instance')} on ${formatCount(nodes, 'node')}, ${formatBytes(bytes)} to move\n`
}

/** Of `HOST/NUMBER`. */
export function nodeOf(vcpu: string): string {
  return vcpu.slice(0, Math.max(0, vcpu.lastIndexOf('/')))
}

/** As the system writes them: `0-3,8`. */
export function formatCpus(cpus: readonly number[]): string {
  if (cpus.length === 0) return 'any'
  const sorted = [...cpus].sort((a, b) => a - b)
  const ranges: [first: number, last: number][] = []
  for (const cpu of sorted) {
    const range = ranges.at(-1)
    if (range !== undefined && cpu === range[1] + 1) range[1] = cpu
    else ranges.push([cpu, cpu])
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',')
}
