import type { Schedule, ScheduleOptions } from '../model/index.ts'
import { Images } from './images.ts'
import type { Instance } from './instance.ts'
import { PartialSchedule } from './partial-schedule.ts'

/**
 * The schedule in which each task runs on the vCPU it has in another one, and they start in the same order, with every image asked for as soon
 * as it can be: no task starts later than it did.
 * @param vcpu of each task @param start of each task, in seconds
 */
export function replay(
  instance: Instance,
  { occupation }: ScheduleOptions,
  vcpu: Int32Array,
  start: Float64Array,
): Schedule {
  const { problem, taskCount, kind, kindCount, execution } = instance
  const images = new Images(problem, occupation?.layers)
  const schedule = new PartialSchedule(instance, images)
  const place = new Int32Array(taskCount)
  for (const [at, task] of problem.order.entries()) place[task] = at
  const takesTime = (task: number) =>
    (execution[task * kindCount + (kind[vcpu[task] as number] as number)] as number) > 0 ? 1 : 0
  const order = [...problem.order]
    .filter((task) => !schedule.isPlaced(task))
    .sort(
      (a, b) =>
        (start[a] as number) - (start[b] as number) ||
        takesTime(a) - takesTime(b) ||
        (place[a] as number) - (place[b] as number),
    )
  const hasAsked = new Uint8Array(taskCount)
  for (const task of order) {
    for (const other of order) {
      if (hasAsked[other] === 1 || (problem.policy === 'on-demand' && !schedule.isReady(other))) continue
      hasAsked[other] = 1
      const node = problem.machine.vcpuNode[vcpu[other] as number] as number
      images.ask(problem.taskType[other] as number, node, schedule.request[other] as number)
    }
    const own = vcpu[task] as number
    const ready = Math.max(
      schedule.dataReady(task, problem.machine.vcpuHost[own] as number),
      schedule.imageReady(task, problem.machine.vcpuNode[own] as number),
    )
    schedule.place(task, own, schedule.earliest(task, own, ready), [])
  }
  return schedule.toSchedule()
}
