import type { Problem } from '../../model/index.ts'

/** What is decided of each task so far, as far as levels depend on it. */
export interface Decisions {
  readonly cluster: Int32Array
  /** vCPU of each task's cluster; -1 while it has none. */
  readonly vcpu: Int32Array
}

/**
 * tlevel and blevel of each task, in seconds, kept up to date as clusters are merged and get their vCPUs: the longest way from
 * the start of the workflow to the task's start, and from there to the end. Execution is at the speed of the cluster's vCPU,
 * or the mean speed while it has none; communication costs nothing inside a cluster, what it costs between two known hosts,
 * and otherwise what it costs at the mean bandwidth.
 */
export class Levels {
  readonly tlevel: Float64Array
  readonly blevel: Float64Array
  readonly #problem: Problem
  readonly #decisions: Decisions
  readonly #onChange: (task: number) => void
  /** Position of each task in the topological order. */
  readonly #position: Int32Array
  readonly #isStale: Uint8Array

  /** @param onChange told of each task one of whose levels has changed */
  constructor(problem: Problem, decisions: Decisions, onChange: (task: number) => void) {
    this.#problem = problem
    this.#decisions = decisions
    this.#onChange = onChange
    this.tlevel = new Float64Array(problem.taskCount)
    this.blevel = new Float64Array(problem.taskCount)
    this.#position = new Int32Array(problem.taskCount)
    this.#isStale = new Uint8Array(problem.taskCount)
    for (const [position, task] of problem.order.entries()) this.#position[task] = position
    this.recompute()
  }

  recompute(): void {
    const { order } = this.#problem
    for (const task of order) this.tlevel[task] = this.#tlevelOf(task)
    for (let at = order.length - 1; at >= 0; at--) {
      const task = order[at] as number
      this.blevel[task] = this.#blevelOf(task)
    }
  }

  /** Brings the levels up to date after something was decided of these tasks. */
  update(tasks: readonly number[]): void {
    this.#sweep(tasks, 1)
    this.#sweep(tasks, -1)
  }

  execution(task: number): number {
    const vcpu = this.#decisions.vcpu[task] as number
    if (vcpu >= 0) return this.#problem.execution(task, vcpu)
    return (this.#problem.work[task] as number) / this.#problem.machine.meanSpeed
  }

  communication(from: number, to: number, data: number): number {
    const { cluster, vcpu } = this.#decisions
    const { machine } = this.#problem
    if (cluster[from] === cluster[to]) return 0
    const a = vcpu[from] as number
    const b = vcpu[to] as number
    if (a < 0 || b < 0) return data * machine.meanSecondsPerMb
    return data * machine.secondsPerMb(machine.vcpuHost[a] as number, machine.vcpuHost[b] as number)
  }

  /** The way through a predecessor to a task's start. */
  wayFrom(before: number, task: number, data: number): number {
    return (this.tlevel[before] as number) + this.execution(before) + this.communication(before, task, data)
  }

  /** The way through a successor from a task's end. */
  wayTo(next: number, task: number, data: number): number {
    return this.communication(task, next, data) + (this.blevel[next] as number)
  }

  #tlevelOf(task: number): number {
    const { first, task: neighbour, data } = this.#problem.predecessors
    let longest = 0
    for (let i = first[task] as number; i < (first[task + 1] as number); i++) {
      longest = Math.max(longest, this.wayFrom(neighbour[i] as number, task, data[i] as number))
    }
    return longest
  }

  #blevelOf(task: number): number {
    const { first, task: neighbour, data } = this.#problem.successors
    let longest = 0
    for (let i = first[task] as number; i < (first[task + 1] as number); i++) {
      longest = Math.max(longest, this.wayTo(neighbour[i] as number, task, data[i] as number))
    }
    return this.execution(task) + longest
  }

  /**
   * Goes through the topological order, down (1) or up (-1), from the tasks that something was decided of, as far as levels
   * change.
   */
  #sweep(tasks: readonly number[], direction: 1 | -1): void {
    const { order, successors, predecessors } = this.#problem
    const { first, task: neighbour } = direction === 1 ? successors : predecessors
    let stale = 0
    let at = direction === 1 ? order.length : -1
    const mark = (task: number): void => {
      if (this.#isStale[task] === 1) return
      this.#isStale[task] = 1
      stale++
      const position = this.#position[task] as number
      at = direction === 1 ? Math.min(at, position) : Math.max(at, position)
    }
    const markNeighbours = (task: number): void => {
      for (let i = first[task] as number; i < (first[task + 1] as number); i++) mark(neighbour[i] as number)
    }
    for (const task of tasks) {
      mark(task)
      // Communication between them and their neighbours may have changed though their own level has not.
      markNeighbours(task)
    }
    while (stale > 0) {
      const task = order[at] as number
      if (this.#isStale[task] === 1) {
        this.#isStale[task] = 0
        stale--
        const levels = direction === 1 ? this.tlevel : this.blevel
        const level = direction === 1 ? this.#tlevelOf(task) : this.#blevelOf(task)
        if (level !== levels[task]) {
          levels[task] = level
          this.#onChange(task)
          // All of them are further on in this direction.
          const here = at
          markNeighbours(task)
          at = here
        }
      }
      at += direction
    }
  }
}
