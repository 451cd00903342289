import { earliestFinishVcpu, inPriorityOrder } from './list.ts'
import { upwardRanks } from './ranks.ts'
import type { Algorithm } from './scheduler.ts'

/**
 * Heterogeneous Earliest Finish Time (Topcuoglu et al. 2002, section 4.1): tasks by descending upward rank, each to the vCPU
 * on which it finishes earliest. Images and CPU cap count in that finish; they are not in the ranks.
 */
export const heft: Algorithm = {
  name: 'heft',
  title: 'HEFT',
  summary: 'Heterogeneous Earliest Finish Time: the longest way first, where it finishes earliest',
  fill(placement) {
    const ranks = upwardRanks(placement.problem)
    inPriorityOrder(
      placement,
      (task) => ranks[task] as number,
      (task) =>
        placement.place(task, earliestFinishVcpu(placement, task, placement.problem.candidates(task))),
    )
  },
}
