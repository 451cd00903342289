import type { Algorithm } from '../algorithms/index.ts'
import {
  type DownloadPolicy,
  Machine,
  type Occupation,
  type Platform,
  Problem,
  type Schedule,
  type Workflow,
} from '../model/index.ts'
import { Placement } from '../placement/index.ts'
import { SubmitError } from './errors.ts'
import { LayerTimes } from './layer-times.ts'

export interface OnlineOptions {
  /** @defaultValue 'on-demand' */
  readonly policy?: DownloadPolicy | undefined
  /** For algorithms that draw lots. @defaultValue 1 */
  readonly seed?: number | undefined
  /** Tasks that may be planned and not finished at one time. @defaultValue 100,000 */
  readonly maxPending?: number | undefined
}

const DEFAULT_MAX_PENDING = 100_000

/**
 * Schedules workflows as they arrive onto a platform that is busy with those before. What is planned stays as it is. What has
 * finished is forgotten, but for the images that it brought to nodes: time and memory do not grow with it. Submitting a workflow
 * costs, beside the algorithm, O(vCPUs + nodes x its layers + pending tasks).
 */
export class OnlineScheduler {
  readonly #machine: Machine
  readonly #algorithm: Algorithm
  readonly #policy: DownloadPolicy | undefined
  readonly #seed: number | undefined
  readonly #maxPending: number
  readonly #layers = new LayerTimes()
  /** Planned and not finished, by start. */
  #tasks: Occupation['tasks'] = []
  #now = Number.NEGATIVE_INFINITY

  /** @throws ModelError where the platform contradicts itself */
  constructor(
    platform: Platform | Machine,
    algorithm: Algorithm,
    { policy, seed, maxPending = DEFAULT_MAX_PENDING }: OnlineOptions = {},
  ) {
    this.#machine = platform instanceof Machine ? platform : new Machine(platform)
    this.#algorithm = algorithm
    this.#policy = policy
    this.#seed = seed
    this.#maxPending = maxPending
  }

  /** Tasks that were planned and had not finished when the last workflow came. */
  get pending(): number {
    return this.#tasks.length
  }

  /** What the platform does, as of the last workflow: of layers, those that a workflow has. */
  occupation(workflow: Workflow): Occupation {
    return { tasks: this.#tasks, layers: this.#layers.of(workflow) }
  }

  /**
   * @param time when the workflow comes, in seconds; not before the one before
   * @throws SubmitError where time goes back or too many tasks are pending; ModelError and InfeasibleError as `schedule` does.
   * In each case nothing that was planned is lost, and the workflow is not taken
   */
  submit(workflow: Workflow, time: number): Schedule {
    if (!Number.isFinite(time) || time < this.#now)
      throw new SubmitError(
        'time-goes-back',
        `a workflow comes at ${time}, and the one before at ${this.#now}`,
      )
    this.#now = time
    this.#tasks = this.#tasks.filter(({ finish }) => finish > time)
    const count = this.#tasks.length + workflow.tasks.length
    if (count > this.#maxPending)
      throw new SubmitError(
        'too-many-tasks',
        `${count} tasks would be pending, and ${this.#maxPending} may be`,
      )
    const problem = new Problem(workflow, this.#machine, { policy: this.#policy })
    const placement = new Placement(problem, { release: time, occupation: this.occupation(workflow) })
    this.#algorithm.fill(placement, { seed: this.#seed })
    const schedule = placement.toSchedule(this.#algorithm.name)
    this.#take(problem, schedule)
    return schedule
  }

  #take({ usage }: Problem, { tasks, downloads }: Schedule): void {
    const planned = tasks.map(({ vcpu, start, finish }, task) => ({
      vcpu,
      start,
      finish,
      usage: usage[task] as number,
    }))
    // By start, so that what a placement keeps in order is mostly added at the end.
    this.#tasks = [...this.#tasks, ...planned].sort((a, b) => a.start - b.start)
    for (const download of downloads) this.#layers.add(download)
  }
}
