import type { Platform, Schedule, Workflow } from '../model/index.ts'
import { sentAt, whereIs } from './where.ts'

/** Data on its way from one host to another. */
export interface Transfer {
  /** The task that it comes from; undefined: the file server. */
  readonly from: string | undefined
  readonly to: string
  /** Megabytes. */
  readonly data: number
  readonly fromHost: string
  readonly toHost: string
  /** Seconds. */
  readonly start: number
  readonly finish: number
}

/**
 * All data that goes from host to host, by the tasks that take it: what it takes from the file server first, then from its
 * predecessors. Each is sent as soon as it is there, at full bandwidth.
 * @throws ModelError where the schedule is not of this workflow and platform
 */
export function transfersOf(workflow: Workflow, platform: Platform, schedule: Schedule): Transfer[] {
  const where = whereIs(workflow, platform, schedule)
  const { machine, host, fileServer } = where
  const { first, task: neighbour, data: amounts } = where.graph.predecessors
  const transfers: Transfer[] = []
  for (const [task, { name, input }] of workflow.tasks.entries()) {
    const to = host[task] as number
    const send = (from: string | undefined, source: number, data: number, start: number): void => {
      if (source === to || data === 0) return
      transfers.push({
        from,
        to: name,
        data,
        fromHost: machine.hosts[source]?.name as string,
        toHost: machine.hosts[to]?.name as string,
        start,
        finish: start + data * machine.secondsPerMb(source, to),
      })
    }
    if (fileServer >= 0) send(undefined, fileServer, input, schedule.release)
    for (let i = first[task] as number; i < (first[task + 1] as number); i++) {
      const before = neighbour[i] as number
      const name = workflow.tasks[before]?.name
      send(name, host[before] as number, amounts[i] as number, sentAt(where, schedule, before))
    }
  }
  return transfers
}
