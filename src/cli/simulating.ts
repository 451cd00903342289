import { InvalidArgumentError, Option } from 'commander'
import type { Algorithm, Measures, Platform, Schedule, Simulation, Workflow } from '../../scheduler/index.ts'
import { CliError, ExitCode } from './exit-code.ts'
import { formatList, nearest } from './text.ts'

/** Times vary by ten times their mean at most: more is a slip, such as per cent. */
const MAX_NOISE = 10

/** Most hosts that are listed. */
const MAX_LISTED = 20

/** Tasks that are told of. */
const SHOWN_TASKS = 5

export interface Failure {
  readonly host: string
  /** Seconds. */
  readonly time: number
}

/** How a plan is to be played. */
export interface Simulating {
  readonly noise: number
  readonly seed: number
  readonly failures: readonly Failure[]
  /** Schedules what a failure leaves. */
  readonly reschedule: Algorithm
}

/** A plan that was played. */
export interface Simulated {
  readonly how: Simulating
  readonly simulation: Simulation
  /** Undefined where tasks came to no end. */
  readonly measures: Measures | undefined
}

export const noiseOption = (): Option =>
  new Option(
    '--noise <share>',
    'simulate, with execution times that vary: standard deviation / mean, e.g. 0.2',
  ).argParser((text) => {
    const noise = numberIn(text)
    if (noise === undefined || noise > MAX_NOISE)
      throw new InvalidArgumentError(`write a share from 0 to ${MAX_NOISE}, e.g. 0.2.`)
    return noise
  })

export const failOption = (): Option =>
  new Option(
    '--fail <host@seconds>',
    'simulate, with a host that is gone from then on; may be given several times',
  ).argParser((text, before: readonly Failure[] = []) => {
    const at = text.lastIndexOf('@')
    const time = numberIn(text.slice(at + 1))
    if (at < 1 || time === undefined)
      throw new InvalidArgumentError('write the host, @, and seconds from 0 on, e.g. host1@30.')
    return [...before, { host: text.slice(0, at), time }]
  })

function numberIn(text: string): number | undefined {
  return /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : undefined
}

/** @throws CliError with the names that may have been meant */
export function requireHosts(failures: readonly Failure[], { hosts, name }: Platform): void {
  const names = hosts.map((host) => host.name)
  for (const { host } of failures) {
    if (names.includes(host)) continue
    const near = nearest(host, names)
    const shown = names.slice(0, MAX_LISTED)
    if (names.length > MAX_LISTED) shown.push(`${names.length - MAX_LISTED} more`)
    const hint =
      near.length > 0 ? `did you mean ${formatList(near, 'or')}?` : `there are ${formatList(shown)}`
    throw new CliError(ExitCode.Usage, `--fail: there is no host '${host}' in ${name}; ${hint}`)
  }
}

/** Plays a plan, with transfers that share the links. */
export function simulated(
  library: typeof import('../../scheduler/index.ts'),
  workflow: Workflow,
  platform: Platform,
  planned: Schedule,
  how: Simulating,
): Simulated {
  const simulation = library.simulate(workflow, platform, planned, { contention: true, ...how })
  const { isComplete, schedule } = simulation
  return {
    how,
    simulation,
    measures: isComplete ? library.measure(workflow, platform, schedule) : undefined,
  }
}

/** @throws CliError that says why tasks came to no end, if so */
export function requireComplete({ simulation: { unfinished, reason = '' } }: Simulated): void {
  if (unfinished.length === 0) return
  const shown: string[] = unfinished.slice(0, SHOWN_TASKS)
  if (unfinished.length > SHOWN_TASKS) shown.push(`${unfinished.length - SHOWN_TASKS} more`)
  throw new CliError(
    ExitCode.Other,
    `in the simulation the workflow is not completed: ${reason}\nunfinished: ${formatList(shown)}`,
  )
}
