import type { ScheduledTask } from '../../scheduler/index.ts'
import { printable } from './text.ts'

/** Width of a chart where nothing tells how wide the terminal is, and at most, in characters. */
const DEFAULT_COLUMNS = 80
const MAX_COLUMNS = 120

/** A Gantt chart in text. @param end where its axis ends, in seconds */
export type DrawText = (
  tasks: readonly Pick<ScheduledTask, 'task' | 'vcpu' | 'start' | 'finish'>[],
  end: number,
) => string

/** For what is written to this stream. */
export async function ganttTextFor({
  columns = DEFAULT_COLUMNS,
}: Pick<NodeJS.WriteStream, 'columns'>): Promise<DrawText> {
  const { ganttText } = await import('../../scheduler/index.ts')
  return (tasks, end) =>
    ganttText(
      tasks.map(({ task, vcpu, ...times }) => ({ ...times, task: printable(task), vcpu: printable(vcpu) })),
      { columns: Math.min(columns, MAX_COLUMNS), end },
    )
}
