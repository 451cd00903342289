import { transfersOf, waitsFor } from '../measures/index.ts'
import type { Occupation, Platform, Schedule, Workflow } from '../model/index.ts'
import { ganttOption } from './gantt-option.ts'
import { ganttPage } from './gantt-page.ts'
import { rowsOf } from './gantt-rows.ts'
import { viewOf } from './gantt-view.ts'
import { renderSvg } from './render.ts'
import { describeWait } from './wait-text.ts'

export interface GanttOptions {
  /** @defaultValue names of workflow, platform and scheduler */
  readonly title?: string | undefined
  /** Pixels. @defaultValue by the number of tasks, 960 to 2400 */
  readonly width?: number | undefined
  /** `html`: a page with zoom and tooltips, which needs no other file. @defaultValue 'svg' */
  readonly format?: 'svg' | 'html' | undefined
  /** That the schedule was made with: tasks may wait for it. @defaultValue nothing */
  readonly occupation?: Occupation | undefined
}

/**
 * Draws a schedule as a Gantt chart: a row for each vCPU that is used, by host; above them what comes to the host from others,
 * and the images that its nodes fetch. The same schedule gives the same bytes.
 * @throws ModelError where the schedule is not of this workflow and platform
 */
export async function ganttChart(
  workflow: Workflow,
  platform: Platform,
  schedule: Schedule,
  options: GanttOptions = {},
): Promise<string> {
  const rows = rowsOf(platform, schedule, transfersOf(workflow, platform, schedule))
  const title = options.title ?? `${workflow.name} on ${platform.name}, scheduled by ${schedule.scheduler}`
  const isPage = options.format === 'html'
  const waits = new Map(
    waitsFor(workflow, platform, schedule, options).map((wait) => [wait.task, describeWait(wait)]),
  )
  const view = viewOf(workflow, schedule, rows, waits, { title, width: options.width, zoom: isPage })
  if (isPage) return ganttPage(view)
  // The frame is the first series.
  const tips = [
    [],
    ...view.legend.map((_, kind) => view.bars.filter(({ legend }) => legend === kind).map(({ tip }) => tip)),
  ]
  return renderSvg(ganttOption(view, false), view, view.title, tips)
}
