import { sourceWorkflow, testbed } from '../../scheduler/index.ts'
import type { Figure } from '../figures.ts'
import { compareOn, type Instance } from './compare.ts'
import type { Implementation } from './implementations.ts'
import { Samples } from './samples.ts'

export const PARTITIONS = [2, 5, 10, 15, 20]
export const MORE_PARTITIONS = [50, 100]

/** How the images come: the cases of the source document's figures, and what it would be if nodes asked for them ahead. */
export const DEPLOYMENTS = {
  'none pre-deployed': (partitions: number, seed: number): Instance => ({
    workflow: sourceWorkflow(partitions, { seed }),
    platform: testbed({ seed }),
  }),
  'all pre-deployed': (partitions: number, seed: number): Instance => ({
    workflow: sourceWorkflow(partitions, { seed }),
    platform: testbed({ seed, preDeployed: true }),
  }),
  'fetched ahead': (partitions: number, seed: number): Instance => ({
    workflow: sourceWorkflow(partitions, { seed }),
    platform: testbed({ seed }),
    policy: 'ahead',
  }),
} as const

export type Deployment = keyof typeof DEPLOYMENTS

export function sourceCase(deployment: Deployment, partitions: number): string {
  return `${deployment}, |B| = ${partitions}`
}

export interface SourceOptions {
  readonly implementations: readonly Implementation[]
  readonly partitions: readonly number[]
  readonly seeds: number
  readonly progress: (message: string) => void
}

/** The comparison of the source document, section 4.2.4. */
export async function measureSource({
  implementations,
  partitions,
  seeds,
  progress,
}: SourceOptions): Promise<Figure[]> {
  const samples = new Samples()
  for (const deployment of Object.keys(DEPLOYMENTS) as Deployment[]) {
    for (const count of partitions) {
      const name = sourceCase(deployment, count)
      progress(`${name}: ${seeds} seeds`)
      for (let seed = 1; seed <= seeds; seed++)
        await compareOn(DEPLOYMENTS[deployment](count, seed), implementations, name, samples)
    }
  }
  return samples.figures()
}
