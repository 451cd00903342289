import type { RunTask, RunView } from '../controller/index.ts'
import type { DrawText } from './gantt-text.ts'
import { type Paint, plain } from './paint.ts'
import { nodeOf } from './plan-text.ts'
import { secondsUpTo } from './schedule-text.ts'
import { formatTable } from './table.ts'
import { formatBytes, formatCount, formatTime, printable } from './text.ts'

const SECOND_MS = 1000

/** `✓ merge: 412 ms on b/1, 1.24 MB` */
export function formatTaskDone({ task, vcpu, start, finish, bytes }: RunTask, paint: Paint = plain): string {
  const took = formatTime((finish - start) * SECOND_MS)
  return `${paint('green', '✓')} ${printable(task)}: ${took} on ${printable(vcpu)}, ${formatBytes(bytes)}`
}

/** What was planned, and what came of it. */
export function formatRun(view: RunView, draw: DrawText, paint: Paint = plain): string {
  const { workflow, plan, tasks, responseTime, planName } = view
  const { warm } = plan
  const end = Math.max(responseTime, warm.makespan)
  const seconds = secondsUpTo(end)
  const actual = new Map(tasks.map((task) => [task.task, task]))
  const planned = warm.tasks.map((task) => ({ ...task, ran: actual.get(task.task) }))
  const span = ({ start, finish }: { start: number; finish: number }): string =>
    `${seconds(start)}–${seconds(finish)}`
  const table = formatTable<(typeof planned)[number]>(
    [
      { head: 'task', cell: ({ task }) => printable(task) },
      { head: 'function', cell: ({ type }) => printable(type) },
      { head: 'planned (s)', align: 'right', cell: span },
      { head: 'on', cell: ({ vcpu }) => printable(vcpu) },
      // One whose result was in a Content Store did not run.
      { head: 'actual (s)', align: 'right', cell: ({ ran }) => (ran === undefined ? 'cached' : span(ran)) },
      { head: 'on', cell: ({ ran }) => printable(ran?.vcpu ?? '') },
      {
        head: 'result',
        align: 'right',
        cell: ({ ran }) => (ran === undefined ? '' : formatBytes(ran.bytes)),
      },
    ],
    planned,
  )
  const elsewhere = planned.filter(({ vcpu, ran }) => ran !== undefined && nodeOf(vcpu) !== ran.node).length
  const moved = elsewhere === 0 ? '' : `; ${formatCount(elsewhere, 'task')} ran on another node than planned`
  const heading = `${paint('bold', printable(workflow))}: ${seconds(responseTime)} s, planned ${seconds(warm.makespan)} s (${printable(planName)})`
  // Of what was in Content Stores there is nothing to see.
  const ran = tasks.length === 0 ? '' : `\nactual\n${draw(tasks, end)}`
  return `${heading}${moved}\n\n${table}\nplanned\n${draw(warm.tasks, end)}${ran}`
}
