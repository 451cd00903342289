import type { Problem } from '../../model/index.ts'
import { Descendants } from './descendants.ts'
import { Levels } from './levels.ts'

/** Of a task without such a neighbour, or a cluster without a vCPU. */
export const NONE = -1

/**
 * Clusters of tasks and their levels (after Kanemitsu et al., SF-CUV). A cluster is known by the number of the task it began
 * with. W is in million instructions, levels are in seconds.
 */
export class Clusters {
  readonly levels: Levels
  /** The cluster of each task. */
  readonly cluster: Int32Array
  /** The vCPU of each task's cluster. */
  readonly vcpu: Int32Array
  readonly #problem: Problem
  readonly #members: (number[] | undefined)[]
  readonly #candidates: Int32Array[]
  readonly #work: Float64Array
  readonly #descendants: Descendants
  /** Work of each task's descendants inside its cluster. */
  readonly #workAfter: Float64Array
  readonly #known: (Known | undefined)[]

  constructor(problem: Problem) {
    const { taskCount } = problem
    this.#problem = problem
    this.cluster = Int32Array.from({ length: taskCount }, (_, task) => task)
    this.vcpu = new Int32Array(taskCount).fill(NONE)
    this.#members = Array.from({ length: taskCount }, (_, task) => [task])
    this.#candidates = Array.from({ length: taskCount }, (_, task) => problem.candidates(task))
    this.#work = problem.work.slice()
    this.#descendants = new Descendants(problem)
    this.#workAfter = new Float64Array(taskCount)
    this.#known = Array.from({ length: taskCount })
    this.levels = new Levels(problem, this, (task) => {
      this.#known[this.cluster[task] as number] = undefined
    })
  }

  members(cluster: number): readonly number[] {
    return this.#members[cluster] ?? []
  }

  /** vCPUs that may run all of a cluster. */
  candidates(cluster: number): Int32Array {
    return this.#candidates[cluster] as Int32Array
  }

  /** W(C), in seconds at s(C). */
  time(cluster: number): number {
    return this.seconds(this.#work[cluster] as number, cluster)
  }

  /** Work at s(C): the speed of the cluster's vCPU, or the mean speed while it has none. */
  seconds(work: number, cluster: number): number {
    const { machine } = this.#problem
    const vcpu = this.vcpu[cluster] as number
    return work / (vcpu === NONE ? machine.meanSpeed : (machine.vcpuSpeed[vcpu] as number))
  }

  work(cluster: number): number {
    return this.#work[cluster] as number
  }

  /** W(C) − w(descendants of t inside C): of a task's cluster, what may run up to the task's end. */
  workUpTo(task: number): number {
    return (this.#work[this.cluster[task] as number] as number) - (this.#workAfter[task] as number)
  }

  /** W(C) − w(t) − w(descendants of t inside C): of a task's cluster, what may run before the task. */
  workBefore(task: number): number {
    return this.workUpTo(task) - (this.#problem.work[task] as number)
  }

  /** TL(C), with the top task that it is attained at. */
  top(cluster: number): { readonly task: number; readonly level: number } {
    const { topTask: task, tl: level } = this.#know(cluster)
    return { task, level }
  }

  /** BL(C), with the task b(C) that it is attained at: one that has a successor outside, or none at all. */
  bottom(cluster: number): { readonly task: number; readonly level: number } {
    const { bottomTask: task, bl: level } = this.#know(cluster)
    return { task, level }
  }

  /** level(C) = TL(C) + BL(C) */
  level(cluster: number): number {
    const { tl, bl } = this.#know(cluster)
    return tl + bl
  }

  /** The predecessor outside its cluster that attains a task's tlevel, with the data that it gives. */
  dominantPredecessor(task: number): Neighbour | undefined {
    return this.#dominant(task, this.#problem.predecessors, (other, data) =>
      this.levels.wayFrom(other, task, data),
    )
  }

  /** The successor outside its cluster with the longest way to the end, with the data that it takes. */
  dominantSuccessor(task: number): Neighbour | undefined {
    return this.#dominant(task, this.#problem.successors, (other, data) =>
      this.levels.wayTo(other, task, data),
    )
  }

  /** Whether there is a vCPU that may run all of both. */
  canMerge(a: number, b: number): boolean {
    return common(this.candidates(a), this.candidates(b)).length > 0
  }

  /** Puts all of one cluster into another, on the vCPU of that, if it has one. */
  merge(from: number, into: number): void {
    const moved = this.members(from)
    const members = this.members(into) as number[]
    for (const a of moved) {
      for (const b of members) this.#relate(a, b)
    }
    this.#candidates[into] = common(this.candidates(into), this.candidates(from))
    this.#work[into] = (this.#work[into] as number) + (this.#work[from] as number)
    for (const task of moved) {
      this.cluster[task] = into
      this.vcpu[task] = this.vcpu[into] as number
      members.push(task)
    }
    this.#members[from] = undefined
    this.#known[into] = undefined
    this.levels.update(moved)
  }

  assign(cluster: number, vcpu: number): void {
    const members = this.members(cluster)
    for (const task of members) this.vcpu[task] = vcpu
    this.#known[cluster] = undefined
    this.levels.update(members)
  }

  #relate(a: number, b: number): void {
    const { work } = this.#problem
    if (this.#descendants.has(a, b)) this.#workAfter[a] = (this.#workAfter[a] as number) + (work[b] as number)
    else if (this.#descendants.has(b, a))
      this.#workAfter[b] = (this.#workAfter[b] as number) + (work[a] as number)
  }

  #know(cluster: number): Known {
    const known = this.#known[cluster] ?? this.#look(cluster)
    this.#known[cluster] = known
    return known
  }

  #look(cluster: number): Known {
    const { predecessors, successors } = this.#problem
    let [topTask, tl, bottomTask, bl] = [NONE, Number.NEGATIVE_INFINITY, NONE, Number.NEGATIVE_INFINITY]
    for (const task of this.members(cluster)) {
      if (!this.#isLinked(task, cluster, predecessors)) {
        const level = this.levels.tlevel[task] as number
        if (level > tl || (level === tl && task < topTask)) [topTask, tl] = [task, level]
      }
      if (this.#isBottom(task, cluster, successors)) {
        const level = this.seconds(this.workBefore(task), cluster) + (this.levels.blevel[task] as number)
        if (level > bl || (level === bl && task < bottomTask)) [bottomTask, bl] = [task, level]
      }
    }
    return { topTask, tl, bottomTask, bl }
  }

  /** Whether a task has a neighbour inside its cluster. */
  #isLinked(task: number, cluster: number, { first, task: neighbour }: Problem['predecessors']): boolean {
    for (let i = first[task] as number; i < (first[task + 1] as number); i++) {
      if (this.cluster[neighbour[i] as number] === cluster) return true
    }
    return false
  }

  #isBottom(task: number, cluster: number, { first, task: neighbour }: Problem['successors']): boolean {
    if (first[task] === first[task + 1]) return true
    for (let i = first[task] as number; i < (first[task + 1] as number); i++) {
      if (this.cluster[neighbour[i] as number] !== cluster) return true
    }
    return false
  }

  #dominant(
    task: number,
    { first, task: neighbour, data }: Problem['predecessors'],
    way: (other: number, data: number) => number,
  ): Neighbour | undefined {
    let found: Neighbour | undefined
    let longest = Number.NEGATIVE_INFINITY
    for (let i = first[task] as number; i < (first[task + 1] as number); i++) {
      const other = neighbour[i] as number
      if (this.cluster[other] === this.cluster[task]) continue
      const length = way(other, data[i] as number)
      if (length <= longest) continue
      longest = length
      found = { task: other, data: data[i] as number }
    }
    return found
  }
}

export interface Neighbour {
  readonly task: number
  /** Megabytes. */
  readonly data: number
}

interface Known {
  readonly topTask: number
  readonly tl: number
  readonly bottomTask: number
  readonly bl: number
}

/** What is in both of two ascending arrays. */
function common(a: Int32Array, b: Int32Array): Int32Array {
  if (a === b) return a
  const inB = new Set(b)
  return a.filter((value) => inB.has(value))
}
