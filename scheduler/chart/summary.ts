import type { Schedule, Workflow } from '../model/index.ts'
import type { Row } from './gantt-rows.ts'
import { formatFigure } from './text.ts'

/** What a chart shows, in a line. */
export function summaryOf(
  workflow: Workflow,
  { tasks, downloads, makespan, policy }: Schedule,
  rows: readonly Row[],
): string {
  const all = workflow.tasks.length
  const vcpus = new Set(tasks.map(({ vcpu }) => vcpu)).size
  const hosts = new Set(
    rows.filter(({ bars }) => bars.some(({ kind }) => kind === 'execution')).map(({ host }) => host),
  ).size
  const places = `on ${count(vcpus, 'vCPU')} of ${count(hosts, 'host')}`
  if (tasks.length < all)
    return `${tasks.length} of ${count(all, 'task')} ${places}, the last of them done after ${formatFigure(makespan)} s`
  return [
    `${count(all, 'task')} ${places}`,
    `response time ${formatFigure(makespan)} s`,
    ...(downloads.length > 0 ? [`images fetched ${policy === 'ahead' ? 'ahead' : 'on demand'}`] : []),
  ].join(', ')
}

/** How what came of a plan differs from it, in a line. */
export function differenceOf(workflow: Workflow, planned: Schedule, actual: Schedule): string {
  const missing = workflow.tasks.length - actual.tasks.length
  if (missing > 0) return `${count(missing, 'task')} came to no end`
  const later = actual.makespan - planned.makespan
  const share = planned.makespan > 0 ? ` (${formatFigure((100 * Math.abs(later)) / planned.makespan)} %)` : ''
  // Rounding makes no difference.
  if (Math.abs(later) <= 1e-9 * planned.makespan) return 'done when it was planned'
  return `done ${formatFigure(Math.abs(later))} s${share} ${later > 0 ? 'later' : 'earlier'} than planned`
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}
