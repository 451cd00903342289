import type { Problem } from '../model/index.ts'
import { earliestFinishVcpu, fastestVcpu, inPriorityOrder } from './list.ts'
import { downwardRanks, upwardRanks } from './ranks.ts'
import type { Algorithm } from './scheduler.ts'

/**
 * Critical Path on a Processor (Topcuoglu et al. 2002, section 4.2): tasks by descending sum of upward and downward rank; those
 * of the critical path to the vCPU that runs it fastest, the others where they finish earliest. A task of the critical path
 * that may not run on that vCPU goes where it finishes earliest, too.
 */
export const cpop: Algorithm = {
  name: 'cpop',
  title: 'CPOP',
  summary:
    'Critical Path on a Processor: the critical path on one vCPU, the others where they finish earliest',
  fill(placement) {
    const { problem } = placement
    const upward = upwardRanks(problem)
    const priorities = downwardRanks(problem).map((rank, task) => rank + (upward[task] as number))
    const path = new Set(criticalPath(problem, priorities))
    const fastest = fastestVcpu(problem, path)
    inPriorityOrder(
      placement,
      (task) => priorities[task] as number,
      (task) => {
        const candidates = problem.candidates(task)
        const isBound = path.has(task) && candidates.includes(fastest)
        placement.place(task, isBound ? fastest : earliestFinishVcpu(placement, task, candidates))
      },
    )
  },
}

/** From the start task of highest priority on, each time to the successor of highest priority. */
function criticalPath({ predecessors, successors, taskCount }: Problem, priorities: Float64Array): number[] {
  const highest = (tasks: Iterable<number>): number => {
    let best = -1
    for (const task of tasks) {
      if (best === -1 || (priorities[task] as number) > (priorities[best] as number)) best = task
    }
    return best
  }
  const starts: number[] = []
  for (let task = 0; task < taskCount; task++) {
    if (predecessors.first[task] === predecessors.first[task + 1]) starts.push(task)
  }
  const path: number[] = []
  for (let task = highest(starts); task !== -1; ) {
    path.push(task)
    task = highest(successors.task.subarray(successors.first[task], successors.first[task + 1]))
  }
  return path
}
