import type { Problem, ScheduleOptions } from '../model/index.ts'

/**
 * A time before which no schedule can end, for problems that are too large for better ones: the longest way through the workflow and
 * the sum of all work on all vCPUs, each task where it is fastest. Takes time in proportion to tasks, edges and candidates.
 */
export function coarseBound(problem: Problem, { release = 0, fixed = [] }: ScheduleOptions): number {
  const { predecessors, order, workflow, machine } = problem
  const finish = new Map(fixed.map((given) => [given.task, given.finish]))
  const ends = new Float64Array(problem.taskCount)
  let bound = release
  let work = 0
  for (const task of order) {
    const given = finish.get(workflow.tasks[task]?.name as string)
    if (given === undefined) {
      let start = release
      for (const before of predecessors.task.subarray(predecessors.first[task], predecessors.first[task + 1]))
        start = Math.max(start, ends[before] as number)
      let least = Number.POSITIVE_INFINITY
      for (const vcpu of problem.candidates(task)) least = Math.min(least, problem.execution(task, vcpu))
      ends[task] = start + least
      work += least
    } else ends[task] = given
    bound = Math.max(bound, ends[task] as number)
  }
  return Math.max(bound, release + (work === 0 ? 0 : work / machine.vcpuCount))
}
