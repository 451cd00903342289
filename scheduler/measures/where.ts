import {
  type Graph,
  graphOf,
  Machine,
  ModelError,
  type Platform,
  type Schedule,
  type ScheduledTask,
  type Workflow,
} from '../model/index.ts'

/** A schedule by number: where and when each task of the workflow runs. */
export interface Where {
  readonly graph: Graph
  readonly machine: Machine
  /** By task, in the order of the workflow. */
  readonly runs: readonly ScheduledTask[]
  readonly vcpu: Int32Array
  readonly host: Int32Array
  /** Number of the file server among the hosts, -1 without one. */
  readonly fileServer: number
}

/** @throws ModelError where the schedule is not of this workflow and platform */
export function whereIs(workflow: Workflow, platform: Platform, schedule: Schedule): Where {
  const machine = new Machine(platform)
  const byName = new Map(schedule.tasks.map((run) => [run.task, run]))
  const runs = workflow.tasks.map(({ name }) => {
    const run = byName.get(name)
    if (run === undefined) throw new ModelError(`task ${name} is not in the schedule`)
    return run
  })
  const vcpu = Int32Array.from(runs, (run) => machine.vcpuNumber(run.vcpu))
  return {
    graph: graphOf(workflow),
    machine,
    runs,
    vcpu,
    host: vcpu.map((number) => machine.vcpuHost[number] as number),
    fileServer: platform.fileServer === undefined ? -1 : machine.hostNumber(platform.fileServer),
  }
}

/** When a task's data is sent: nothing goes anywhere before the release. */
export function sentAt({ runs }: Where, { release }: Schedule, task: number): number {
  return Math.max(release, (runs[task] as ScheduledTask).finish)
}
