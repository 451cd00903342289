import type { Machine, Problem, ScheduleOptions } from '../model/index.ts'

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
  /** Of hosts with vCPUs: only these are numbered here. */
  readonly hostCount: number
  readonly vcpuHost: Int32Array
  /** The number of each host in the machine. */
  readonly hostNumbers: Int32Array
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
  /** Of each vCPU, by what else it is taken. */
  readonly taken: readonly (readonly Slot[])[]
  readonly given: readonly Given[]

  constructor(problem: Problem, { release = 0, occupation, fixed = [] }: ScheduleOptions) {
    const { machine, taskCount } = problem
    this.problem = problem
    this.release = release
    this.taskCount = taskCount
    this.nodeCount = machine.nodes.length
    this.hostNumbers = Int32Array.from(new Set(machine.vcpuHost))
    this.hostCount = this.hostNumbers.length
    this.vcpuHost = machine.vcpuHost.map((host) => this.hostNumbers.indexOf(host))
    const { kind, first } = vcpuKinds(machine)
    this.kind = kind
    this.kindCount = first.length
    this.kindNode = first.map((vcpu) => machine.vcpuNode[vcpu] as number)
    this.kindHost = first.map((vcpu) => this.vcpuHost[vcpu] as number)
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
    for (const [to, number] of this.hostNumbers.entries()) {
      for (const [from, other] of this.hostNumbers.entries())
        this.secondsPerMb[from * this.hostCount + to] = machine.secondsPerMb(other, number)
      for (let task = 0; task < taskCount; task++) {
        this.inputThere[task * this.hostCount + to] = release + problem.inputTime(task, number)
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
  }
}

function lesser(a: number, b: number): number {
  return Math.min(a, b)
}

/** vCPUs by node, speed and sort of core: `first` holds the first of each kind. */
function vcpuKinds(machine: Machine): { kind: Int32Array; first: Int32Array } {
  const kinds = new Map<string, number>()
  const first: number[] = []
  const kind = Int32Array.from(machine.vcpus.keys(), (vcpu) => {
    const core = machine.vcpuCore[vcpu] as number
    const key = [
      machine.vcpuNode[vcpu],
      machine.vcpuSpeed[vcpu],
      machine.coreLimit[core],
      machine.coreVcpus[core],
    ].join(' ')
    const known = kinds.get(key)
    if (known !== undefined) return known
    first.push(vcpu)
    kinds.set(key, first.length - 1)
    return first.length - 1
  })
  return { kind, first: Int32Array.from(first) }
}
