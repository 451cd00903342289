import type { Platform, Schedule, Workflow } from '../model/index.ts'
import { Machine } from '../model/index.ts'

export interface Transfer {
  readonly from: string | undefined
  readonly to: string
  readonly fromHost: string
  readonly toHost: string
  readonly data: number
  readonly start: number
  readonly finish: number
}
export function transfersOf(workflow: Workflow, platform: Platform, schedule: Schedule): Transfer[] {
  const machine = new Machine(platform)
  const by = new Map(schedule.tasks.map((task) => [task.task, task]))
  const host = (name: string): number =>
    machine.vcpuHost[machine.vcpuNumber(by.get(name)?.vcpu as string)] as number
  return workflow.edges.flatMap(({ from, to, data }) => {
    const [a, b] = [host(from), host(to)]
    if (a === b || data === 0) return []
    const start = by.get(from)?.finish as number
    return [
      {
        from,
        to,
        data,
        start,
        fromHost: machine.hosts[a]?.name as string,
        toHost: machine.hosts[b]?.name as string,
        finish: start + data * machine.secondsPerMb(a, b),
      },
    ]
  })
}
