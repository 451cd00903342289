import type { Placement } from '../placement/index.ts'

/** A plan as the search keeps it: placed again in this order, each task on its vCPU, it is the same plan. */
export interface Solution {
  /** All tasks by their start. */
  readonly order: Int32Array
  /** Of each task. */
  readonly vcpu: Int32Array
  /** Seconds. */
  readonly makespan: number
  readonly vcpusUsed: number
  /** Distinct types per vCPU, summed. */
  readonly instances: number
}

/** Response times that differ by less are the same: rounding. */
const TOLERANCE = 1e-9

/** What is placed. */
export function solutionOf({ problem, vcpu, start, makespan }: Placement): Solution {
  const order = problem.order.slice().sort((a, b) => (start[a] as number) - (start[b] as number))
  const instances = new Set<number>()
  const types = problem.typeLayers.length
  for (let task = 0; task < vcpu.length; task++) {
    instances.add((vcpu[task] as number) * types + (problem.taskType[task] as number))
  }
  return {
    order,
    vcpu: vcpu.slice(),
    makespan,
    vcpusUsed: new Set(vcpu).size,
    instances: instances.size,
  }
}

/** Below 0 where a is better than b: by response time, then vCPUs, then instances. */
export function compare(a: Solution, b: Solution): number {
  if (Math.abs(a.makespan - b.makespan) > TOLERANCE * Math.max(a.makespan, b.makespan))
    return a.makespan - b.makespan
  return a.vcpusUsed - b.vcpusUsed || a.instances - b.instances
}
