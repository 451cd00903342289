import { ALGORITHMS, type Algorithm, schedule } from '../algorithms/index.ts'
import { Problem } from '../model/index.ts'
import { SEEK_NAME, seek } from '../seek/index.ts'
import type { Scheduler } from './scheduler.ts'

const sfSeek: Scheduler = {
  name: SEEK_NAME,
  title: 'SF-SEEK',
  summary: 'Begins with the best plan of the others, and improves it by search until it is stopped',
  isAnytime: true,
  plan: (workflow, platform, options = {}) => seek(new Problem(workflow, platform, options), options),
}

/** All of them: SF-SEEK, SF-CUV and its rivals, baselines. */
export const SCHEDULERS: readonly Scheduler[] = [sfSeek, ...ALGORITHMS.map(listScheduler)]

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
    isAnytime: false,
    // It never gives the word: it is done before it would be worth it.
    // biome-ignore lint/correctness/useYield: see above
    *plan(workflow, platform, options) {
      return schedule(algorithm, workflow, platform, options)
    },
  }
}
