import { heft } from '../algorithms/index.ts'
import type { Problem, Schedule, ScheduleOptions } from '../model/index.ts'
import { Placement } from '../placement/index.ts'
import { Bounds } from './bounds.ts'
import { type Branch, Branching } from './branching.ts'
import { Images } from './images.ts'
import { Instance } from './instance.ts'
import { PartialSchedule } from './partial-schedule.ts'
import { replay } from './replay.ts'

/** Partial schedules between two reports. */
const NODES_PER_REPORT = 512

/** Larger workflows are not searched: their schedules are HEFT's. */
export const MOST_TASKS = 64

/** Larger platforms are not searched. */
export const MOST_VCPUS = 256

/** Schedules that are shorter by less than this part of their end do not count as shorter. */
const TOLERANCE = 1e-9

export interface ExactOptions extends ScheduleOptions {
  /** Partial schedules to look at, at most. @defaultValue no limit */
  readonly nodeLimit?: number | undefined
}

export interface ExactResult {
  readonly schedule: Schedule
  /** Response time of the schedule, in seconds. */
  readonly makespan: number
  /** No schedule has a shorter response time than this; seconds. */
  readonly bound: number
  /** Whether it is proven that there is no shorter schedule, up to rounding. */
  readonly isOptimal: boolean
  /** How much shorter a schedule might be at most, as a part of the makespan. */
  readonly gap: number
  /** Partial schedules that were looked at. */
  readonly nodes: number
}

export interface ExactProgress {
  /** Of the best schedule so far, in seconds. */
  readonly makespan: number
  /** No schedule has a shorter response time than this; seconds. */
  readonly bound: number
  readonly nodes: number
  /** What is known so far: for who stops here. */
  result(): ExactResult
}

/** Ways to go on from one partial schedule, best last. */
interface Level {
  readonly branches: Branch[]
}

/**
 * Searches all schedules for the shortest, and says now and then how far it is. Who does not want to wait stops asking, and
 * takes the last report's result. It knows no clock.
 * @throws ModelError where the options name a vCPU, node or task that is not there
 */
export function* searchExactly(
  problem: Problem,
  options: ExactOptions = {},
): Generator<ExactProgress, ExactResult> {
  const search = new Search(problem, options)
  yield search.progress()
  let report = NODES_PER_REPORT
  while (search.step()) {
    if (search.nodes < report) continue
    report = search.nodes + NODES_PER_REPORT
    yield search.progress()
  }
  return search.result()
}

class Search {
  readonly #problem: Problem
  readonly #release: number
  readonly #schedule: PartialSchedule
  readonly #bounds: Bounds
  readonly #branching: Branching
  readonly #levels: Level[] = []
  readonly #rootBound: number
  readonly #nodeLimit: number
  readonly #options: ExactOptions
  #best: Schedule
  nodes = 0

  constructor(problem: Problem, options: ExactOptions) {
    const placement = new Placement(problem, options)
    heft.fill(placement, {})
    const instance = new Instance(problem, options)
    this.#problem = problem
    this.#options = options
    this.#release = instance.release
    this.#nodeLimit = options.nodeLimit ?? Number.POSITIVE_INFINITY
    this.#schedule = new PartialSchedule(instance, new Images(problem, options.occupation?.layers))
    this.#bounds = new Bounds(this.#schedule)
    this.#branching = new Branching(this.#schedule)
    this.#best = replay(instance, options, placement.vcpu, placement.start)
    this.#rootBound = this.#bounds.of()
    this.#open()
  }

  /** @returns whether there is more to do */
  step(): boolean {
    if (this.nodes >= this.#nodeLimit || this.#rootBound >= this.#limit) return false
    for (;;) {
      const level = this.#levels.at(-1)
      if (level === undefined) return false
      const branch = level.branches.pop()
      if (branch === undefined || branch.bound >= this.#limit) {
        this.#levels.pop()
        if (this.#schedule.depth > 0) this.#schedule.takeBack()
        continue
      }
      this.#schedule.place(branch.task, branch.vcpu, branch.start, branch.binds)
      this.#open()
      return true
    }
  }

  /** No schedule that ends at this time or later is looked for. */
  get #limit(): number {
    const end = this.#best.makespan + this.#release
    return end - Math.abs(end) * TOLERANCE
  }

  #open(): void {
    const schedule = this.#schedule
    const branches: Branch[] = []
    this.#levels.push({ branches })
    // The last ones that were asked about were its brothers, and what is known of them is of no use to its own.
    if (schedule.images.matter && this.#bounds.of(this.#limit) >= this.#limit) return
    for (const branch of this.#branching.branches() ?? []) {
      this.nodes++
      schedule.place(branch.task, branch.vcpu, branch.start, branch.binds)
      branch.bound = this.#bounds.of(this.#limit)
      if (branch.bound < this.#limit) {
        if (schedule.depth + this.#given === this.#problem.taskCount) this.#improve()
        else branches.push(branch)
      }
      schedule.takeBack()
    }
    branches.sort((a, b) => b.bound - a.bound || b.start - a.start || b.task - a.task || b.vcpu - a.vcpu)
  }

  get #given(): number {
    return this.#schedule.instance.given.length
  }

  #improve(): void {
    const { instance, vcpu, start } = this.#schedule
    this.#best = replay(instance, this.#options, vcpu, start)
  }

  get #isDone(): boolean {
    if (this.#rootBound >= this.#limit) return true
    return this.#levels.every(({ branches }) => branches.every(({ bound }) => bound >= this.#limit))
  }

  get #bound(): number {
    if (this.#isDone) return this.#best.makespan
    let bound = this.#limit
    for (const { branches } of this.#levels) {
      for (const branch of branches) bound = Math.min(bound, branch.bound)
    }
    return Math.max(bound, this.#rootBound) - this.#release
  }

  progress(): ExactProgress {
    const result = this.result()
    return { makespan: result.makespan, bound: result.bound, nodes: result.nodes, result: () => result }
  }

  result(): ExactResult {
    const { makespan } = this.#best
    const bound = Math.min(makespan, this.#bound)
    return {
      schedule: this.#best,
      makespan,
      bound,
      isOptimal: bound === makespan,
      gap: makespan === 0 ? 0 : (makespan - bound) / makespan,
      nodes: this.nodes,
    }
  }
}
