import type { Algorithm } from '../algorithms/index.ts'
import { ModelError, type Platform, Problem, type Schedule, type Workflow } from '../model/index.ts'
import { type Holds, noHolds, waitsOf } from './holds.ts'
import { DedicatedLinks } from './links.ts'
import { noiseFactors } from './noise.ts'
import { type Plan, planOf } from './plan.ts'
import { Play, type PlayOptions } from './play.ts'
import { resultOf, type Simulation } from './result.ts'
import { SharedLinks } from './shared-links.ts'

export interface SimulateOptions {
  /** Whether transfers under way share the bandwidths, max-min fair. @defaultValue false: each has its way for itself */
  readonly contention?: boolean | undefined
  /** Coefficient of variation of execution times, lognormal with the model's time as mean. @defaultValue 0 */
  readonly noise?: number | undefined
  /** Of the noise, and of `reschedule`. @defaultValue 1 */
  readonly seed?: number | undefined
  /** Hosts that are gone from a time on, in seconds. @defaultValue none */
  readonly failures?: readonly { readonly host: string; readonly time: number }[] | undefined
  /** Schedules what is left, when a failure makes that necessary. @defaultValue nothing is scheduled anew */
  readonly reschedule?: Algorithm | undefined
  /**
   * Whether waits that have no cause in the schedule are dropped: starts of tasks and downloads that it sets later than it must.
   * @defaultValue false: they are kept, which makes an undisturbed simulation equal to the schedule
   */
  readonly eager?: boolean | undefined
}

/**
 * Carries out a schedule by discrete events. vCPUs and order are those of the schedule, times are what comes of them.
 * @throws ModelError where workflow, platform, schedule and options do not fit together; InfeasibleError where no host takes a
 * task even before anything fails
 */
export function simulate(
  workflow: Workflow,
  platform: Platform,
  schedule: Schedule,
  options: SimulateOptions = {},
): Simulation {
  const { contention = false, noise = 0, seed = 1, failures = [], reschedule, eager = false } = options
  if (!(noise >= 0 && noise < Number.POSITIVE_INFINITY))
    throw new ModelError(`the noise is ${noise}, and is to be 0 or more`)
  const problem = new Problem(workflow, platform, { policy: schedule.policy })
  const { machine, taskCount } = problem
  const plan = planOf(problem, schedule)
  const play = new Play(problem, plan, {
    links: contention ? new SharedLinks(machine) : new DedicatedLinks(machine),
    factors: noiseFactors(taskCount, noise, seed),
    holds: eager ? noHolds(taskCount) : waitsIn(problem, plan),
    failures: failures.map(({ host, time }) => ({ host: hostNumber(problem, host), time })),
    reschedule,
    seed,
  })
  play.run()
  return resultOf(play, schedule, plan)
}

/** Found by carrying out the plan undisturbed with all its starts as they are. */
function waitsIn(problem: Problem, plan: Plan): Holds {
  const starts: Holds = {
    tasks: plan.start,
    layers: new Map([...plan.downloads].map(([place, { start }]) => [place, start])),
  }
  const undisturbed: PlayOptions = {
    links: new DedicatedLinks(problem.machine),
    factors: noiseFactors(problem.taskCount, 0, 0),
    holds: starts,
    failures: [],
    reschedule: undefined,
    seed: 0,
  }
  const play = new Play(problem, plan, undisturbed)
  play.run()
  return waitsOf(starts, play.possible)
}

function hostNumber({ machine }: Problem, name: string): number {
  const host = machine.hostNumber(name)
  if (host < 0) throw new ModelError(`there is no host ${name} to fail`)
  return host
}
