import { randomPlatform, randomWorkflow } from '../../scheduler/index.ts'
import type { Figure } from '../figures.ts'
import { compareOn } from './compare.ts'
import type { Implementation } from './implementations.ts'
import { Samples } from './samples.ts'

export const CCRS = [0.1, 1, 10]

export interface RandomOptions {
  readonly implementations: readonly Implementation[]
  readonly seeds: number
  readonly progress: (message: string) => void
}

/** Random instances as the authors of SF-CUV drew them, at several ratios of communication to computation. */
export async function measureRandom({ implementations, seeds, progress }: RandomOptions): Promise<Figure[]> {
  const samples = new Samples()
  for (const ratio of CCRS) {
    const name = `random, CCR ${ratio}`
    progress(`${name}: ${seeds} seeds`)
    for (let seed = 1; seed <= seeds; seed++) {
      const platform = randomPlatform(seed)
      const workflow = randomWorkflow(seed, { ccr: { ratio, on: platform } })
      await compareOn({ workflow, platform }, implementations, name, samples)
    }
  }
  return samples.figures()
}
