import type { Problem, ScheduleOptions } from '../model/index.ts'
import { computingHostsAlike, tasksAlike, vcpuKinds } from './symmetry.ts'
import { tailsOf } from './tails.ts'

/** A time in which a vCPU is taken before the search begins. Seconds and percent. */
export interface Slot {
  readonly start: number
  readonly finish: number
  readonly usage: number
}

/** A task that is not to be decided any more. */
export interface Given {
  readonly task: number
  readonly vcpu: number
  readonly start: number
  readonly finish: number
}

/**
 * What the search asks of a problem again and again, in flat arrays. vCPUs of one kind are on one node and of one speed and one
 * sort of core: each task takes the same time on all of them, and may run on all or none.
 */
export class Instance {
  readonly problem: Problem
  readonly release: number
  readonly taskCount: number
  readonly nodeCount: number
  readonly hostCount: number
  readonly kindCount: number
  readonly kind: Int32Array
  readonly kindNode: Int32Array
  readonly kindHost: Int32Array
  /** In ascending order. */
  readonly kindVcpus: readonly Int32Array[]
  /** Seconds, at `task * kindCount + kind`; Infinity where it may not run. */
  readonly execution: Float64Array
  /** Of each task, the least over all kinds. */
  readonly leastExecution: Float64Array
  /** Kinds that a task may run on. */
  readonly taskKinds: readonly Int32Array[]
  /** Seconds that a megabyte takes, at `from * hostCount + to`. */
  readonly secondsPerMb: Float64Array
  /** When a task's input from the file server is on a host, at `task * hostCount + host`. */
  readonly inputThere: Float64Array
  /** Seconds from a task's finish on a host until all that depends on it can have finished, at `task * hostCount + host`. */
  readonly tail: Float64Array
  /** Whether a host computes. */
  readonly hosts: Int32Array
  /** Of each vCPU, by what else it is taken. */
  readonly taken: readonly (readonly Slot[])[]
  readonly given: readonly Given[]
  /** Of each task, the number of the first one that differs in its name only. */
  readonly alikeTask: Int32Array
  /** Of each host, the number of the first one that differs in its name only. */
  readonly alikeHost: Int32Array

  constructor(problem: Problem, { release = 0, occupation, fixed = [] }: ScheduleOptions) {
    const { machine, taskCount } = problem
    this.problem = problem
    this.release = release
    this.taskCount = taskCount
    this.nodeCount = machine.nodes.length
    this.hostCount = machine.hosts.length
    const { kind, first } = vcpuKinds(machine)
    this.kind = kind
    this.kindCount = first.length
    this.kindNode = first.map((vcpu) => machine.vcpuNode[vcpu] as number)
    this.kindHost = first.map((vcpu) => machine.vcpuHost[vcpu] as number)
    this.kindVcpus = Array.from(first, (_, number) =>
      Int32Array.from(machine.vcpus.keys()).filter((vcpu) => kind[vcpu] === number),
    )
    this.execution = new Float64Array(taskCount * this.kindCount).fill(Number.POSITIVE_INFINITY)
    for (let task = 0; task < taskCount; task++) {
      for (const vcpu of problem.candidates(task)) {
        this.execution[task * this.kindCount + (kind[vcpu] as number)] = problem.execution(task, vcpu)
      }
    }
    const ofTask = (task: number) =>
      this.execution.subarray(task * this.kindCount, (task + 1) * this.kindCount)
    this.leastExecution = Float64Array.from({ length: taskCount }, (_, task) =>
      ofTask(task).reduce(lesser, Number.POSITIVE_INFINITY),
    )
    this.taskKinds = Array.from({ length: taskCount }, (_, task) =>
      Int32Array.from(first.keys()).filter((number) => ofTask(task)[number] !== Number.POSITIVE_INFINITY),
    )
    this.secondsPerMb = new Float64Array(this.hostCount ** 2)
    this.inputThere = new Float64Array(taskCount * this.hostCount)
    this.hosts = Int32Array.from(new Set(machine.vcpuHost))
    for (const to of this.hosts) {
      for (const from of this.hosts)
        this.secondsPerMb[from * this.hostCount + to] = machine.secondsPerMb(from, to)
      for (let task = 0; task < taskCount; task++) {
        this.inputThere[task * this.hostCount + to] = release + problem.inputTime(task, to)
      }
    }
    const taken: Slot[][] = machine.vcpus.map(() => [])
    for (const { vcpu, start, finish, usage } of occupation?.tasks ?? []) {
      if (finish > start) taken[machine.vcpuNumber(vcpu)]?.push({ start, finish, usage })
    }
    const numbers = new Map(problem.workflow.tasks.map(({ name }, number) => [name, number]))
    this.given = fixed.map(({ task, vcpu, start, finish }) => ({
      task: numbers.get(task) as number,
      vcpu: machine.vcpuNumber(vcpu),
      start,
      finish,
    }))
    for (const { task, vcpu, start, finish } of this.given) {
      const usage = problem.usage[task] as number
      if (finish > start && finish > release) taken[vcpu]?.push({ start, finish, usage })
    }
    this.taken = taken
    this.tail = tailsOf(this, occupation?.layers ?? [])
    this.alikeTask = tasksAlike(this)
    this.alikeHost = computingHostsAlike(this, occupation?.layers ?? [])
  }
}

function lesser(a: number, b: number): number {
  return Math.min(a, b)
}
