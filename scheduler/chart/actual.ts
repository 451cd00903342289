import type { Transfer } from '../measures/index.ts'
import type { Schedule, ScheduledTask } from '../model/index.ts'
import { formatFigure } from './text.ts'

/** What came of a schedule, in a simulation or a real run. A `Simulation` is one. Seconds and megabytes. */
export interface Actual {
  /** Where and when tasks really ran. Those that came to no end may be missing. */
  readonly schedule: Schedule
  /** Data that went from one host to another. @defaultValue not known, and not drawn */
  readonly transfers?: readonly ActualTransfer[] | undefined
  /** @defaultValue nothing */
  readonly lost?: readonly ActualLoss[] | undefined
}

export interface ActualTransfer {
  /** Hosts. */
  readonly from: string
  readonly to: string
  /** The task whose output it is; undefined: an input from the file server. */
  readonly producer: string | undefined
  /** The task that it is for; undefined: a layer, which is one of the schedule's downloads and not drawn again. */
  readonly consumer: string | undefined
  /** Megabytes that arrived. */
  readonly sent: number
  readonly start: number
  readonly finish: number
}

/** Work that a failed host took with it. */
export interface ActualLoss {
  readonly task: string
  readonly vcpu: string
  /** An execution that was broken off, or the output of one that had finished. */
  readonly what: 'execution' | 'output'
  /** Of the execution. */
  readonly start: number
  readonly finish: number
  /** When the host failed. */
  readonly time: number
}

/** As the rows of a chart take them. */
export function transfersIn({ transfers = [] }: Actual): Transfer[] {
  return transfers.flatMap(({ from, to, producer, consumer, sent, start, finish }) =>
    consumer === undefined
      ? []
      : [{ from: producer, to: consumer, data: sent, fromHost: from, toHost: to, start, finish }],
  )
}

/** Of each task that ran, how it was planned. */
export function plansOf(planned: Schedule, { schedule }: Actual): Map<string, string> {
  const plans = new Map(planned.tasks.map((run) => [run.task, run]))
  return new Map(
    schedule.tasks.flatMap(({ task, vcpu }) => {
      const plan = plans.get(task)
      return plan === undefined ? [] : [[task, planOf(plan, vcpu)]]
    }),
  )
}

function planOf({ start, finish, vcpu }: ScheduledTask, actual: string): string {
  const place = vcpu === actual ? '' : ` on ${vcpu}`
  return `planned: ${formatFigure(start)} s to ${formatFigure(finish)} s${place}`
}
