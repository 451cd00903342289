import {
  ModelError,
  type Occupation,
  type Problem,
  type Schedule,
  type ScheduledTask,
  type ScheduleOptions,
} from '../model/index.ts'
import { BusyTimes } from './busy-times.ts'
import { CoreUsage } from './core-usage.ts'
import { ImageStore } from './image-store.ts'

/** Of a task that has no vCPU yet. */
export const UNPLACED = -1

/**
 * A schedule in the making. It knows when a task could start on a vCPU by every rule of the model: data, image, free vCPU and
 * CPU cap; tasks may go into gaps ("insertion", Topcuoglu et al. 2002, section 4.1.2). Predecessors are placed first.
 */
export class Placement {
  readonly problem: Problem
  readonly release: number
  /** Of each task, `UNPLACED` at first. */
  readonly vcpu: Int32Array
  readonly start: Float64Array
  readonly finish: Float64Array
  readonly images: ImageStore
  readonly #busy: readonly BusyTimes[]
  readonly #usage: readonly CoreUsage[]
  readonly #occupation: readonly Occupied[]
  readonly #fixed: readonly Fixed[]
  // What is known of the task that was asked about last, by host and by node.
  #asked = UNPLACED
  #request = 0
  /** Counts the tasks asked about: what was found out earlier counts no more. */
  #question = 0
  readonly #dataThere: Float64Array
  readonly #dataQuestion: Int32Array
  readonly #imageThere: Float64Array
  readonly #imageQuestion: Int32Array

  /** @throws ModelError where the options name a vCPU, node or task that is not there */
  constructor(problem: Problem, { release = 0, occupation, fixed = [] }: ScheduleOptions = {}) {
    const { machine, taskCount } = problem
    this.problem = problem
    this.release = release
    this.vcpu = new Int32Array(taskCount).fill(UNPLACED)
    this.start = new Float64Array(taskCount)
    this.finish = new Float64Array(taskCount)
    this.images = new ImageStore(problem, occupation?.layers)
    this.#busy = machine.vcpus.map(() => new BusyTimes())
    this.#usage = Array.from(machine.coreLimit, (limit) => new CoreUsage(limit))
    this.#dataThere = new Float64Array(machine.hosts.length)
    this.#dataQuestion = new Int32Array(machine.hosts.length)
    this.#imageThere = new Float64Array(machine.nodes.length)
    this.#imageQuestion = new Int32Array(machine.nodes.length)
    this.#occupation = occupiedBy(problem, occupation)
    this.#fixed = fixedIn(problem, fixed)
    this.#begin()
  }

  isPlaced(task: number): boolean {
    return this.vcpu[task] !== UNPLACED
  }

  /** The earliest time at which a task could start on a vCPU. */
  earliestStart(task: number, vcpu: number): number {
    const { machine } = this.problem
    const ready = this.readyTime(task, vcpu)
    const duration = this.problem.execution(task, vcpu)
    // What takes no time takes no room: others may be placed over it, and it over others.
    if (duration === 0) return ready
    const core = machine.vcpuCore[vcpu] as number
    const busy = this.#busy[vcpu] as BusyTimes
    if (machine.coreVcpus[core] === 1) return busy.earliest(ready, duration)
    const usage = this.#usage[core] as CoreUsage
    const needed = this.problem.usage[task] as number
    for (let start = ready; ; ) {
      const free = busy.earliest(start, duration)
      start = usage.earliest(free, duration, needed)
      if (start === free) return start
    }
  }

  /** The earliest time at which all data and the image that a task needs are there, whether the vCPU is free or not. */
  readyTime(task: number, vcpu: number): number {
    const { machine } = this.problem
    if (task !== this.#asked) this.#ask(task)
    const image = this.#imageReady(task, machine.vcpuNode[vcpu] as number)
    return Math.max(this.#dataReady(task, machine.vcpuHost[vcpu] as number), image)
  }

  earliestFinish(task: number, vcpu: number): number {
    return this.earliestStart(task, vcpu) + this.problem.execution(task, vcpu)
  }

  /** A time before which a task cannot finish on a vCPU, faster to tell than `earliestFinish`. */
  finishBound(task: number, vcpu: number): number {
    if (task !== this.#asked) this.#ask(task)
    return (
      this.#dataReady(task, this.problem.machine.vcpuHost[vcpu] as number) +
      this.problem.execution(task, vcpu)
    )
  }

  /**
   * Has the image of a task fetched that is going to be placed on a vCPU, though others that start earlier are placed first. Its
   * predecessors are placed.
   */
  fetchImage(task: number, vcpu: number): void {
    const node = this.problem.machine.vcpuNode[vcpu] as number
    this.images.fetch(this.problem.taskType[task] as number, node, this.requestTime(task))
    // What was known of this node's images is so no more.
    this.#asked = UNPLACED
  }

  /** Places a task on a vCPU as early as can be. @returns its finish */
  place(task: number, vcpu: number): number {
    const start = this.earliestStart(task, vcpu)
    const finish = start + this.problem.execution(task, vcpu)
    const node = this.problem.machine.vcpuNode[vcpu] as number
    this.images.fetch(this.problem.taskType[task] as number, node, this.#request)
    this.vcpu[task] = vcpu
    this.start[task] = start
    this.finish[task] = finish
    this.#occupy(vcpu, start, finish, this.problem.usage[task] as number)
    // What was known of this node's images is so no more.
    this.#asked = UNPLACED
    return finish
  }

  /** When a vCPU is free for good. */
  availableFrom(vcpu: number): number {
    return Math.max(this.release, (this.#busy[vcpu] as BusyTimes).end)
  }

  /** When a task's image is asked for. */
  requestTime(task: number): number {
    let time = this.release
    if (this.problem.policy === 'ahead') return time
    const { first, task: neighbour } = this.problem.predecessors
    for (let i = first[task] as number; i < (first[task + 1] as number); i++)
      time = Math.max(time, this.finish[neighbour[i] as number] as number)
    return time
  }

  /** When all data that a task needs is on a host. */
  dataReady(task: number, host: number): number {
    if (task !== this.#asked) this.#ask(task)
    return this.#dataReady(task, host)
  }

  /** Response time of what is placed, in seconds from the release. */
  get makespan(): number {
    let last = this.release
    for (let task = 0; task < this.finish.length; task++) {
      if (this.vcpu[task] !== UNPLACED) last = Math.max(last, this.finish[task] as number)
    }
    return last - this.release
  }

  /**
   * Lets each task start as early as it can, given its vCPU and who starts before it. Only images can have come earlier than a
   * task was told when it was placed: when a task that was placed later, for the same node, was ready earlier. No task starts
   * later than before, as those before it finish no later.
   */
  tighten(): void {
    while (this.images.takeEarlier()) {
      const byStart = [...this.problem.order].filter((task) => !this.#isFixed(task))
      byStart.sort((a, b) => (this.start[a] as number) - (this.start[b] as number))
      const vcpus = this.vcpu.slice()
      this.#forget()
      for (const task of byStart) this.place(task, vcpus[task] as number)
    }
  }

  /** Forgets all that was placed, but for what is fixed. */
  clear(): void {
    this.images.clear()
    this.#forget()
  }

  /** @param scheduler its name. All tasks are placed. */
  toSchedule(scheduler: string): Schedule {
    const { workflow, machine, policy } = this.problem
    return {
      scheduler,
      policy,
      release: this.release,
      tasks: workflow.tasks.map(
        ({ name, type }, task): ScheduledTask => ({
          task: name,
          type,
          vcpu: machine.vcpus[this.vcpu[task] as number] as string,
          start: this.start[task] as number,
          finish: this.finish[task] as number,
        }),
      ),
      downloads: this.images.downloads(),
      makespan: this.makespan,
    }
  }

  #isFixed(task: number): boolean {
    return this.#fixed.some((fixed) => fixed.task === task)
  }

  #forget(): void {
    const { vcpuCore } = this.problem.machine
    for (const vcpu of this.vcpu) {
      if (vcpu === UNPLACED) continue
      ;(this.#busy[vcpu] as BusyTimes).clear()
      ;(this.#usage[vcpuCore[vcpu] as number] as CoreUsage).clear()
    }
    for (const { vcpu } of this.#occupation) {
      ;(this.#busy[vcpu] as BusyTimes).clear()
      ;(this.#usage[vcpuCore[vcpu] as number] as CoreUsage).clear()
    }
    this.vcpu.fill(UNPLACED)
    this.#begin()
  }

  #begin(): void {
    this.#asked = UNPLACED
    for (const { vcpu, start, finish, usage } of this.#occupation) this.#occupy(vcpu, start, finish, usage)
    for (const { task, vcpu, start, finish } of this.#fixed) {
      this.vcpu[task] = vcpu
      this.start[task] = start
      this.finish[task] = finish
      if (finish > this.release) this.#occupy(vcpu, start, finish, this.problem.usage[task] as number)
    }
  }

  #occupy(vcpu: number, start: number, finish: number, usage: number): void {
    const core = this.problem.machine.vcpuCore[vcpu] as number
    ;(this.#busy[vcpu] as BusyTimes).add(start, finish)
    if (this.problem.machine.coreVcpus[core] !== 1) (this.#usage[core] as CoreUsage).add(start, finish, usage)
  }

  #ask(task: number): void {
    this.#asked = task
    this.#request = this.requestTime(task)
    this.#question = (this.#question + 1) | 0
  }

  #dataReady(task: number, host: number): number {
    if (this.#dataQuestion[host] === this.#question) return this.#dataThere[host] as number
    const { machine, predecessors } = this.problem
    let time = this.release + this.problem.inputTime(task, host)
    for (let i = predecessors.first[task] as number; i < (predecessors.first[task + 1] as number); i++) {
      const before = predecessors.task[i] as number
      const from = machine.vcpuHost[this.vcpu[before] as number] as number
      const sent = Math.max(this.release, this.finish[before] as number)
      time = Math.max(time, sent + (predecessors.data[i] as number) * machine.secondsPerMb(from, host))
    }
    this.#dataQuestion[host] = this.#question
    this.#dataThere[host] = time
    return time
  }

  #imageReady(task: number, node: number): number {
    if (this.#imageQuestion[node] === this.#question) return this.#imageThere[node] as number
    const time = this.images.whenReady(this.problem.taskType[task] as number, node, this.#request)
    this.#imageQuestion[node] = this.#question
    this.#imageThere[node] = time
    return time
  }
}

interface Occupied {
  readonly vcpu: number
  readonly start: number
  readonly finish: number
  readonly usage: number
}

interface Fixed {
  readonly task: number
  readonly vcpu: number
  readonly start: number
  readonly finish: number
}

function occupiedBy({ machine }: Problem, occupation: Occupation | undefined): Occupied[] {
  return (occupation?.tasks ?? []).map(({ vcpu, ...rest }) => ({ vcpu: machine.vcpuNumber(vcpu), ...rest }))
}

function fixedIn({ machine, workflow }: Problem, fixed: ScheduleOptions['fixed'] = []): Fixed[] {
  if (fixed.length === 0) return []
  const numbers = new Map(workflow.tasks.map(({ name }, number) => [name, number]))
  return fixed.map(({ task: name, vcpu, start, finish }) => {
    const task = numbers.get(name)
    if (task === undefined) throw new ModelError(`task ${name} is fixed, and is not there`)
    return { task, vcpu: machine.vcpuNumber(vcpu), start, finish }
  })
}
