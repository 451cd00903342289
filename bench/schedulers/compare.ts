import { setImmediate } from 'node:timers/promises'
import { type DownloadPolicy, measure, type Platform, type Workflow } from '../../scheduler/index.ts'
import { BASELINE, type Implementation, validPlan } from './implementations.ts'
import type { Samples } from './samples.ts'

/** One thing to plan. */
export interface Instance {
  readonly workflow: Workflow
  readonly platform: Platform
  readonly policy?: DownloadPolicy
}

/**
 * Lets all plan the same instance, and takes down response time and efficiency, each as a share of SF-CUV's, degree of SF
 * sharing, vCPUs, and whether nobody was faster.
 * @param name of the case
 */
export async function compareOn(
  { workflow, platform, policy }: Instance,
  all: readonly Implementation[],
  name: string,
  samples: Samples,
): Promise<void> {
  // A signal is heard between two instances.
  await setImmediate()
  const measured = all.map((implementation) => ({
    title: implementation.title,
    ...measure(workflow, platform, validPlan(implementation, workflow, platform, policy)),
  }))
  const baseline = measured.find(({ title }) => title === BASELINE)
  if (baseline === undefined) throw new Error(`${BASELINE} is not among them`)
  const best = Math.min(...measured.map(({ makespan }) => makespan))
  for (const { title, makespan, efficiency, sharing, vcpusUsed } of measured) {
    samples.add(`response time, ${name}`, title, `× ${BASELINE}`, makespan / baseline.makespan)
    samples.add(`efficiency, ${name}`, title, `× ${BASELINE}`, efficiency / baseline.efficiency)
    samples.add(`sharing, ${name}`, title, 'tasks/instance', sharing)
    samples.add(`vCPUs, ${name}`, title, 'vCPUs', vcpusUsed)
    samples.count(`best, ${name}`, title, makespan <= best * (1 + 1e-9))
  }
}
