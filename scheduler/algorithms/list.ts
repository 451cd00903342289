import { type Problem, ReadyTasks } from '../model/index.ts'
import type { Placement } from '../placement/index.ts'

/** The vCPU on which a task would finish earliest; of equals, the first. */
export function earliestFinishVcpu(placement: Placement, task: number, vcpus: Iterable<number>): number {
  let best = -1
  let finish = Number.POSITIVE_INFINITY
  for (const vcpu of vcpus) {
    if (placement.finishBound(task, vcpu) >= finish) continue
    const candidate = placement.earliestFinish(task, vcpu)
    if (candidate < finish) {
      finish = candidate
      best = vcpu
    }
  }
  return best
}

/** The vCPU that may run most of some tasks, and those in the shortest time; of equals, the first. */
export function fastestVcpu(problem: Problem, tasks: Iterable<number>): number {
  const counts = new Int32Array(problem.machine.vcpuCount)
  const times = new Float64Array(problem.machine.vcpuCount)
  for (const task of tasks) {
    for (const vcpu of problem.candidates(task)) {
      counts[vcpu] = (counts[vcpu] as number) + 1
      times[vcpu] = (times[vcpu] as number) + problem.execution(task, vcpu)
    }
  }
  let best = 0
  for (let vcpu = 1; vcpu < counts.length; vcpu++) {
    const more = (counts[vcpu] as number) - (counts[best] as number)
    if (more > 0 || (more === 0 && (times[vcpu] as number) < (times[best] as number))) best = vcpu
  }
  return best
}

/**
 * Gives each task that is not placed yet to `place`, after its predecessors: the ready one of highest priority first, of equals
 * the one with the lowest number. Priorities are asked for when a task becomes ready.
 */
export function inPriorityOrder(
  placement: Placement,
  priority: (task: number) => number,
  place: (task: number) => void,
): void {
  const { problem } = placement
  const { predecessors, successors, taskCount } = problem
  const waits = new Int32Array(taskCount)
  const ready = new ReadyTasks()
  for (let task = 0; task < taskCount; task++) {
    for (let i = predecessors.first[task] as number; i < (predecessors.first[task + 1] as number); i++) {
      if (!placement.isPlaced(predecessors.task[i] as number)) waits[task] = (waits[task] as number) + 1
    }
    if (waits[task] === 0 && !placement.isPlaced(task)) ready.push(task, priority(task))
  }
  for (let task = ready.pop(); task !== undefined; task = ready.pop()) {
    place(task)
    for (let i = successors.first[task] as number; i < (successors.first[task + 1] as number); i++) {
      const next = successors.task[i] as number
      waits[next] = (waits[next] as number) - 1
      if (waits[next] === 0 && !placement.isPlaced(next)) ready.push(next, priority(next))
    }
  }
}
