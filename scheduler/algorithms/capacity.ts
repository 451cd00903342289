import { inPriorityOrder } from './list.ts'
import { downwardRanks } from './ranks.ts'
import type { Algorithm } from './scheduler.ts'

/**
 * Capacity-based, in our reading: ready tasks by ascending finish at mean speed and mean bandwidth, each into the earliest
 * gap of the vCPU with the largest residual capacity. A vCPU's capacity is the work that it does while all vCPUs together do
 * the whole workflow; residual is what is left of it after the work that it was given.
 */
export const cap: Algorithm = {
  name: 'cap',
  title: 'CAP',
  summary: 'Capacity-based: what would finish first, to the vCPU with the largest residual capacity',
  fill(placement) {
    const { problem } = placement
    const { machine, meanExecution, work } = problem
    const finishes = downwardRanks(problem).map((rank, task) => rank + (meanExecution[task] as number))
    const time = sum(work) / sum(machine.vcpuSpeed)
    const residual = machine.vcpuSpeed.map((speed) => speed * time)
    inPriorityOrder(
      placement,
      (task) => -(finishes[task] as number),
      (task) => {
        let best = -1
        for (const vcpu of problem.candidates(task)) {
          if (best === -1 || (residual[vcpu] as number) > (residual[best] as number)) best = vcpu
        }
        residual[best] = (residual[best] as number) - (work[task] as number)
        placement.place(task, best)
      },
    )
  },
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0)
}
