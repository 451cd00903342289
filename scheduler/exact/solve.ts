import { ALGORITHMS, type Algorithm, heft } from '../algorithms/index.ts'
import { type Platform, Problem, type Workflow } from '../model/index.ts'
import { Placement } from '../placement/index.ts'
import { coarseBound } from './coarse.ts'
import { EXACT_NAME } from './partial-schedule.ts'
import { type ExactOptions, type ExactProgress, type ExactResult, resultOf } from './result.ts'
import { Search } from './search.ts'

/** Milliseconds. */
const DEFAULT_TIME_LIMIT = 10_000

/** Partial schedules between two reports. */
const NODES_PER_REPORT = 512

/** Larger workflows are not searched, since there is no hope; depth and memory of the search are limited by it. */
const MOST_TASKS = 64

/** Larger platforms are not searched. */
const MOST_VCPUS = 128

/**
 * Searches for the shortest schedule, and reports now and then how far it is. Who does not want to wait asks no further, and takes
 * the last report's result. The first report comes before the search; it knows no clock.
 * @throws ModelError where the options name a vCPU, node or task that is not there
 */
export function* searchExactly(
  problem: Problem,
  options: ExactOptions = {},
): Generator<ExactProgress, ExactResult> {
  if (problem.taskCount > MOST_TASKS || problem.machine.vcpuCount > MOST_VCPUS) {
    const placement = filledBy(heft, problem, options)
    const result = resultOf(placement.toSchedule(EXACT_NAME), coarseBound(problem, options), 0)
    yield progressOf(result)
    return result
  }
  const placements = ALGORITHMS.map((algorithm) => filledBy(algorithm, problem, options))
  const search = new Search(
    problem,
    options,
    placements.reduce((best, own) => (own.makespan < best.makespan ? own : best)),
  )
  yield progressOf(search.result())
  let next = NODES_PER_REPORT
  while (search.step()) {
    if (search.nodes < next) continue
    next = search.nodes + NODES_PER_REPORT
    yield progressOf(search.result())
  }
  return search.result()
}

function filledBy(algorithm: Algorithm, problem: Problem, options: ExactOptions): Placement {
  const placement = new Placement(problem, options)
  algorithm.fill(placement, {})
  placement.tighten()
  return placement
}

function progressOf(result: ExactResult): ExactProgress {
  const { makespan, bound, nodes } = result
  return { makespan, bound, nodes, result: () => result }
}

export interface SolveOptions extends ExactOptions {
  /** Milliseconds. @defaultValue 10 000 */
  readonly timeLimit?: number | undefined
  /** In milliseconds. @defaultValue performance.now */
  readonly clock?: (() => number) | undefined
}

/**
 * The shortest schedule, and the proof that it is; where time or nodes do not suffice, the best that was found and how much
 * shorter another one might be. Takes time that grows exponentially with the tasks: README.md says how far it goes.
 * @throws ModelError where workflow, platform and options do not fit together; InfeasibleError where no host takes a task
 */
export function solveExactly(
  workflow: Workflow,
  platform: Platform,
  { timeLimit = DEFAULT_TIME_LIMIT, clock = () => performance.now(), ...options }: SolveOptions = {},
): ExactResult {
  const end = clock() + timeLimit
  const search = searchExactly(new Problem(workflow, platform, options), options)
  for (;;) {
    const { done, value } = search.next()
    if (done === true) return value
    if (clock() >= end) return value.result()
  }
}
