import type { Problem } from '../model/index.ts'
import type { Placement } from '../placement/index.ts'
import type { Random } from '../random/index.ts'
import { criticalChain } from './critical-chain.ts'
import type { Solution } from './solution.ts'

/** Tasks that are freed to be placed anew. */
export interface Freed {
  readonly tasks: readonly number[]
  /** A vCPU that none of them may have again. */
  readonly avoid?: number
  /** The only vCPUs that they may have, if not all. */
  readonly only?: Iterable<number>
}

/** @param size how many tasks to free at most */
export type Neighbourhood = (view: View, size: number, random: Random) => Freed

/** A plan to look for neighbours of. */
export interface View {
  readonly problem: Problem
  readonly solution: Solution
  /** Some task of the chain that ends last, and those around it in the chain. */
  readonly chain: readonly number[]
}

/** @param placement in which the solution is placed */
export function viewOf(placement: Placement, solution: Solution): View {
  return { problem: placement.problem, solution, chain: criticalChain(placement, solution.order) }
}

/** A stretch of the critical chain. Nothing gets shorter unless something there changes. */
const critical: Neighbourhood = ({ chain }, size, random) => {
  const length = Math.min(chain.length, 1 + random.below(size))
  const first = random.below(chain.length - length + 1)
  return { tasks: chain.slice(first, first + length) }
}

/** A critical task with what comes right before and after it, as far as the size goes. */
const related: Neighbourhood = ({ problem, chain }, size, random) => {
  const tasks = new Set([random.pick(chain)])
  for (const task of tasks) {
    for (const { first, task: neighbour } of [problem.predecessors, problem.successors]) {
      for (let i = first[task] as number; i < (first[task + 1] as number) && tasks.size < size; i++)
        tasks.add(neighbour[i] as number)
    }
  }
  return { tasks: [...tasks] }
}

/** Tasks of a critical task's type: they may share an image elsewhere. */
const sameType: Neighbourhood = ({ problem, solution, chain }, size, random) => {
  const type = problem.taskType[random.pick(chain)]
  const tasks = [...solution.order].filter((task) => problem.taskType[task] === type)
  return { tasks: stretch(tasks, size, random) }
}

/** What a critical task's vCPU runs: perhaps none of it has to be there. */
const sameVcpu: Neighbourhood = ({ solution, chain }, size, random) => {
  const vcpu = solution.vcpu[random.pick(chain)] as number
  const tasks = stretch(
    [...solution.order].filter((task) => solution.vcpu[task] === vcpu),
    size,
    random,
  )
  return random.happens(0.5) ? { tasks, avoid: vcpu } : { tasks }
}

/** What starts at about the same time. */
const sameTime: Neighbourhood = ({ solution }, size, random) => ({
  tasks: stretch([...solution.order], size, random),
})

/** All of a vCPU, which is to be given up. */
const wholeVcpu: Neighbourhood = ({ solution }, _size, random) => {
  const avoid = random.pick(solution.vcpu)
  const tasks = [...solution.order].filter((task) => solution.vcpu[task] === avoid)
  return { tasks, avoid, only: new Set(solution.vcpu) }
}

/** All of two vCPUs, which one is to run. */
const twoVcpus: Neighbourhood = ({ problem, solution }, _size, random) => {
  const [a, b] = [random.pick(solution.vcpu), random.pick(solution.vcpu)]
  const tasks = [...solution.order].filter((task) => solution.vcpu[task] === a || solution.vcpu[task] === b)
  return { tasks, only: [random.happens(0.5) ? a : random.pick(problem.candidates(random.pick(tasks)))] }
}

/** Each with how often it is tried beside the others. */
export const NEIGHBOURHOODS: readonly (readonly [weight: number, neighbourhood: Neighbourhood])[] = [
  [4, critical],
  [3, related],
  [2, sameType],
  [2, sameVcpu],
  [2, sameTime],
  [1, wholeVcpu],
  [1, twoVcpus],
]

export function pickNeighbourhood(random: Random): Neighbourhood {
  let at = random.below(NEIGHBOURHOODS.reduce((sum, [weight]) => sum + weight, 0))
  for (const [weight, neighbourhood] of NEIGHBOURHOODS) {
    if (at < weight) return neighbourhood
    at -= weight
  }
  return critical
}

function stretch(tasks: readonly number[], size: number, random: Random): readonly number[] {
  const length = Math.min(tasks.length, 1 + random.below(size))
  const first = random.below(tasks.length - length + 1)
  return tasks.slice(first, first + length)
}
