import type { Problem } from '../model/index.ts'
import { inPriorityOrder } from './list.ts'
import type { Algorithm } from './scheduler.ts'

/**
 * Optimistic cost table (Arabnejad and Barbosa 2014, equation 5), in seconds, at `task * hosts + host`: the longest of the
 * shortest ways from the end of a task to the end of the workflow, if the task runs on that host. A row is by host and not
 * by vCPU because communication costs nothing on one host, so the vCPUs of a host have the same costs.
 */
export function optimisticCosts(problem: Problem): Float64Array {
  const { machine, successors, order } = problem
  const hosts = machine.hosts.length
  const costs = new Float64Array(problem.taskCount * hosts)
  // Of each task, the shortest way from its start to the end, by its host.
  const shortest = new Float64Array(problem.taskCount * hosts).fill(Number.POSITIVE_INFINITY)
  const shortestAnywhere = new Float64Array(problem.taskCount).fill(Number.POSITIVE_INFINITY)
  for (let at = order.length - 1; at >= 0; at--) {
    const task = order[at] as number
    const row = task * hosts
    for (let i = successors.first[task] as number; i < (successors.first[task + 1] as number); i++) {
      const next = successors.task[i] as number
      const elsewhere =
        (shortestAnywhere[next] as number) + (successors.data[i] as number) * machine.meanSecondsPerMb
      for (let host = 0; host < hosts; host++) {
        const way = Math.min(shortest[next * hosts + host] as number, elsewhere)
        if (way > (costs[row + host] as number)) costs[row + host] = way
      }
    }
    for (const vcpu of problem.candidates(task)) {
      const host = machine.vcpuHost[vcpu] as number
      const way = (costs[row + host] as number) + problem.execution(task, vcpu)
      if (way < (shortest[row + host] as number)) shortest[row + host] = way
      if (way < (shortestAnywhere[task] as number)) shortestAnywhere[task] = way
    }
  }
  return costs
}

/**
 * Predict Earliest Finish Time (Arabnejad and Barbosa 2014): the ready task with the largest mean optimistic cost, to the vCPU
 * with the smallest sum of its finish and the optimistic cost there. Images and CPU cap count in that finish; they are not
 * in the table.
 */
export const peft: Algorithm = {
  name: 'peft',
  title: 'PEFT',
  summary: 'Predict Earliest Finish Time: HEFT that looks ahead through a table of optimistic costs',
  fill(placement) {
    const { problem } = placement
    const { machine } = problem
    const hosts = machine.hosts.length
    const costs = optimisticCosts(problem)
    const costOn = (task: number, vcpu: number): number =>
      costs[task * hosts + (machine.vcpuHost[vcpu] as number)] as number
    const meanCost = (task: number): number => {
      const candidates = problem.candidates(task)
      let sum = 0
      for (const vcpu of candidates) sum += costOn(task, vcpu)
      return sum / candidates.length
    }
    inPriorityOrder(placement, meanCost, (task) => {
      let best = -1
      let smallest = Number.POSITIVE_INFINITY
      for (const vcpu of problem.candidates(task)) {
        const cost = costOn(task, vcpu)
        if (placement.finishBound(task, vcpu) + cost >= smallest) continue
        const sum = placement.earliestFinish(task, vcpu) + cost
        if (sum >= smallest) continue
        smallest = sum
        best = vcpu
      }
      placement.place(task, best)
    })
  },
}
