import {
  ALGORITHMS,
  type Algorithm,
  check,
  type DownloadPolicy,
  type Platform,
  Problem,
  type Schedule,
  schedule,
  seek,
  type Workflow,
} from '../../scheduler/index.ts'

/** SF-CUV: what the others are compared with. */
export const BASELINE = 'SF-CUV'

/** Something that makes plans, which are compared. */
export interface Implementation {
  readonly title: string
  plan(workflow: Workflow, platform: Platform, policy?: DownloadPolicy): Schedule
}

/** @param evaluations of SF-SEEK: a number and not a time, so that another machine gets the same figures */
export function implementations(evaluations: number): Implementation[] {
  return [
    {
      title: 'SF-SEEK',
      plan: (workflow, platform, policy) => {
        const search = seek(new Problem(workflow, platform, { policy }), { evaluations })
        for (;;) {
          const { done, value } = search.next()
          if (done) return value
        }
      },
    },
    ...ALGORITHMS.map(listImplementation),
  ]
}

export function listImplementation(algorithm: Algorithm): Implementation {
  return {
    title: algorithm.title,
    plan: (workflow, platform, policy) => schedule(algorithm, workflow, platform, { policy }),
  }
}

/** A plan that the validator has nothing against. @throws InvalidScheduleError */
export function validPlan(
  implementation: Implementation,
  workflow: Workflow,
  platform: Platform,
  policy?: DownloadPolicy,
): Schedule {
  const plan = implementation.plan(workflow, platform, policy)
  check(workflow, platform, plan)
  return plan
}
