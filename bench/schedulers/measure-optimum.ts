import { setImmediate } from 'node:timers/promises'
import {
  type Platform,
  randomPlatform,
  randomWorkflow,
  solveExactly,
  type Workflow,
} from '../../scheduler/index.ts'
import type { Figure } from '../figures.ts'
import { type Implementation, validPlan } from './implementations.ts'
import { Samples } from './samples.ts'

/** Few enough to be solved, on two hosts of one core with two vCPUs each. */
const TASKS = 8

/** Partial schedules that are looked at before an instance is given up. */
const NODE_LIMIT = 3_000_000

export interface OptimumOptions {
  readonly implementations: readonly Implementation[]
  readonly seeds: number
  readonly progress: (message: string) => void
}

/** How far each is from the optimum, where that is proven. */
export async function measureOptimum({
  implementations,
  seeds,
  progress,
}: OptimumOptions): Promise<Figure[]> {
  const samples = new Samples()
  for (const ratio of [0.1, 1, 10]) {
    const name = `above the optimum, ${TASKS} tasks, CCR ${ratio}`
    progress(`${name}: ${seeds} seeds`)
    for (let seed = 1; seed <= seeds; seed++) {
      // A signal is heard between two instances.
      await setImmediate()
      const { workflow, platform } = smallInstance(seed, ratio)
      const { isOptimal, makespan } = solveExactly(workflow, platform, {
        nodeLimit: NODE_LIMIT,
        timeLimit: Number.POSITIVE_INFINITY,
      })
      samples.count(`proven, ${TASKS} tasks, CCR ${ratio}`, 'exact', isOptimal)
      if (!isOptimal) continue
      for (const implementation of implementations) {
        const plan = validPlan(implementation, workflow, platform)
        samples.add(name, implementation.title, '%', 100 * (plan.makespan / makespan - 1))
      }
    }
  }
  return samples.figures()
}

function smallInstance(seed: number, ratio: number): { workflow: Workflow; platform: Platform } {
  const platform = randomPlatform(seed, {
    networks: 2,
    hosts: [1, 1],
    sockets: [1, 1],
    cores: [1, 1],
  })
  const workflow = randomWorkflow(seed, { tasks: TASKS, types: 3, window: 4, ccr: { ratio, on: platform } })
  return { workflow, platform }
}
