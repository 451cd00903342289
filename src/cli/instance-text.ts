import type { LogReport } from '../control/index.ts'
import type { InstanceView } from '../controller/index.ts'
import { type Paint, plain } from './paint.ts'
import { formatCpus } from './plan-text.ts'
import { type Column, formatTable } from './table.ts'
import { formatBytes, formatTime, printable } from './text.ts'

const NAMES: readonly Column<InstanceView>[] = [
  { head: 'instance', cell: ({ id }) => printable(id) },
  { head: 'node', cell: ({ node }) => printable(node) },
]

/** @param now milliseconds since the epoch */
export function formatInstances(
  instances: readonly InstanceView[],
  now: number,
  paint: Paint = plain,
): string {
  if (instances.length === 0) return 'There are no instances.\n'
  const rows = sorted(instances)
  const table = formatTable<InstanceView>(
    [
      ...NAMES,
      { head: 'CPUs', cell: (one) => formatCpus(one.cpus) },
      { head: 'function', cell: (one) => printable(`${one.function} ${one.version}`) },
      { head: 'state', cell: (one) => describeState(one, paint) },
      { head: 'for', align: 'right', cell: (one) => formatTime(Math.max(0, now - one.since)) },
      { head: 'role', cell: ({ role }) => role },
      { head: 'restarts', align: 'right', cell: ({ restarts }) => String(restarts) },
      { head: 'deployments', cell: ({ deployments }) => printable(deployments.join(', ')) },
    ],
    rows,
  )
  const causes = rows
    .filter(({ cause }) => cause !== undefined)
    .map(({ id, cause = '' }) => `${paint('yellow', id)}: ${printable(cause)}\n`)
  return causes.length === 0 ? table : `${table}\n${causes.join('')}`
}

/** How busy they are. @param now milliseconds since the epoch */
export function formatInstanceStats(instances: readonly InstanceView[], now: number): string {
  if (instances.length === 0) return 'There are no instances.\n'
  return formatTable<InstanceView>(
    [
      ...NAMES,
      { head: 'state', cell: ({ state }) => state },
      { head: 'memory', align: 'right', cell: ({ memory }) => optional(memory, formatBytes) },
      { head: 'CPU time', align: 'right', cell: ({ cpu }) => optional(cpu, formatTime) },
      { head: 'waiting', align: 'right', cell: ({ pending }) => String(pending) },
      {
        head: 'last asked',
        align: 'right',
        cell: ({ askedAt }) => optional(askedAt, (at) => `${formatTime(Math.max(0, now - at))} ago`),
      },
      { head: 'restarts', align: 'right', cell: ({ restarts }) => String(restarts) },
    ],
    sorted(instances),
  )
}

/** A line each, with the time. */
export function formatLog({ lines }: LogReport): string {
  return lines.map(({ at, text }) => `${new Date(at).toISOString()} ${printable(text)}\n`).join('')
}

export function describeState({ state, hold, progress }: InstanceView, paint: Paint): string {
  const colour = state === 'ready' || state === 'idle' ? 'green' : state === 'failed' ? 'red' : 'yellow'
  const moved = progress && `${formatBytes(progress.bytes)} of ${formatBytes(progress.total)}`
  const told = [hold && `told to ${hold}`, moved].filter((one) => one !== undefined)
  return `${paint(colour, state)}${told.length === 0 ? '' : `, ${told.join(', ')}`}`
}

function sorted(instances: readonly InstanceView[]): InstanceView[] {
  return [...instances].sort((a, b) => (a.id < b.id ? -1 : 1))
}

function optional(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '' : format(value)
}
