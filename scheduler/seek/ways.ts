import type { Problem } from '../model/index.ts'
import type { Placement } from '../placement/index.ts'

/** How many predecessors of each task are not placed. */
export function unplacedPredecessors(placement: Placement): Int32Array {
  const { predecessors, taskCount } = placement.problem
  return Int32Array.from({ length: taskCount }, (_, task) => {
    const own = predecessors.task.subarray(predecessors.first[task], predecessors.first[task + 1])
    return own.filter((before) => !placement.isPlaced(before)).length
  })
}

/** With each task on the vCPU where it is fastest, and nothing to wait for. Seconds. */
export function shortestWays(problem: Problem): { rest: Float64Array; bound: number } {
  const { successors, order } = problem
  const rest = new Float64Array(problem.taskCount)
  const ways = new Float64Array(problem.taskCount)
  for (let at = order.length - 1; at >= 0; at--) {
    const task = order[at] as number
    let longest = 0
    for (let i = successors.first[task] as number; i < (successors.first[task + 1] as number); i++)
      longest = Math.max(longest, ways[successors.task[i] as number] as number)
    rest[task] = longest
    let shortest = Number.POSITIVE_INFINITY
    for (const vcpu of problem.candidates(task)) shortest = Math.min(shortest, problem.execution(task, vcpu))
    ways[task] = longest + shortest
  }
  return { rest, bound: ways.reduce((longest, way) => Math.max(longest, way), 0) }
}
