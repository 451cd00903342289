import { type Infeasibility, InfeasibleError, ModelError } from './errors.ts'
import { type Graph, graphOf, type Neighbours } from './graph.ts'
import { Machine, numbered } from './machine.ts'
import type { Platform } from './platform.ts'
import { DEFAULT_DOWNLOAD_POLICY, type DownloadPolicy } from './schedule.ts'
import type { SfType, Task, Workflow } from './workflow.ts'

export interface ProblemOptions {
  /** @defaultValue 'on-demand' */
  readonly policy?: DownloadPolicy | undefined
}

/** A workflow that is to run on a platform, by number: what every algorithm works on. */
export class Problem {
  readonly workflow: Workflow
  readonly machine: Machine
  readonly policy: DownloadPolicy
  readonly predecessors: Neighbours
  readonly successors: Neighbours
  /** Each task after its predecessors. */
  readonly order: Int32Array
  readonly taskType: Int32Array
  /** Of each task, in percent. */
  readonly usage: Float64Array
  /** Mean execution time of each task over the vCPUs that it may run on, in seconds. */
  readonly meanExecution: Float64Array
  /** Work of each task in million instructions; where its times are given instead, what they come to at the mean speed. */
  readonly work: Float64Array
  readonly typeLayers: readonly Int32Array[]
  readonly layers: readonly string[]
  /** Megabytes. */
  readonly layerSize: Float64Array
  /** Whether a node holds a layer at the start, at `node * layers.length + layer`. */
  readonly holds: Uint8Array
  /** Seconds that a megabyte takes from the SF repository to each node; Infinity where there is none. */
  readonly downloadSecondsPerMb: Float64Array
  readonly #candidates: readonly Int32Array[]
  /** Execution time by host for tasks that have times of their own; NaN for a host without. */
  readonly #times: readonly (Float64Array | undefined)[]
  readonly #givenWork: Float64Array
  readonly #input: Float64Array
  readonly #fileServer: number

  /**
   * @throws ModelError where a name leads nowhere, is there twice, or edges lead round;
   * InfeasibleError where no host takes a task, with the reason of each host
   */
  constructor(workflow: Workflow, platform: Platform | Machine, { policy }: ProblemOptions = {}) {
    this.workflow = workflow
    this.machine = platform instanceof Machine ? platform : new Machine(platform)
    this.policy = policy ?? DEFAULT_DOWNLOAD_POLICY
    const graph: Graph = graphOf(workflow)
    this.predecessors = graph.predecessors
    this.successors = graph.successors
    this.order = graph.order
    const { tasks, types } = workflow
    const typeNumbers = numbered('type', types)
    this.taskType = Int32Array.from(tasks, ({ name, type }) => {
      const number = typeNumbers.get(type)
      if (number === undefined) throw new ModelError(`task ${name} is of type ${type}, which is not there`)
      return number
    })
    this.usage = Float64Array.from(tasks, ({ usage }) => usage)
    const layers = layersOf(types)
    this.layers = [...layers.keys()]
    this.layerSize = Float64Array.from(layers.values(), ({ size }) => size)
    this.typeLayers = types.map((type) =>
      Int32Array.from(type.layers, ({ name }) => layers.get(name)?.number as number),
    )
    this.holds = this.#heldLayers(typeNumbers, layers)
    const repository = this.#serverNumber(this.machine.platform.repository)
    this.downloadSecondsPerMb = Float64Array.from(this.machine.nodeHost, (host) =>
      repository < 0 ? Number.POSITIVE_INFINITY : this.machine.secondsPerMb(repository, host),
    )
    this.#fileServer = this.#serverNumber(this.machine.platform.fileServer)
    this.#givenWork = Float64Array.from(tasks, ({ work }) => work)
    this.#input = Float64Array.from(tasks, ({ input }) => input)
    this.#times = tasks.map((task) => this.#timesOf(task))
    this.#candidates = this.#findCandidates()
    this.work = Float64Array.from(tasks, ({ work }, task) =>
      this.#times[task] === undefined ? work : this.#meanTime(task) * this.machine.meanSpeed,
    )
    // Tasks with the same candidates and no times of their own differ by their work alone.
    const perWork = new Map<Int32Array, number>()
    this.meanExecution = Float64Array.from(tasks, ({ work }, task) => {
      if (work === 0 || this.#times[task] !== undefined) return this.#meanTime(task)
      const candidates = this.candidates(task)
      const known = perWork.get(candidates) ?? this.#meanTime(task) / work
      perWork.set(candidates, known)
      return work * known
    })
  }

  get taskCount(): number {
    return this.workflow.tasks.length
  }

  /** The vCPUs that a task may run on, in ascending order; never none. */
  candidates(task: number): Int32Array {
    return this.#candidates[task] as Int32Array
  }

  /** Seconds that a task takes on a vCPU. */
  execution(task: number, vcpu: number): number {
    const own = this.#times[task]
    if (own !== undefined) {
      const time = own[this.machine.vcpuHost[vcpu] as number] as number
      if (!Number.isNaN(time)) return time
    }
    return (this.#givenWork[task] as number) / (this.machine.vcpuSpeed[vcpu] as number)
  }

  /** Seconds that a task's input from the file server takes to a host. */
  inputTime(task: number, host: number): number {
    const size = this.#input[task] as number
    return size === 0 ? 0 : size * this.machine.secondsPerMb(this.#fileServer, host)
  }

  /** Megabytes of a type's image that a node does not hold at the start. */
  missing(type: number, node: number): number {
    let sum = 0
    for (const layer of this.typeLayers[type] as Int32Array) {
      if (this.holds[node * this.layers.length + layer] === 0) sum += this.layerSize[layer] as number
    }
    return sum
  }

  #meanTime(task: number): number {
    let sum = 0
    const candidates = this.candidates(task)
    for (const vcpu of candidates) sum += this.execution(task, vcpu)
    return sum / candidates.length
  }

  #serverNumber(name: string | undefined): number {
    if (name === undefined) return -1
    const number = this.machine.hostNumber(name)
    if (number < 0) throw new ModelError(`there is no host ${name}`)
    return number
  }

  #timesOf({ name, times, input }: Task): Float64Array | undefined {
    if (input > 0 && this.#fileServer < 0)
      throw new ModelError(`task ${name} takes input from the file server, and the platform has none`)
    if (times === undefined) return undefined
    const all = new Float64Array(this.machine.hosts.length).fill(Number.NaN)
    for (const [host, time] of Object.entries(times)) all[this.#serverNumber(host)] = time
    return all
  }

  #heldLayers(
    typeNumbers: ReadonlyMap<string, number>,
    layers: ReadonlyMap<string, { number: number }>,
  ): Uint8Array {
    const holds = new Uint8Array(this.machine.nodes.length * layers.size)
    for (const [node, holder] of this.machine.holders.entries()) {
      const hold = (layer: number): void => {
        holds[node * layers.size + layer] = 1
      }
      // What is there may be of other workflows.
      for (const image of holder.images) this.typeLayers[typeNumbers.get(image) ?? -1]?.forEach(hold)
      for (const name of holder.layers) {
        const layer = layers.get(name)
        if (layer !== undefined) hold(layer.number)
      }
    }
    return holds
  }

  #findCandidates(): Int32Array[] {
    const failures: Infeasibility[] = []
    // Tasks of one type with the same demands and usage have the same candidates.
    const known = new Map<string, Int32Array>()
    const all = this.workflow.tasks.map((task, number) => {
      const key = JSON.stringify([task.type, task.usage, task.demands, task.times && number])
      const before = known.get(key)
      if (before !== undefined) return before
      const { vcpus, reasons } = this.#candidatesOf(task, number)
      if (vcpus.length > 0) known.set(key, vcpus)
      else failures.push({ task: task.name, hosts: reasons })
      return vcpus
    })
    if (failures.length > 0) throw new InfeasibleError(failures)
    return all
  }

  #candidatesOf(task: Task, number: number): { vcpus: Int32Array; reasons: Infeasibility['hosts'] } {
    const { machine } = this
    const reasons = machine.hosts.map((_, host) => this.#exclusion(task, number, host))
    const vcpus = Int32Array.from(machine.vcpus.keys()).filter((vcpu) => {
      const host = machine.vcpuHost[vcpu] as number
      if (reasons[host] !== undefined) return false
      return this.#vcpuExclusion(task, number, vcpu) === undefined
    })
    if (vcpus.length > 0) return { vcpus, reasons: [] }
    for (const vcpu of machine.vcpus.keys()) {
      const host = machine.vcpuHost[vcpu] as number
      reasons[host] ??= this.#vcpuExclusion(task, number, vcpu)
    }
    return {
      vcpus,
      reasons: machine.hosts.map(({ name }, host) => ({
        host: name,
        reason: reasons[host] ?? 'it has no vCPU',
      })),
    }
  }

  /** Why a host takes no such task; undefined if it may. */
  #exclusion({ demands, type }: Task, number: number, host: number): string | undefined {
    const { architecture, labels, sockets } = this.machine.hosts[host] as Platform['hosts'][number]
    if (sockets.length === 0) return 'it has no vCPU'
    if (demands.architecture !== undefined && demands.architecture !== architecture)
      return `its architecture is ${architecture}, and the task demands ${demands.architecture}`
    const { architectures } = this.workflow.types[this.taskType[number] as number] as SfType
    if (architectures !== undefined && !architectures.includes(architecture))
      return `its architecture is ${architecture}, and there is an image of ${type} for ${architectures.join(', ')} only`
    for (const [key, value] of Object.entries(demands.labels)) {
      if (!Object.hasOwn(labels, key)) return `it has no label ${key}, and the task demands ${key}=${value}`
      if (labels[key] !== value)
        return `its label is ${key}=${labels[key]}, and the task demands ${key}=${value}`
    }
    return undefined
  }

  /** Why a vCPU of a host that may takes no such task. */
  #vcpuExclusion({ name, usage, type }: Task, number: number, vcpu: number): string | undefined {
    const { machine } = this
    const core = machine.vcpuCore[vcpu] as number
    const limit = machine.coreLimit[core] as number
    if (usage > limit) {
      const vcpus = machine.coreVcpus[core] as number
      return `task ${name} uses ${usage} % of a vCPU, and a core of ${vcpus} takes at most ${limit / vcpus} % of each`
    }
    const node = machine.vcpuNode[vcpu] as number
    const mayDownload = Number.isFinite(this.downloadSecondsPerMb[node] as number)
    if (!mayDownload && this.missing(this.taskType[number] as number, node) > 0)
      return `it does not hold the image of ${type}, and there is no SF repository to fetch it from`
    return undefined
  }
}

function layersOf(types: readonly SfType[]): Map<string, { number: number; size: number }> {
  const layers = new Map<string, { number: number; size: number }>()
  for (const { name: type, layers: own } of types) {
    const names = new Set(own.map(({ name }) => name))
    if (names.size < own.length) throw new ModelError(`type ${type} has a layer twice`)
    for (const { name, size } of own) {
      const known = layers.get(name)
      if (known === undefined) layers.set(name, { number: layers.size, size })
      else if (known.size !== size)
        throw new ModelError(`layer ${name} has ${known.size} MB in one type and ${size} MB in ${type}`)
    }
  }
  return layers
}
