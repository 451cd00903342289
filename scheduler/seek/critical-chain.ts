import type { Placement } from '../placement/index.ts'

/** Times that differ by less are the same: rounding. */
const TOLERANCE = 1e-9

const NONE = -1

/**
 * The chain of tasks each of which starts no earlier because of the one before it, up to the task that ends last; in order of
 * start. What holds a task up is a predecessor whose data, or with whose end its image, comes only then; the task before it on
 * its vCPU; or one on its core that leaves no usage.
 * @param order of all tasks by their start
 */
export function criticalChain(placement: Placement, order: Int32Array): number[] {
  const before = placedBefore(placement, order)
  let task = NONE
  for (const candidate of order) {
    if (task === NONE || (placement.finish[candidate] as number) > (placement.finish[task] as number))
      task = candidate
  }
  const chain: number[] = []
  for (; task !== NONE; task = holder(placement, task, before)) chain.push(task)
  return chain.reverse()
}

function holder(placement: Placement, task: number, before: Int32Array): number {
  const { problem, start, finish } = placement
  const { predecessors } = problem
  const previous = before[task] as number
  const time = start[task] as number
  if (previous !== NONE && time - (finish[previous] as number) <= TOLERANCE * (1 + time)) return previous
  // The last of the predecessors, as data and image come after it.
  let last = NONE
  let latest = Number.NEGATIVE_INFINITY
  for (let i = predecessors.first[task] as number; i < (predecessors.first[task + 1] as number); i++) {
    const other = predecessors.task[i] as number
    const arrival = arrivalOf(placement, other, task, predecessors.data[i] as number)
    if (arrival > latest) {
      latest = arrival
      last = other
    }
  }
  return last
}

function arrivalOf(
  { problem: { machine }, vcpu, finish }: Placement,
  from: number,
  to: number,
  data: number,
): number {
  const [a, b] = [machine.vcpuHost[vcpu[from] as number], machine.vcpuHost[vcpu[to] as number]]
  return (finish[from] as number) + data * machine.secondsPerMb(a as number, b as number)
}

/** The task before each on its vCPU. */
function placedBefore({ problem, vcpu }: Placement, order: Int32Array): Int32Array {
  const last = new Int32Array(problem.machine.vcpuCount).fill(NONE)
  const before = new Int32Array(order.length).fill(NONE)
  for (const task of order) {
    const on = vcpu[task] as number
    before[task] = last[on] as number
    last[on] = task
  }
  return before
}
