import type { Instance } from './instance.ts'
import { NONE, type PartialSchedule } from './partial-schedule.ts'
import { hostsAlike, tasksAlike } from './symmetry.ts'

/** A way to go on with a partial schedule. */
export interface Branch {
  readonly task: number
  readonly vcpu: number
  readonly start: number
  /** Tasks that are bound to the vCPU's node with it, since their requests bring its image forward. */
  readonly binds: readonly number[]
  /** No schedule that goes on in this way ends earlier. */
  bound: number
}

const NOTHING: readonly number[] = []

/**
 * What may be placed next, and where. The tasks of a schedule are placed in the order of their starts, and each as early as what is
 * placed allows, but for what README.md shows to be needless.
 */
export class Branching {
  readonly #instance: Instance
  readonly #schedule: PartialSchedule
  /** Of each task, and of each host, the number of the first one that differs in its name only. */
  readonly #alikeTask: Int32Array
  readonly #alikeHost: Int32Array
  /** What a core is made of: cores with the same number differ in their names only. */
  readonly #coreSort: Int32Array
  readonly #coreVcpus: readonly Int32Array[]
  /** How much later data of a task may arrive, at most, if it is sent from one host instead of another. */
  readonly #detour: Float64Array
  // Of the task in question, by vCPU.
  readonly #start: Float64Array
  readonly #ready: Float64Array
  readonly #isSpare: Uint8Array

  constructor(schedule: PartialSchedule) {
    const { instance } = schedule
    const { machine } = instance.problem
    this.#instance = instance
    this.#schedule = schedule
    this.#alikeTask = tasksAlike(instance)
    this.#alikeHost = hostsAlike(instance, schedule.images)
    this.#coreVcpus = Array.from(machine.coreLimit, (_, core) =>
      Int32Array.from(machine.vcpus.keys()).filter((vcpu) => machine.vcpuCore[vcpu] === core),
    )
    const sorts = new Map<string, number>()
    this.#coreSort = Int32Array.from(this.#coreVcpus, (vcpus, core) => {
      const isTaken = vcpus.some((vcpu) => (instance.taken[vcpu] ?? []).length > 0)
      const sort = isTaken ? `core ${core}` : vcpus.map((vcpu) => instance.kind[vcpu] as number).join(' ')
      const known = sorts.get(sort) ?? core
      sorts.set(sort, known)
      return known
    })
    this.#detour = detours(instance)
    this.#start = new Float64Array(machine.vcpuCount)
    this.#ready = new Float64Array(machine.vcpuCount)
    this.#isSpare = new Uint8Array(machine.vcpuCount)
  }

  /** @returns none where a task has been left out for good: what is placed then leads to no best schedule */
  branches(): Branch[] {
    const branches: Branch[] = []
    this.#findSpare()
    for (let task = 0; task < this.#instance.taskCount; task++) {
      if (!this.#schedule.isReady(task)) continue
      if (!this.#addBranches(task, branches)) return []
    }
    return branches
  }

  /** Marks the vCPUs beside which there is an earlier one that does as well. */
  #findSpare(): void {
    const { kind, hostCount, vcpuHost } = this.#instance
    const { free, now, touched } = this.#schedule
    this.#isSpare.fill(0)
    const idle = new Set<number>()
    for (const [core, vcpus] of this.#coreVcpus.entries()) {
      const isIdle = vcpus.every((vcpu) => (free[vcpu] as number) <= now)
      const sort = this.#coreSort[core] as number
      const isSpare = isIdle && idle.has(sort)
      if (isIdle) idle.add(sort)
      for (const [i, vcpu] of vcpus.entries()) {
        if (isSpare) this.#isSpare[vcpu] = 1
        else if ((free[vcpu] as number) <= now && (this.#instance.taken[vcpu] ?? []).length === 0) {
          for (let j = 0; j < i; j++) {
            const other = vcpus[j] as number
            const isFree = (free[other] as number) <= now && (this.#instance.taken[other] ?? []).length === 0
            if (isFree && kind[other] === kind[vcpu]) this.#isSpare[vcpu] = 1
          }
        }
      }
    }
    const untouched = new Set<number>()
    for (let host = 0; host < hostCount; host++) {
      if ((touched[host] as number) > 0) continue
      const sort = this.#alikeHost[host] as number
      const isSpare = untouched.has(sort)
      untouched.add(sort)
      if (isSpare) for (const [vcpu, own] of vcpuHost.entries()) if (own === host) this.#isSpare[vcpu] = 1
    }
  }

  /** @returns whether there is, or may later be, a place for the task */
  #addBranches(task: number, branches: Branch[]): boolean {
    const { problem } = this.#instance
    const schedule = this.#schedule
    const { now } = schedule
    if (this.#hasTwinBefore(task)) return true
    const boundTo = schedule.boundTo[task] as number
    const candidates = problem.candidates(task)
    const { vcpuNode } = problem.machine
    const past: number[] = []
    for (const vcpu of candidates) {
      const node = vcpuNode[vcpu] as number
      if (this.#isSpare[vcpu] === 1 || (boundTo !== NONE && boundTo !== node)) continue
      const host = this.#instance.vcpuHost[vcpu] as number
      const data = Math.max(schedule.dataReady(task, host), schedule.request[task] as number)
      const ready = Math.max(data, schedule.imageReady(task, node))
      const start = schedule.earliest(task, vcpu, ready)
      this.#ready[vcpu] = data
      this.#start[vcpu] = start
      if (start < now && start + this.#execution(task, vcpu) <= now) past.push(vcpu)
    }
    let isOpen = false
    const zeroAt = new Set<number>()
    for (const vcpu of candidates) {
      const node = vcpuNode[vcpu] as number
      if (this.#isSpare[vcpu] === 1 || (boundTo !== NONE && boundTo !== node)) continue
      const start = this.#start[vcpu] as number
      if (past.some((other) => this.#wasBetter(task, other, vcpu))) continue
      isOpen = true
      // It would have been placed before what is placed.
      if (start < now) continue
      if (this.#execution(task, vcpu) === 0) {
        // It is in nothing's way on any vCPU.
        if (zeroAt.has(node)) continue
        zeroAt.add(node)
      }
      if (this.#isTieOutOfOrder(task, vcpu, start)) continue
      branches.push({ task, vcpu, start, binds: NOTHING, bound: 0 })
      if (schedule.images.matter) this.#addBound(task, vcpu, branches)
    }
    return isOpen
  }

  #execution(task: number, vcpu: number): number {
    const { execution, kind, kindCount } = this.#instance
    return execution[task * kindCount + (kind[vcpu] as number)] as number
  }

  /** Of tasks that differ in their names only, the first goes first. */
  #hasTwinBefore(task: number): boolean {
    const alikeTask = this.#alikeTask
    const { boundTo } = this.#schedule
    for (let other = alikeTask[task] as number; other < task; other++) {
      if (alikeTask[other] !== alikeTask[task] || this.#schedule.isPlaced(other)) continue
      if (boundTo[other] === boundTo[task]) return true
    }
    return false
  }

  /** Whether a task that could have been done with on one vCPU before now would have been no worse there. */
  #wasBetter(task: number, past: number, vcpu: number): boolean {
    if (past === vcpu) return true
    const { problem, hostCount, vcpuHost } = this.#instance
    const { vcpuNode } = problem.machine
    const node = vcpuNode[vcpu] as number
    if (vcpuNode[past] === node) return true
    const { images } = this.#schedule
    // There its request may be of use to others.
    if (images.lacks[(problem.taskType[task] as number) * this.#instance.nodeCount + node] === 1) return false
    const cell = (task * hostCount + (vcpuHost[past] as number)) * hostCount + (vcpuHost[vcpu] as number)
    const finish = (this.#start[past] as number) + this.#execution(task, past)
    const other = Math.max(this.#start[vcpu] as number, this.#schedule.now) + this.#execution(task, vcpu)
    return finish + (this.#detour[cell] as number) <= other
  }

  /** Of two tasks that start at the same time, the first goes first. */
  #isTieOutOfOrder(task: number, vcpu: number, start: number): boolean {
    const schedule = this.#schedule
    const last = schedule.placed.at(-1)
    if (last === undefined || task > last || schedule.start[last] !== start) return false
    return (schedule.finish[last] as number) > start && this.#execution(task, vcpu) > 0
  }

  /**
   * Adds the branches on which other tasks are bound to the node with the task, for their requests' sake: of each set of them that
   * brings its start forward, the smallest that does it.
   */
  #addBound(task: number, vcpu: number, branches: Branch[]): void {
    const { problem, taskCount, nodeCount } = this.#instance
    const alikeTask = this.#alikeTask
    const schedule = this.#schedule
    const { images } = schedule
    const node = problem.machine.vcpuNode[vcpu] as number
    const type = problem.taskType[task] as number
    const latest = this.#start[vcpu] as number
    if (images.lacks[type * nodeCount + node] === 0) return
    // Without waiting for the image, would it start earlier?
    if (schedule.earliest(task, vcpu, this.#ready[vcpu] as number) >= latest) return
    const family = images.family[type] as Int32Array
    const helpers: number[] = []
    const seen = new Set<number>()
    for (let other = 0; other < taskCount; other++) {
      if (other === task || schedule.isPlaced(other) || schedule.boundTo[other] !== NONE) continue
      if (problem.policy === 'on-demand' && !schedule.isReady(other)) continue
      const own = problem.taskType[other] as number
      if (!family.includes(own)) continue
      const known = Math.min(
        images.request[own * nodeCount + node] as number,
        own === type ? (schedule.request[task] as number) : Number.POSITIVE_INFINITY,
      )
      const request = schedule.request[other] as number
      if (request >= known || request >= latest) continue
      if (!problem.candidates(other).some((at) => problem.machine.vcpuNode[at] === node)) continue
      // Of tasks that differ in their names only, the first.
      if (seen.has(alikeTask[other] as number)) continue
      seen.add(alikeTask[other] as number)
      helpers.push(other)
    }
    this.#addSets(task, vcpu, node, helpers, 0, [], latest, branches)
  }

  /** Goes through the sets of helpers, of each type one at most. */
  #addSets(
    task: number,
    vcpu: number,
    node: number,
    helpers: readonly number[],
    from: number,
    chosen: readonly number[],
    before: number,
    branches: Branch[],
  ): void {
    const { taskType } = this.#instance.problem
    const { images, request, now } = this.#schedule
    for (let i = from; i < helpers.length; i++) {
      const helper = helpers[i] as number
      const type = taskType[helper] as number
      if (chosen.some((other) => taskType[other] === type)) continue
      const set = [...chosen, helper]
      const mark = images.mark
      images.ask(type, node, request[helper] as number)
      const start = this.#schedule.earliest(
        task,
        vcpu,
        Math.max(this.#ready[vcpu] as number, this.#schedule.imageReady(task, node)),
      )
      // Only if each of them is needed for it.
      if (start < before && start >= now && !this.#isTieOutOfOrder(task, vcpu, start))
        branches.push({ task, vcpu, start, binds: set, bound: 0 })
      this.#addSets(task, vcpu, node, helpers, i + 1, set, Math.min(before, start), branches)
      images.undoTo(mark)
    }
  }
}

/** At `(task * hostCount + from) * hostCount + instead`. */
function detours({ problem, taskCount, hostCount, secondsPerMb }: Instance): Float64Array {
  const detour = new Float64Array(taskCount * hostCount ** 2)
  const { first, data } = problem.successors
  const hosts = [...Array(hostCount).keys()]
  for (const from of hosts) {
    for (const instead of hosts) {
      const ways = hosts.map(
        (to) =>
          (secondsPerMb[from * hostCount + to] as number) -
          (secondsPerMb[instead * hostCount + to] as number),
      )
      const longest = Math.max(...ways)
      for (let task = 0; task < taskCount; task++) {
        const most = data.subarray(first[task], first[task + 1]).reduce(greater, 0)
        detour[(task * hostCount + from) * hostCount + instead] = most * longest
      }
    }
  }
  return detour
}

function greater(a: number, b: number): number {
  return Math.max(a, b)
}
