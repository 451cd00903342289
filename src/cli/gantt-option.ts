import { InvalidArgumentError } from 'commander'
import type { Actual, Platform, Schedule, Workflow } from '../../scheduler/index.ts'
import { fileOutput, type Output } from './output.ts'

/** Where a Gantt chart goes, and what is drawn. */
export interface Gantt {
  readonly file: string
  readonly format: 'svg' | 'html'
}

/** Reads FILE.svg or FILE.html. */
export function ganttArgument(file: string): Gantt {
  const format = /\.(svg|html)$/i.exec(file)?.[1]?.toLowerCase()
  if (format === undefined) throw new InvalidArgumentError('name a file that ends in .svg or .html.')
  return { file, format: format as Gantt['format'] }
}

export interface Drawn {
  readonly workflow: Workflow
  readonly platform: Platform
  readonly schedule: Schedule
  /** Drawn below it. */
  readonly actual?: Actual | undefined
  readonly actualLabel?: string | undefined
}

/** A chart that is drawn into a file, which is known to be one that can be written. @throws CliError */
export async function ganttOutput(gantt: Gantt): Promise<(drawn: Drawn) => Promise<void>> {
  const output: Output = await fileOutput(gantt.file)
  return async ({ workflow, platform, schedule, actual, actualLabel }) => {
    const { ganttChart } = await import('../../scheduler/index.ts')
    const { format } = gantt
    const chart = await ganttChart(workflow, platform, schedule, { format, actual, actualLabel })
    await output.write(Buffer.from(chart), format === 'svg' ? 'image/svg+xml' : 'text/html')
  }
}
