import type { Problem } from '../model/index.ts'
import type { Placement } from '../placement/index.ts'
import { inPriorityOrder } from './list.ts'
import { upwardRanks } from './ranks.ts'
import type { Algorithm } from './scheduler.ts'

/**
 * Based on the locality of communication, in our reading: tasks by descending upward rank, each to the vCPU with the shortest
 * total time of the transfers that bring its data, among those with capacity left, which can start it as soon as data and image
 * are there; among all where there is none such. Of equals, the one on which it finishes earliest.
 */
export const com: Algorithm = {
  name: 'com',
  title: 'COM',
  summary: 'Locality-based: nearest to the data, on a vCPU that is free when they come',
  fill(placement) {
    const { problem } = placement
    const ranks = upwardRanks(problem)
    const transfer = new Float64Array(problem.machine.hosts.length)
    inPriorityOrder(
      placement,
      (task) => ranks[task] as number,
      (task) => {
        for (let host = 0; host < transfer.length; host++)
          transfer[host] = transferTime(placement, task, host)
        placement.place(task, nearestVcpu(placement, task, transfer))
      },
    )
  },
}

function nearestVcpu(placement: Placement, task: number, transfer: Float64Array): number {
  const { problem } = placement
  let best = -1
  let bestIsFree = false
  let bestTransfer = Number.POSITIVE_INFINITY
  let bestFinish = Number.POSITIVE_INFINITY
  for (const vcpu of problem.candidates(task)) {
    const time = transfer[problem.machine.vcpuHost[vcpu] as number] as number
    if (bestIsFree && time > bestTransfer) continue
    const start = placement.earliestStart(task, vcpu)
    const isFree = start === placement.readyTime(task, vcpu)
    if (bestIsFree && !isFree) continue
    const finish = start + problem.execution(task, vcpu)
    const isBetter =
      isFree !== bestIsFree || time < bestTransfer || (time === bestTransfer && finish < bestFinish)
    if (!isBetter) continue
    best = vcpu
    bestIsFree = isFree
    bestTransfer = time
    bestFinish = finish
  }
  return best
}

/** Seconds that all data of a task take to a host, one after another. */
function transferTime({ problem, vcpu }: Placement, task: number, host: number): number {
  const { machine, predecessors }: Problem = problem
  let time = problem.inputTime(task, host)
  for (let i = predecessors.first[task] as number; i < (predecessors.first[task + 1] as number); i++) {
    const from = machine.vcpuHost[vcpu[predecessors.task[i] as number] as number] as number
    time += (predecessors.data[i] as number) * machine.secondsPerMb(from, host)
  }
  return time
}
