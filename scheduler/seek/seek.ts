import { ALGORITHMS, random as drawingLots, earliestFinishVcpu } from '../algorithms/index.ts'
import type { Problem, Schedule, ScheduleOptions } from '../model/index.ts'
import { Placement } from '../placement/index.ts'
import { Random } from '../random/index.ts'
import { type Freed, pickNeighbourhood, type View, viewOf } from './neighbourhoods.ts'
import { compare, type Solution, solutionOf } from './solution.ts'
import { shortestWays, unplacedPredecessors } from './ways.ts'

export interface SeekOptions extends ScheduleOptions {
  /** @defaultValue 1 */
  readonly seed?: number | undefined
  /** How many plans to look at, beside those of the other schedulers; whoever drives the search may stop it before. @defaultValue no limit */
  readonly evaluations?: number | undefined
}

export interface SeekProgress {
  /** Best response time so far, in seconds. */
  readonly makespan: number
  readonly evaluations: number
  /** The best plan so far. */
  readonly schedule: () => Schedule
}

export const SEEK_NAME = 'sf-seek'

const DEFAULT_SEED = 1

/** Tasks that are freed at a time, at most. */
const MAX_FREED = 24

/** Chance of a host to be passed over while a plan is made anew, so that not always the same is best. */
const PASS_OVER = 0.15

/** Chance that all tasks that are freed go to one host. */
const TOGETHER = 0.25

/** Chance of a freed task to get another place in the order. */
const REORDER = 0.3

/** A plan is gone on from if it is longer than the round's best by no more than this share, which falls to nothing … */
const MAX_WORSE = 0.03
/** … in so many evaluations without a better plan; then the next round begins. */
const PATIENCE = 300

/** Evaluations between two times that the caller is given the word. */
const STRIDE = 8

/**
 * SF-SEEK: takes the best plan of all other schedulers, and then over and over frees some tasks and places them anew, by every
 * rule of the model, where they finish earliest: large neighbourhood search (Shaw 1998) with record-to-record acceptance
 * (Dueck 1993). What is freed lies on or around the critical chain, or shares a type or a vCPU, so that downloads and
 * instances can be shared or given up together. It is never worse than the others. The same seed and number of evaluations
 * give the same plan.
 */
export function* seek(problem: Problem, options: SeekOptions = {}): Generator<SeekProgress, Schedule> {
  const search = new Search(problem, options)
  const { evaluations = Number.POSITIVE_INFINITY } = options
  const progress = (): SeekProgress => ({
    makespan: search.makespan,
    evaluations: search.evaluations,
    schedule: () => search.schedule(),
  })
  for (const algorithm of ALGORITHMS) {
    if (algorithm === drawingLots) continue
    search.begin((placement) => algorithm.fill(placement, options))
    yield progress()
  }
  while (search.evaluations < evaluations && search.canImprove) {
    for (let i = 0; i < STRIDE && search.evaluations < evaluations; i++) search.step()
    yield progress()
  }
  return search.schedule()
}

class Search {
  evaluations = 0
  readonly #placement: Placement
  readonly #random: Random
  #best: View | undefined
  #schedule: Schedule | undefined
  /** Where the search is. */
  #view: View | undefined
  /** Best response time since this round began, in seconds. */
  #record = Number.POSITIVE_INFINITY
  /** Evaluations since that got better. */
  #fruitless = 0
  /** Whether this round began with a plan that was made anew. */
  #isAnew = false
  /** Evaluations since there was a better plan. */
  #sinceBest = 0
  /** How many tasks may be moved. */
  readonly #movable: number
  /** Shortest time from each task's end to the end of the workflow, in seconds. */
  readonly #rest: Float64Array
  /** No plan is shorter than this. */
  readonly #bound: number
  readonly #isFreed: Uint8Array
  /** How many predecessors of each task are not placed at first, and while a plan is made. */
  readonly #predecessors: Int32Array
  readonly #waits: Int32Array
  /** Tasks without such predecessors. */
  readonly #starts: readonly number[]
  /** vCPUs that freed tasks may not go to. */
  readonly #isExcluded: Uint8Array

  constructor(problem: Problem, options: SeekOptions) {
    this.#placement = new Placement(problem, options)
    this.#random = new Random(options.seed ?? DEFAULT_SEED)
    this.#movable = problem.order.filter((task) => !this.#placement.isPlaced(task)).length
    const { rest, bound } = shortestWays(problem)
    this.#rest = rest
    this.#bound = bound
    this.#predecessors = unplacedPredecessors(this.#placement)
    this.#waits = this.#predecessors.slice()
    this.#starts = [...problem.order].filter(
      (task) => this.#predecessors[task] === 0 && !this.#placement.isPlaced(task),
    )
    this.#isFreed = new Uint8Array(problem.taskCount)
    this.#isExcluded = new Uint8Array(problem.machine.vcpuCount)
  }

  /** Best response time so far, in seconds. */
  get makespan(): number {
    return this.#best?.solution.makespan ?? Number.POSITIVE_INFINITY
  }

  get canImprove(): boolean {
    if (this.#movable === 0) return false
    // With the shortest response time that there can be, there may still be vCPUs to give up.
    return this.makespan > this.#bound || this.#sinceBest < PATIENCE
  }

  /** Takes a plan to begin with, if it is better than those before. */
  begin(fill: (placement: Placement) => void): void {
    this.#placement.clear()
    fill(this.#placement)
    this.#placement.tighten()
    this.#takeIfBest(solutionOf(this.#placement))
  }

  step(): void {
    const view = this.#view
    if (view === undefined) return
    this.evaluations++
    this.#sinceBest++
    const freed = pickNeighbourhood(this.#random)(view, MAX_FREED, this.#random)
    const allowed = this.#record * (1 + MAX_WORSE * (1 - this.#fruitless / PATIENCE))
    if (this.#place(view, freed, allowed)) {
      this.#placement.tighten()
      const solution = solutionOf(this.#placement)
      if (this.#takeIfBest(solution)) return
      if (solution.makespan <= allowed) this.#view = viewOf(this.#placement, solution)
      if (solution.makespan < this.#record) {
        this.#record = solution.makespan
        this.#fruitless = 0
      }
    }
    if (++this.#fruitless >= PATIENCE) this.#beginRound()
  }

  /** Goes back to the best, or, every other time, to a plan that is made anew as a whole. */
  #beginRound(): void {
    this.#fruitless = 0
    this.#view = this.#best
    this.#record = this.makespan
    this.#isAnew = !this.#isAnew
    if (this.#view === undefined || !this.#isAnew) return
    this.#place(this.#view, { tasks: [...this.#view.solution.order] }, Number.POSITIVE_INFINITY)
    this.#placement.tighten()
    const solution = solutionOf(this.#placement)
    if (this.#takeIfBest(solution)) return
    this.#view = viewOf(this.#placement, solution)
    this.#record = solution.makespan
  }

  /** The best so far. */
  schedule(): Schedule {
    return this.#schedule ?? this.#placement.toSchedule(SEEK_NAME)
  }

  #takeIfBest(solution: Solution): boolean {
    if (this.#best !== undefined && compare(solution, this.#best.solution) >= 0) return false
    this.#best = viewOf(this.#placement, solution)
    this.#view = this.#best
    this.#schedule = this.#placement.toSchedule(SEEK_NAME)
    this.#record = solution.makespan
    this.#fruitless = 0
    this.#sinceBest = 0
    return true
  }

  /** Places all again, those that are freed anew. @returns false once it is clear that it takes longer than allowed */
  #place({ solution }: View, freed: Freed, allowed: number): boolean {
    const placement = this.#placement
    const order = this.#reordered(solution.order, freed.tasks)
    this.#exclude(solution, freed)
    for (const task of freed.tasks) this.#isFreed[task] = 1
    placement.clear()
    this.#waits.set(this.#predecessors)
    let isShort = true
    for (const task of this.#starts) this.#fetchKnown(task, solution)
    for (const task of order) {
      if (placement.isPlaced(task)) continue
      const vcpu = this.#isFreed[task] === 1 ? this.#earliest(task) : (solution.vcpu[task] as number)
      const finish = placement.place(task, vcpu)
      this.#fetchAfter(task, solution)
      if (finish + (this.#rest[task] as number) - placement.release > allowed) {
        isShort = false
        break
      }
    }
    for (const task of freed.tasks) this.#isFreed[task] = 0
    return isShort
  }

  /**
   * A task asks for its image when its predecessors have finished, not when its turn to be placed comes: another one of its type
   * may start before it, with the image that it asked for.
   */
  #fetchAfter(task: number, solution: Solution): void {
    const { first, task: neighbour } = this.#placement.problem.successors
    for (let i = first[task] as number; i < (first[task + 1] as number); i++) {
      const next = neighbour[i] as number
      this.#waits[next] = (this.#waits[next] as number) - 1
      if (this.#waits[next] === 0) this.#fetchKnown(next, solution)
    }
  }

  /** Where a task that is freed will be is not known yet. */
  #fetchKnown(task: number, { vcpu }: Solution): void {
    if (this.#isFreed[task] === 0) this.#placement.fetchImage(task, vcpu[task] as number)
  }

  /** Where a task finishes earliest: on a vCPU that is not excluded, if there is such a one. */
  #earliest(task: number): number {
    const candidates = this.#placement.problem.candidates(task)
    const open = candidates.filter((vcpu) => this.#isExcluded[vcpu] === 0)
    return earliestFinishVcpu(this.#placement, task, open.length > 0 ? open : candidates)
  }

  /** Decides which vCPUs freed tasks may not go to. */
  #exclude({ vcpu }: Solution, { tasks, avoid, only }: Freed): void {
    const random = this.#random
    const { problem } = this.#placement
    const { vcpuHost } = problem.machine
    const excluded = this.#isExcluded
    excluded.fill(only === undefined ? 0 : 1)
    if (only !== undefined) for (const allowed of only) excluded[allowed] = 0
    else if (random.happens(TOGETHER)) {
      // More often than not to a host that runs something already.
      const together = random.happens(0.7)
        ? random.pick(vcpu)
        : random.pick(problem.candidates(random.pick(tasks)))
      for (let other = 0; other < excluded.length; other++) {
        if (vcpuHost[other] !== vcpuHost[together]) excluded[other] = 1
      }
    } else {
      const isPassedOver = problem.machine.hosts.map(() => random.happens(PASS_OVER))
      for (let other = 0; other < excluded.length; other++) {
        if (isPassedOver[vcpuHost[other] as number]) excluded[other] = 1
      }
    }
    if (avoid !== undefined) excluded[avoid] = 1
  }

  /** The order of the plan, with some of the freed tasks at other places between their predecessors and successors. */
  #reordered(order: Int32Array, tasks: readonly number[]): Iterable<number> {
    const { problem } = this.#placement
    let changed: number[] | undefined
    for (const task of tasks) {
      if (!this.#random.happens(REORDER)) continue
      changed ??= [...order]
      const at = changed.indexOf(task)
      let first = at
      let last = at
      while (first > 0 && !isNeighbour(problem.predecessors, task, changed[first - 1] as number)) first--
      while (last < changed.length - 1 && !isNeighbour(problem.successors, task, changed[last + 1] as number))
        last++
      const to = first + this.#random.below(last - first + 1)
      changed.splice(at, 1)
      changed.splice(to, 0, task)
    }
    return changed ?? order
  }
}

function isNeighbour(
  { first, task: neighbour }: Problem['predecessors'],
  task: number,
  other: number,
): boolean {
  for (let i = first[task] as number; i < (first[task + 1] as number); i++) {
    if (neighbour[i] === other) return true
  }
  return false
}
