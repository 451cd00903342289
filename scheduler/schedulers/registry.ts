import { ALGORITHMS, type Algorithm, schedule } from '../algorithms/index.ts'
import { EXACT_NAME, type ExactResult, searchExactly } from '../exact/index.ts'
import { Problem } from '../model/index.ts'
import { SEEK_NAME, seek } from '../seek/index.ts'
import type { Scheduler } from './scheduler.ts'

const sfSeek: Scheduler = {
  name: SEEK_NAME,
  title: 'SF-SEEK',
  summary: 'Begins with the best plan of the others, and improves it by search until it is stopped',
  plan: (workflow, platform, options = {}) => seek(new Problem(workflow, platform, options), options),
}

const exact: Scheduler = {
  name: EXACT_NAME,
  title: 'exact',
  summary: 'Proves the optimum of small instances; of others, the best so far and a bound when it is stopped',
  *plan(workflow, platform, options = {}) {
    const search = searchExactly(new Problem(workflow, platform, options), options)
    for (;;) {
      const step = search.next()
      const result = (): ExactResult => (step.done ? step.value : step.value.result())
      const { makespan, bound, nodes } = step.value
      yield { makespan, bound, evaluations: nodes, schedule: () => result().schedule }
      if (step.done) return step.value.schedule
    }
  },
}

/** All of them: SF-SEEK, SF-CUV and its rivals, baselines, the optimum. */
export const SCHEDULERS: readonly Scheduler[] = [sfSeek, ...ALGORITHMS.map(listScheduler), exact]

/** @returns undefined where there is none of that name */
export function findScheduler(name: string): Scheduler | undefined {
  return SCHEDULERS.find((scheduler) => scheduler.name === name)
}

function listScheduler(algorithm: Algorithm): Scheduler {
  const { name, title, summary } = algorithm
  return {
    name,
    title,
    summary,
    // It never gives the word: it is done before it would be worth it.
    // biome-ignore lint/correctness/useYield: see above
    *plan(workflow, platform, options) {
      return schedule(algorithm, workflow, platform, options)
    },
  }
}
