import type { ScheduledTask } from '../model/index.ts'
import { lanesOf, UNSEEN_S } from './lanes.ts'
import { formatFigure } from './text.ts'

/** Narrower than this there is nothing to see, in characters. */
const MIN_CHART_WIDTH = 20

export interface GanttTextOptions {
  /** Width of all, in characters. */
  readonly columns: number
  /** Where the axis ends, in seconds. @defaultValue when the last task is done */
  readonly end?: number | undefined
}

type Bar = Pick<ScheduledTask, 'task' | 'vcpu' | 'start' | 'finish'>

/**
 * A Gantt chart for a terminal: a line for each vCPU that has tasks, and more where they overlap; below them the axis from 0, in seconds.
 * Each task is as long as it takes, rounded to characters, and at least one; a name that is too long for it is cut off.
 * @param tasks names and vCPUs must be fit for a terminal
 * @returns lines, each with its end; none of no tasks
 */
export function ganttText(tasks: readonly Bar[], { columns, end = endOf(tasks) }: GanttTextOptions): string {
  if (tasks.length === 0) return ''
  const vcpus = [...new Set(tasks.map(({ vcpu }) => vcpu))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  )
  const labelWidth = Math.max(...vcpus.map((vcpu) => vcpu.length))
  const width = Math.max(MIN_CHART_WIDTH, columns - labelWidth - 2)
  const at = (time: number): number => (end > 0 ? Math.min(width, Math.round((time / end) * width)) : 0)
  const lines = vcpus.flatMap((vcpu) => {
    const own = tasks.filter((task) => task.vcpu === vcpu)
    const { lane, count } = lanesOf(own, UNSEEN_S)
    return Array.from({ length: count }, (_, number) => {
      const label = number === 0 ? vcpu : ''
      return `${label.padEnd(labelWidth)}  ${lineOf(
        own.filter((_, index) => lane[index] === number),
        at,
        width,
      )}`
    })
  })
  return [...lines, `${' '.repeat(labelWidth)}  ${axis(end, width)}`]
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}

function endOf(tasks: readonly Bar[]): number {
  return Math.max(0, ...tasks.map(({ finish }) => finish))
}

/** Tasks that follow each other. */
function lineOf(tasks: readonly Bar[], at: (time: number) => number, width: number): string {
  let line = ''
  for (const { task, start, finish } of [...tasks].sort((a, b) => a.start - b.start)) {
    // What would be in no place of its own is where there is one; at the very end there may be none.
    const from = Math.max(line.length, Math.min(at(start), width - 1))
    const to = Math.min(width, Math.max(from + 1, at(finish)))
    if (from < to) line = `${line.padEnd(from)}${barOf(task, to - from)}`
  }
  return line
}

function barOf(name: string, length: number): string {
  if (length === 1) return '|'
  return `[${name.slice(0, length - 2).padEnd(length - 2)}]`
}

/** `0          1.5 s          3 s`, its middle in the middle. */
function axis(end: number, width: number): string {
  const [middle, last] = [`${formatFigure(end / 2)} s`, `${formatFigure(end)} s`]
  const half = Math.max(2, Math.round(width / 2 - middle.length / 2))
  const left = `0${' '.repeat(half - 1)}${middle}`
  return `${left}${last.padStart(Math.max(last.length + 1, width - left.length))}`
}
