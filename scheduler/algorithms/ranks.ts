import type { Problem } from '../model/index.ts'

/**
 * Upward rank of each task, in seconds: its mean execution time and the longest way from its end to the end of the workflow,
 * with communication at the mean bandwidth (Topcuoglu et al. 2002, equation 8).
 */
export function upwardRanks(problem: Problem): Float64Array {
  const { successors, order, meanExecution, machine } = problem
  const ranks = new Float64Array(problem.taskCount)
  for (let at = order.length - 1; at >= 0; at--) {
    const task = order[at] as number
    let longest = 0
    for (let i = successors.first[task] as number; i < (successors.first[task + 1] as number); i++) {
      const way =
        (successors.data[i] as number) * machine.meanSecondsPerMb +
        (ranks[successors.task[i] as number] as number)
      if (way > longest) longest = way
    }
    ranks[task] = (meanExecution[task] as number) + longest
  }
  return ranks
}

/**
 * Downward rank of each task, in seconds: the longest way from the start of the workflow to the task's start (Topcuoglu et al.
 * 2002, equation 10).
 */
export function downwardRanks(problem: Problem): Float64Array {
  const { predecessors, order, meanExecution, machine } = problem
  const ranks = new Float64Array(problem.taskCount)
  for (const task of order) {
    let longest = 0
    for (let i = predecessors.first[task] as number; i < (predecessors.first[task + 1] as number); i++) {
      const before = predecessors.task[i] as number
      const way =
        (ranks[before] as number) +
        (meanExecution[before] as number) +
        (predecessors.data[i] as number) * machine.meanSecondsPerMb
      if (way > longest) longest = way
    }
    ranks[task] = longest
  }
  return ranks
}
