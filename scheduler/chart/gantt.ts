import { transfersOf, waitsFor } from '../measures/index.ts'
import type { Occupation, Platform, Schedule, Workflow } from '../model/index.ts'
import { type Actual, plansOf, transfersIn } from './actual.ts'
import { ganttOption } from './gantt-option.ts'
import { ganttPage } from './gantt-page.ts'
import { rowsOf } from './gantt-rows.ts'
import { type Part, viewOf } from './gantt-view.ts'
import { renderSvg } from './render.ts'
import { differenceOf, summaryOf } from './summary.ts'
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
  /** What came of the schedule, which is drawn below it on the same time axis. @defaultValue only the schedule is drawn */
  readonly actual?: Actual | undefined
  /** What that is called. @defaultValue 'actual' */
  readonly actualLabel?: string | undefined
}

/**
 * Draws a schedule as a Gantt chart: a row for each vCPU that is used, by host; above them what comes to the host from others,
 * and the images that its nodes fetch. What came of it can be drawn below. The same schedule gives the same bytes.
 * @throws ModelError where a schedule is not of this workflow and platform
 */
export async function ganttChart(
  workflow: Workflow,
  platform: Platform,
  schedule: Schedule,
  options: GanttOptions = {},
): Promise<string> {
  const title = options.title ?? `${workflow.name} on ${platform.name}, scheduled by ${schedule.scheduler}`
  const isPage = options.format === 'html'
  const { actual } = options
  const planned = plannedPart(workflow, platform, schedule, options)
  const parts =
    actual === undefined
      ? [{ ...planned, heading: '' }]
      : [planned, actualPart(workflow, platform, schedule, actual, options.actualLabel)]
  const subtitle =
    actual === undefined
      ? summaryOf(workflow, schedule, planned.rows)
      : differenceOf(workflow, schedule, actual.schedule)
  const view = viewOf(workflow, parts, { title, subtitle, width: options.width, zoom: isPage })
  if (isPage) return ganttPage(view)
  // The frame is the first series.
  const tips = [
    [],
    ...view.legend.map((_, kind) => view.bars.filter(({ legend }) => legend === kind).map(({ tip }) => tip)),
  ]
  return renderSvg(ganttOption(view, false), view, view.title, tips)
}

function plannedPart(
  workflow: Workflow,
  platform: Platform,
  schedule: Schedule,
  { occupation }: GanttOptions,
): Part {
  const rows = rowsOf(platform, schedule, transfersOf(workflow, platform, schedule))
  const waits = waitsFor(workflow, platform, schedule, { occupation })
  const notes = waits.map((wait): [string, string] => {
    const words = describeWait(wait)
    return [wait.task, words === '' ? '' : `waits for ${words}`]
  })
  const heading = `planned: ${summaryOf(workflow, schedule, rows)}`
  return { heading, schedule, rows, notes: new Map(notes) }
}

function actualPart(
  workflow: Workflow,
  platform: Platform,
  planned: Schedule,
  actual: Actual,
  label = 'actual',
): Part {
  const { schedule, lost } = actual
  const rows = rowsOf(platform, schedule, transfersIn(actual), lost)
  const heading = `${label}: ${summaryOf(workflow, schedule, rows)}`
  return { heading, schedule, rows, notes: plansOf(planned, actual) }
}
