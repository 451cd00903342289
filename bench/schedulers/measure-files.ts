import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readPlatform, readWorkflow, solveExactly } from '../../scheduler/index.ts'
import type { Figure } from '../figures.ts'
import { compareOn } from './compare.ts'
import { type Implementation, validPlan } from './implementations.ts'
import { Samples } from './samples.ts'

const TOPOLOGIES = fileURLToPath(new URL('../../../topologies/', import.meta.url))

export interface FilesOptions {
  readonly implementations: readonly Implementation[]
  readonly progress: (message: string) => void
}

/** Traces of real workflows (WfInstances) on the testbed and on a real network. */
export async function measureTraces({ implementations, progress }: FilesOptions): Promise<Figure[]> {
  const samples = new Samples()
  const folder = join(TOPOLOGIES, 'wfinstances')
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort()
  for (const network of ['testbed', 'geant']) {
    const platform = await readPlatform(join(TOPOLOGIES, `${network}.yaml`))
    for (const file of files) {
      const name = `${basename(file, '.json')} on ${network}`
      progress(name)
      await compareOn(
        { workflow: await readWorkflow(join(folder, file)), platform },
        implementations,
        name,
        samples,
      )
    }
  }
  return samples.figures()
}

/** The instances of the literature, with their proven optimum. */
export async function measureGolden({ implementations, progress }: FilesOptions): Promise<Figure[]> {
  const samples = new Samples()
  const folder = join(TOPOLOGIES, 'golden')
  const platform = await readPlatform(join(folder, 'processors.yaml'))
  for (const file of ['topcuoglu', 'arabnejad']) {
    const name = `response time, golden, ${file}`
    progress(name)
    const workflow = await readWorkflow(join(folder, `${file}.yaml`))
    for (const implementation of implementations)
      samples.add(name, implementation.title, 's', validPlan(implementation, workflow, platform).makespan)
    const { isOptimal, makespan } = solveExactly(workflow, platform, { timeLimit: Number.POSITIVE_INFINITY })
    if (isOptimal) samples.add(name, 'exact', 's', makespan)
  }
  return samples.figures()
}
