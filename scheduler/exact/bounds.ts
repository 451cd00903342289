import type { Instance } from './instance.ts'
import type { PartialSchedule } from './partial-schedule.ts'
import { NONE } from './partial-schedule.ts'
import { tailsOf } from './tails.ts'

/**
 * Times before which no schedule that begins in a given way can end. Two bounds, the larger of which counts: that of ways through the
 * workflow (each task as early as its data, its image and the vCPUs allow, and what must come after it), and that of room
 * (what is left to do, and the vCPUs and caps that can do it).
 */
export class Bounds {
  readonly #instance: Instance
  readonly #schedule: PartialSchedule
  /** Seconds from a task's finish on a host until all that depends on it can have finished, at `task * hostCount + host`. */
  readonly #tail: Float64Array
  /** Earliest finish of a task that is not placed, at `task * hostCount + host`. */
  readonly #finish: Float64Array
  /** Earliest request of a task at each depth: a row says what the row before is to know of tasks that come later. */
  readonly #request: Float64Array
  readonly #arrival: Float64Array
  readonly #image: Float64Array
  readonly #typeRequest: Float64Array
  readonly #kindFree: Float64Array
  readonly #kindHead: Float64Array
  /** How much of the least execution time of any task a kind of vCPU does at most in a second. */
  readonly #rate: Float64Array
  /** Seconds after a task's finish that are left at least, wherever it ran. */
  readonly #leastTail: Float64Array
  /** Those with the longest tails first. */
  readonly #byTail: Int32Array
  /** Layers that only one type has, and the others, of each type. */
  readonly #ownLayers: readonly Int32Array[]
  readonly #sharedLayers: readonly Int32Array[]
  readonly #coreRate: number

  constructor(schedule: PartialSchedule) {
    const { instance } = schedule
    const { taskCount, hostCount, kindCount, execution, leastExecution, problem, kindHost } = instance
    this.#instance = instance
    this.#schedule = schedule
    this.#tail = tailsOf(instance, schedule.images)
    this.#finish = new Float64Array(taskCount * hostCount)
    this.#request = new Float64Array((taskCount + 2) * taskCount).fill(instance.release)
    this.#arrival = new Float64Array(hostCount)
    const types = problem.typeLayers.length
    this.#image = new Float64Array(types * instance.nodeCount)
    this.#typeRequest = new Float64Array(types)
    this.#kindFree = new Float64Array(kindCount)
    this.#kindHead = new Float64Array(kindCount)
    this.#rate = Float64Array.from({ length: kindCount }, (_, kind) => {
      let rate = 0
      for (let task = 0; task < taskCount; task++) {
        const own = execution[task * kindCount + kind] as number
        if (own > 0) rate = Math.max(rate, (leastExecution[task] as number) / own)
        else rate = 1
      }
      return rate
    })
    const hosts = (task: number) => [
      ...new Set((instance.taskKinds[task] as Int32Array).map((kind) => kindHost[kind] as number)),
    ]
    this.#leastTail = Float64Array.from({ length: taskCount }, (_, task) =>
      Math.min(...hosts(task).map((host) => this.#tail[task * hostCount + host] as number)),
    )
    this.#byTail = Int32Array.from(problem.order).sort(
      (a, b) => (this.#leastTail[b] as number) - (this.#leastTail[a] as number) || a - b,
    )
    const users = new Int32Array(problem.layers.length)
    for (const layers of problem.typeLayers)
      for (const layer of layers) users[layer] = (users[layer] as number) + 1
    this.#ownLayers = problem.typeLayers.map((layers) => layers.filter((layer) => users[layer] === 1))
    this.#sharedLayers = problem.typeLayers.map((layers) => layers.filter((layer) => users[layer] !== 1))
    const { coreLimit, vcpuCore } = problem.machine
    const coreRate = new Float64Array(coreLimit.length)
    for (const [vcpu, core] of vcpuCore.entries())
      coreRate[core] = Math.max(coreRate[core] as number, this.#rate[instance.kind[vcpu] as number] as number)
    this.#coreRate = coreRate.reduce((sum, rate, core) => sum + rate * (coreLimit[core] as number), 0)
    // What is known of later tasks' requests comes from the row before; of the first one, from a first try.
    this.of()
    this.#request.copyWithin(0, taskCount, 2 * taskCount)
  }

  /**
   * @param enough any bound that is as high will do
   * @returns a time before which the schedule cannot end
   */
  of(enough = Number.POSITIVE_INFINITY): number {
    const schedule = this.#schedule
    let bound = schedule.end
    if (bound >= enough) return bound
    this.#findFree()
    if (schedule.images.matter) this.#findImages()
    bound = Math.max(bound, this.#ofWays(enough))
    if (bound >= enough) return bound
    return Math.max(bound, this.#ofRoom(), this.#ofCaps())
  }

  #findFree(): void {
    const { kindCount, kindVcpus } = this.#instance
    const { free, now } = this.#schedule
    for (let kind = 0; kind < kindCount; kind++) {
      let least = Number.POSITIVE_INFINITY
      for (const vcpu of kindVcpus[kind] as Int32Array) least = Math.min(least, free[vcpu] as number)
      this.#kindFree[kind] = Math.max(now, least)
    }
    this.#kindHead.fill(Number.POSITIVE_INFINITY)
  }

  /** Earliest time of each type's image on each node, whatever is placed or bound from now on. */
  #findImages(): void {
    const { taskCount, nodeCount, problem } = this.#instance
    const { images, depth } = this.#schedule
    const schedule = this.#schedule
    this.#typeRequest.fill(Number.POSITIVE_INFINITY)
    const row = depth * taskCount
    for (let task = 0; task < taskCount; task++) {
      if (schedule.isPlaced(task)) continue
      const type = problem.taskType[task] as number
      const request = schedule.isReady(task)
        ? (schedule.request[task] as number)
        : (this.#request[row + task] as number)
      if (request < (this.#typeRequest[type] as number)) this.#typeRequest[type] = request
    }
    for (let type = 0; type < problem.typeLayers.length; type++) {
      if (this.#typeRequest[type] === Number.POSITIVE_INFINITY) continue
      for (let node = 0; node < nodeCount; node++) {
        const at = type * nodeCount + node
        this.#image[at] = images.lacks[at] === 0 ? Number.NEGATIVE_INFINITY : this.#imageBound(type, node)
      }
    }
  }

  #imageBound(type: number, node: number): number {
    const { nodeCount } = this.#instance
    const { images } = this.#schedule
    let bound = Math.min(this.#typeRequest[type] as number, images.request[type * nodeCount + node] as number)
    for (const layer of this.#ownLayers[type] as Int32Array) {
      if (images.initially(layer, node) === Number.POSITIVE_INFINITY) bound += images.duration(layer, node)
    }
    for (const layer of this.#sharedLayers[type] as Int32Array) {
      if (images.initially(layer, node) !== Number.POSITIVE_INFINITY) continue
      let request = Number.POSITIVE_INFINITY
      for (const other of images.family[type] as Int32Array) {
        if (!(this.#sharedLayers[other] as Int32Array).includes(layer)) continue
        const known = images.request[other * nodeCount + node] as number
        request = Math.min(request, known, this.#typeRequest[other] as number)
      }
      bound = Math.max(bound, request + images.duration(layer, node))
    }
    return bound
  }

  #ofWays(enough: number): number {
    const { problem, release, taskCount, hostCount, kindCount, nodeCount, taskKinds } = this.#instance
    const tail = this.#tail
    const { kindHost, kindNode, execution } = this.#instance
    const schedule = this.#schedule
    const { matter } = schedule.images
    const row = (schedule.depth + 1) * taskCount
    const isAhead = problem.policy === 'ahead'
    let bound = 0
    for (const task of problem.order) {
      if (schedule.isPlaced(task)) continue
      this.#request[row + task] = isAhead ? release : this.#arrive(task)
      if (isAhead) this.#arrive(task)
      const type = problem.taskType[task] as number
      const node = schedule.boundTo[task] as number
      const cell = task * hostCount
      this.#finish.fill(Number.POSITIVE_INFINITY, cell, cell + hostCount)
      let way = Number.POSITIVE_INFINITY
      for (const kind of taskKinds[task] as Int32Array) {
        if (node !== NONE && kindNode[kind] !== node) continue
        const host = kindHost[kind] as number
        let start = Math.max(this.#kindFree[kind] as number, this.#arrival[host] as number)
        if (matter) {
          const image = this.#image[type * nodeCount + (kindNode[kind] as number)] as number
          if (image > start) start = image
        }
        if (start < (this.#kindHead[kind] as number)) this.#kindHead[kind] = start
        const finish = start + (execution[task * kindCount + kind] as number)
        if (finish < (this.#finish[cell + host] as number)) this.#finish[cell + host] = finish
        const end = finish + (tail[cell + host] as number)
        if (end < way) way = end
      }
      if (way > bound) {
        bound = way
        if (bound >= enough) return bound
      }
    }
    return bound
  }

  /** Finds when a task's data can be on each host. @returns when its predecessors can all have finished */
  #arrive(task: number): number {
    const { problem, release, hostCount, vcpuHost, inputThere, secondsPerMb } = this.#instance
    const { predecessors } = problem
    const schedule = this.#schedule
    const arrival = this.#arrival
    for (let host = 0; host < hostCount; host++) arrival[host] = inputThere[task * hostCount + host] as number
    let request = release
    for (let i = predecessors.first[task] as number; i < (predecessors.first[task + 1] as number); i++) {
      const before = predecessors.task[i] as number
      const data = predecessors.data[i] as number
      const vcpu = schedule.vcpu[before] as number
      if (vcpu !== NONE) {
        const from = (vcpuHost[vcpu] as number) * hostCount
        const sent = Math.max(release, schedule.finish[before] as number)
        if (sent > request) request = sent
        for (let host = 0; host < hostCount; host++) {
          const there = sent + data * (secondsPerMb[from + host] as number)
          if (there > (arrival[host] as number)) arrival[host] = there
        }
        continue
      }
      const cell = before * hostCount
      let finish = Number.POSITIVE_INFINITY
      for (let from = 0; from < hostCount; from++)
        finish = Math.min(finish, this.#finish[cell + from] as number)
      if (finish > request) request = finish
      for (let host = 0; host < hostCount; host++) {
        let there = Number.POSITIVE_INFINITY
        for (let from = 0; from < hostCount; from++) {
          const way =
            (this.#finish[cell + from] as number) + data * (secondsPerMb[from * hostCount + host] as number)
          if (way < there) there = way
        }
        if (there > (arrival[host] as number)) arrival[host] = there
      }
    }
    return request
  }

  /** Tasks with a tail of some length or more must all be done by so long before the end. */
  #ofRoom(): number {
    const { leastExecution } = this.#instance
    const schedule = this.#schedule
    let bound = 0
    let left = 0
    for (let i = 0; i < this.#byTail.length; i++) {
      const task = this.#byTail[i] as number
      if (schedule.isPlaced(task)) continue
      left += leastExecution[task] as number
      bound = Math.max(bound, this.#whenDone(left) + (this.#leastTail[task] as number))
    }
    return bound
  }

  /** When all vCPUs together can have done so many seconds of least execution time. */
  #whenDone(left: number): number {
    const { kind } = this.#instance
    const { free } = this.#schedule
    let time = Number.POSITIVE_INFINITY
    for (;;) {
      let sum = left
      let rate = 0
      for (let vcpu = 0; vcpu < kind.length; vcpu++) {
        const own = kind[vcpu] as number
        const from = Math.max(free[vcpu] as number, this.#kindHead[own] as number)
        if (from >= time) continue
        sum += from * (this.#rate[own] as number)
        rate += this.#rate[own] as number
      }
      if (rate === 0) return 0
      const next = sum / rate
      // Those that come too late to help do not count: again without them.
      if (!(next < time)) return next
      time = next
    }
  }

  /** When all cores together can have done what is left, in seconds of least execution time by usage. */
  #ofCaps(): number {
    const { leastExecution, problem } = this.#instance
    const schedule = this.#schedule
    let left = 0
    for (let task = 0; task < problem.taskCount; task++) {
      if (!schedule.isPlaced(task)) left += (leastExecution[task] as number) * (problem.usage[task] as number)
    }
    return left === 0 ? 0 : schedule.now + left / this.#coreRate
  }
}
