import type { Schedule, ScheduledTask } from '../model/index.ts'
import type { Images } from './images.ts'
import type { Instance, Slot } from './instance.ts'

/** As it is typed. */
export const EXACT_NAME = 'exact'

/** Of a task that is not placed, or of one that is not bound to a node. */
export const NONE = -1

/** Room for the rounding of sums of usages, in percent. */
const USAGE_TOLERANCE = 1e-9

/**
 * The beginning of a schedule: tasks in the order of their starts, each of which can be taken back. A task that is not placed
 * yet may be bound to a node, which then fetches its image from the moment at which its predecessors have finished.
 */
export class PartialSchedule {
  readonly instance: Instance
  readonly images: Images
  readonly vcpu: Int32Array
  readonly start: Float64Array
  readonly finish: Float64Array
  readonly boundTo: Int32Array
  /** How many predecessors of a task are not placed. */
  readonly waits: Int32Array
  /** When a task whose predecessors are all placed asks for its image. Seconds. */
  readonly request: Float64Array
  /** When a vCPU is free of what is placed. */
  readonly free: Float64Array
  /** Tasks that are placed or bound on each host. */
  readonly touched: Int32Array
  /** Tasks in the order in which they were placed. */
  readonly placed: number[] = []
  /** When the last of all placed tasks finishes, or the release. */
  end: number
  readonly #slots: Slot[][]
  /** vCPUs of each core; none where a core has but one, which its candidates already satisfy. */
  readonly #coreVcpus: readonly Int32Array[]
  readonly #undo: Step[] = []

  constructor(instance: Instance, images: Images) {
    const { problem, taskCount, release, given } = instance
    const { machine } = problem
    this.instance = instance
    this.images = images
    this.vcpu = new Int32Array(taskCount).fill(NONE)
    this.start = new Float64Array(taskCount)
    this.finish = new Float64Array(taskCount)
    this.boundTo = new Int32Array(taskCount).fill(NONE)
    this.waits = new Int32Array(taskCount)
    this.request = new Float64Array(taskCount).fill(release)
    this.free = new Float64Array(machine.vcpuCount).fill(release)
    this.touched = new Int32Array(instance.hostCount)
    this.#slots = instance.taken.map((slots) => [...slots])
    this.#coreVcpus = Array.from(machine.coreVcpus, (count, core) =>
      count === 1
        ? new Int32Array(0)
        : Int32Array.from(machine.vcpus.keys()).filter((vcpu) => machine.vcpuCore[vcpu] === core),
    )
    this.end = release
    for (const { task, vcpu, start, finish } of given) {
      this.vcpu[task] = vcpu
      this.start[task] = start
      this.finish[task] = finish
      this.end = Math.max(this.end, finish)
    }
    for (let task = 0; task < taskCount; task++) this.#waitFor(task)
  }

  get depth(): number {
    return this.placed.length
  }

  /** Nothing is placed before this any more. */
  get now(): number {
    const last = this.placed.at(-1)
    return last === undefined ? this.instance.release : (this.start[last] as number)
  }

  isPlaced(task: number): boolean {
    return this.vcpu[task] !== NONE
  }

  isReady(task: number): boolean {
    return this.vcpu[task] === NONE && this.waits[task] === 0
  }

  /** When all data that a ready task needs is on a host. */
  dataReady(task: number, host: number): number {
    const { problem, inputThere, hostCount, vcpuHost, secondsPerMb, release } = this.instance
    const { predecessors } = problem
    let time = inputThere[task * hostCount + host] as number
    for (let i = predecessors.first[task] as number; i < (predecessors.first[task + 1] as number); i++) {
      const before = predecessors.task[i] as number
      const from = vcpuHost[this.vcpu[before] as number] as number
      const sent = Math.max(release, this.finish[before] as number)
      const there =
        sent + (predecessors.data[i] as number) * (secondsPerMb[from * hostCount + host] as number)
      if (there > time) time = there
    }
    return time
  }

  imageReady(task: number, node: number): number {
    return this.images.whenReady(
      this.instance.problem.taskType[task] as number,
      node,
      this.request[task] as number,
    )
  }

  /** The earliest time, not before `ready`, at which vCPU and core have room for a task among all that is placed. */
  earliest(task: number, vcpu: number, ready: number): number {
    const { problem, execution, kind, kindCount } = this.instance
    const duration = execution[task * kindCount + (kind[vcpu] as number)] as number
    // What takes no time is in nothing's way.
    if (duration === 0) return ready
    const core = problem.machine.vcpuCore[vcpu] as number
    const room =
      (problem.machine.coreLimit[core] as number) + USAGE_TOLERANCE - (problem.usage[task] as number)
    const neighbours = this.#coreVcpus[core] as Int32Array
    let start = ready
    for (;;) {
      const free = this.#whenFree(vcpu, start, duration)
      start = neighbours.length === 0 ? free : this.#whenUnderCap(neighbours, free, duration, room)
      if (start === free) return start
    }
  }

  #whenFree(vcpu: number, ready: number, duration: number): number {
    const slots = this.#slots[vcpu] as Slot[]
    let start = ready
    for (let i = 0; i < slots.length; ) {
      const slot = slots[i] as Slot
      i++
      if (slot.start < start + duration && slot.finish > start) {
        start = slot.finish
        i = 0
      }
    }
    return start
  }

  #whenUnderCap(vcpus: Int32Array, ready: number, duration: number, room: number): number {
    let start = ready
    for (;;) {
      const end = this.#breach(vcpus, start, duration, room)
      if (end === start) return start
      start = end
    }
  }

  /** `start` if a task may run from then on; else a time before which it may not start. */
  #breach(vcpus: Int32Array, start: number, duration: number, room: number): number {
    const end = this.#firstEnd(vcpus, start, room)
    if (end !== NONE) return end
    // What uses a core changes upwards only where something starts.
    for (const vcpu of vcpus) {
      for (const slot of this.#slots[vcpu] as Slot[]) {
        if (slot.start <= start || slot.start >= start + duration) continue
        const later = this.#firstEnd(vcpus, slot.start, room)
        if (later !== NONE) return later
      }
    }
    return start
  }

  /** Where a core has no room at a time, when the first of what it then runs ends; else `NONE`. */
  #firstEnd(vcpus: Int32Array, time: number, room: number): number {
    let usage = 0
    let end = Number.POSITIVE_INFINITY
    for (const vcpu of vcpus) {
      for (const slot of this.#slots[vcpu] as Slot[]) {
        if (slot.start > time || slot.finish <= time) continue
        usage += slot.usage
        if (slot.finish < end) end = slot.finish
      }
    }
    return usage > room ? end : NONE
  }

  /** Binds tasks to the vCPU's node, and places a task. */
  place(task: number, vcpu: number, start: number, bound: readonly number[]): void {
    const { problem, execution, kind, kindCount, vcpuHost } = this.instance
    const { machine, taskType, usage } = problem
    const node = machine.vcpuNode[vcpu] as number
    const host = vcpuHost[vcpu] as number
    this.#undo.push({ mark: this.images.mark, end: this.end, free: this.free[vcpu] as number, bound })
    for (const other of bound) {
      this.boundTo[other] = node
      this.touched[host] = (this.touched[host] as number) + 1
      this.images.ask(taskType[other] as number, node, this.request[other] as number)
    }
    const finish = start + (execution[task * kindCount + (kind[vcpu] as number)] as number)
    this.images.ask(taskType[task] as number, node, this.request[task] as number)
    this.touched[host] = (this.touched[host] as number) + 1
    this.vcpu[task] = vcpu
    this.start[task] = start
    this.finish[task] = finish
    this.placed.push(task)
    if (finish > this.end) this.end = finish
    if (finish > start) {
      ;(this.#slots[vcpu] as Slot[]).push({ start, finish, usage: usage[task] as number })
      this.free[vcpu] = finish
    }
    this.#eachSuccessor(task, -1)
  }

  /** Takes back the task that was placed last, and what was bound with it. */
  takeBack(): void {
    const task = this.placed.pop() as number
    const { mark, end, free, bound } = this.#undo.pop() as Step
    const vcpu = this.vcpu[task] as number
    const host = this.instance.vcpuHost[vcpu] as number
    this.#eachSuccessor(task, 1)
    if ((this.finish[task] as number) > (this.start[task] as number)) (this.#slots[vcpu] as Slot[]).pop()
    this.free[vcpu] = free
    this.vcpu[task] = NONE
    this.end = end
    this.images.undoTo(mark)
    for (const other of bound) this.boundTo[other] = NONE
    this.touched[host] = (this.touched[host] as number) - 1 - bound.length
  }

  #eachSuccessor(task: number, change: number): void {
    const { first, task: other } = this.instance.problem.successors
    for (let i = first[task] as number; i < (first[task + 1] as number); i++) {
      const next = other[i] as number
      this.waits[next] = (this.waits[next] as number) + change
      if (this.waits[next] === 0) this.#setRequest(next)
    }
  }

  #waitFor(task: number): void {
    const { first, task: other } = this.instance.problem.predecessors
    for (let i = first[task] as number; i < (first[task + 1] as number); i++) {
      if (!this.isPlaced(other[i] as number)) this.waits[task] = (this.waits[task] as number) + 1
    }
    if (this.waits[task] === 0) this.#setRequest(task)
  }

  #setRequest(task: number): void {
    const { problem, release } = this.instance
    let time = release
    if (problem.policy === 'on-demand') {
      const { first, task: other } = problem.predecessors
      for (let i = first[task] as number; i < (first[task + 1] as number); i++)
        time = Math.max(time, this.finish[other[i] as number] as number)
    }
    this.request[task] = time
  }

  /** All tasks are placed. */
  toSchedule(): Schedule {
    const { problem, release } = this.instance
    return {
      scheduler: EXACT_NAME,
      policy: problem.policy,
      release,
      tasks: problem.workflow.tasks.map(
        ({ name, type }, task): ScheduledTask => ({
          task: name,
          type,
          vcpu: problem.machine.vcpus[this.vcpu[task] as number] as string,
          start: this.start[task] as number,
          finish: this.finish[task] as number,
        }),
      ),
      downloads: this.images.downloads(),
      makespan: this.end - release,
    }
  }
}

interface Step {
  readonly mark: number
  readonly end: number
  readonly free: number
  readonly bound: readonly number[]
}
