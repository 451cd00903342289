import { Random } from '../random/index.ts'
import { earliestFinishVcpu, fastestVcpu, inPriorityOrder } from './list.ts'
import type { Algorithm } from './scheduler.ts'

const DEFAULT_SEED = 1

/** Draws lots: a ready task, and a vCPU that may run it. */
export const random: Algorithm = {
  name: 'random',
  title: 'random',
  summary: 'Draws lots, with a seed: what any plan should be better than',
  fill(placement, { seed = DEFAULT_SEED }) {
    const { problem } = placement
    const lots = new Random(seed)
    inPriorityOrder(
      placement,
      () => lots.fraction(),
      (task) => {
        const candidates = problem.candidates(task)
        placement.place(task, lots.pick(candidates))
      },
    )
  },
}

/**
 * All on the vCPU that may run most tasks, and those in the shortest time; those that it may not run go where they finish
 * earliest.
 */
export const single: Algorithm = {
  name: 'single',
  title: 'single vCPU',
  summary:
    'All on one vCPU, the fastest for the whole: no transfer, one image of each type, nothing in parallel',
  fill(placement) {
    const { problem } = placement
    const all = fastestVcpu(problem, problem.order)
    inPriorityOrder(
      placement,
      () => 0,
      (task) => {
        const candidates = problem.candidates(task)
        placement.place(
          task,
          candidates.includes(all) ? all : earliestFinishVcpu(placement, task, candidates),
        )
      },
    )
  },
}
