import type { Problem } from '../../model/index.ts'
import type { Placement } from '../../placement/index.ts'
import { Clusters, NONE } from './clusters.ts'

/**
 * SF clustering and vCPU pre-allocation (after Kanemitsu et al., SF-CUV, phase I): begins with one cluster per task, and merges
 * as long as no cluster's level grows.
 */
export class PhaseOne {
  readonly clusters: Clusters
  readonly #problem: Problem
  /** FT(u): until when each vCPU has work, in seconds. */
  readonly #finish: Float64Array
  readonly #isUsed: Uint8Array
  readonly #isFinished: Uint8Array
  /** Predecessors of each cluster's tasks, outside of it, that are in clusters not finished. */
  readonly #waits: Int32Array
  readonly #free = new Set<number>()

  /** @param placement tells when vCPUs are free; nothing is placed */
  constructor(placement: Placement) {
    const { problem } = placement
    const { predecessors, taskCount, machine } = problem
    this.#problem = problem
    this.clusters = new Clusters(problem)
    this.#finish = Float64Array.from(
      machine.vcpus.keys(),
      (vcpu) => placement.availableFrom(vcpu) - placement.release,
    )
    this.#isUsed = Uint8Array.from(this.#finish, (finish) => (finish > 0 ? 1 : 0))
    this.#isFinished = new Uint8Array(taskCount)
    this.#waits = Int32Array.from(
      { length: taskCount },
      (_, task) => (predecessors.first[task + 1] as number) - (predecessors.first[task] as number),
    )
    for (let task = 0; task < taskCount; task++) if (this.#waits[task] === 0) this.#free.add(task)
  }

  /** @returns the vCPU of each task */
  run(): Int32Array {
    const { clusters } = this
    while (this.#free.size > 0) {
      const cluster = this.#highestFree()
      if (!this.#mergeDown(cluster) && !this.#mergeUp(cluster)) {
        const vcpu = this.#bestVcpu(cluster)
        const top = clusters.top(cluster).level
        clusters.assign(cluster, vcpu)
        this.#occupy(cluster, vcpu, top, clusters.time(cluster))
        this.#finishCluster(cluster, clusters.members(cluster))
      }
    }
    return clusters.vcpu
  }

  #highestFree(): number {
    let best = NONE
    let highest = Number.NEGATIVE_INFINITY
    for (const cluster of this.#free) {
      const level = this.clusters.level(cluster)
      if (level > highest || (level === highest && cluster < best)) {
        highest = level
        best = cluster
      }
    }
    return best
  }

  /** Step 1: takes in the cluster of the bottom task's dominant successor, unless the level would grow. */
  #mergeDown(cluster: number): boolean {
    const { clusters } = this
    const next = clusters.dominantSuccessor(clusters.bottom(cluster).task)
    if (next === undefined) return false
    const other = clusters.cluster[next.task] as number
    // A finished cluster has its vCPU already.
    if (this.#isFinished[other] === 1 || !clusters.canMerge(cluster, other)) return false
    const bottom = clusters.bottom(other).task
    const merged =
      clusters.top(cluster).level +
      clusters.time(cluster) +
      clusters.seconds(clusters.workBefore(next.task), cluster) +
      (clusters.levels.blevel[bottom] as number)
    if (merged > clusters.level(cluster)) return false
    clusters.merge(other, cluster)
    this.#free.delete(other)
    return true
  }

  /** Step 2: joins the cluster of the top task's dominant predecessor, on its vCPU. */
  #mergeUp(cluster: number): boolean {
    const { clusters } = this
    const before = clusters.dominantPredecessor(clusters.top(cluster).task)
    if (before === undefined) return false
    const other = clusters.cluster[before.task] as number
    if (!clusters.canMerge(cluster, other)) return false
    const vcpu = clusters.vcpu[other] as number
    if (vcpu !== NONE && !clusters.candidates(cluster).includes(vcpu)) return false
    const merged = clusters.top(other).level + clusters.time(other) + clusters.bottom(cluster).level
    if (clusters.members(other).length > 1 && merged > clusters.level(cluster)) return false
    const top = clusters.top(cluster).level
    const moved = [...clusters.members(cluster)]
    clusters.merge(cluster, other)
    this.#free.delete(cluster)
    if (vcpu !== NONE) {
      this.#occupy(
        other,
        vcpu,
        top,
        sumOf(moved, (task) => this.#problem.execution(task, vcpu)),
      )
      this.#finishCluster(other, moved)
    }
    return true
  }

  /** Step 3: where the cluster would be done earliest, with what it takes and what it gives. */
  #bestVcpu(cluster: number): number {
    const { clusters } = this
    const { machine } = this.#problem
    const bottom = clusters.bottom(cluster).task
    const before = clusters.dominantPredecessor(clusters.top(cluster).task)
    const next = clusters.dominantSuccessor(bottom)
    const from = before === undefined ? NONE : this.#hostOf(before.task)
    const to = next === undefined ? NONE : this.#hostOf(next.task)
    const work = clusters.workUpTo(bottom)
    const candidates = clusters.candidates(cluster)
    const unused = before === undefined ? candidates.filter((vcpu) => this.#isUsed[vcpu] === 0) : candidates
    let best = NONE
    let earliest = Number.POSITIVE_INFINITY
    for (const vcpu of unused.length > 0 ? unused : candidates) {
      const host = machine.vcpuHost[vcpu] as number
      const time =
        (this.#finish[vcpu] as number) +
        (before === undefined ? 0 : before.data * this.#secondsPerMb(from, host)) +
        work / (machine.vcpuSpeed[vcpu] as number) +
        (next === undefined ? 0 : next.data * this.#secondsPerMb(host, to))
      if (time < earliest) {
        earliest = time
        best = vcpu
      }
    }
    return best
  }

  #hostOf(task: number): number {
    const vcpu = this.clusters.vcpu[task] as number
    return vcpu === NONE ? NONE : (this.#problem.machine.vcpuHost[vcpu] as number)
  }

  /** An end that is not known yet counts with the bandwidth of the host that is. */
  #secondsPerMb(from: number, to: number): number {
    const { machine } = this.#problem
    if (from !== NONE && to !== NONE) return machine.secondsPerMb(from, to)
    return 1 / (machine.hosts[from === NONE ? to : from]?.bandwidth as number)
  }

  /** FT(u) = max(FT(u), TL(C)) + W(C)/MIPS(u) */
  #occupy(cluster: number, vcpu: number, top: number, time: number): void {
    this.#finish[vcpu] = Math.max(this.#finish[vcpu] as number, top) + time
    this.#isUsed[vcpu] = 1
    this.#free.delete(cluster)
  }

  /** Sets free the clusters that waited for nothing but these tasks of a cluster. */
  #finishCluster(cluster: number, tasks: readonly number[]): void {
    const { first, task: neighbour } = this.#problem.successors
    this.#isFinished[cluster] = 1
    for (const task of tasks) {
      for (let i = first[task] as number; i < (first[task + 1] as number); i++) {
        const next = neighbour[i] as number
        this.#waits[next] = (this.#waits[next] as number) - 1
        const other = this.clusters.cluster[next] as number
        if (this.#waits[next] === 0 && this.#isFinished[other] === 0) this.#free.add(other)
      }
    }
  }
}

function sumOf(tasks: readonly number[], seconds: (task: number) => number): number {
  return tasks.reduce((sum, task) => sum + seconds(task), 0)
}
