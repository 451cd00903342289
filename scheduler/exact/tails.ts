import type { Images } from './images.ts'
import type { Instance } from './instance.ts'

/**
 * Least time from a task's finish on a host until all that depends on it can have finished: over all ways through the workflow,
 * each task on the way where it is best, with the data that goes from host to host. A download counts where every task that
 * could have asked for the layer earlier comes after the task itself.
 * @returns seconds, at `task * hostCount + host`
 */
export function tailsOf(instance: Instance, images: Images): Float64Array {
  const { problem, taskCount, hostCount, kindCount, kindHost, kindNode, taskKinds, execution } = instance
  const { successors, order } = problem
  const tail = new Float64Array(taskCount * hostCount)
  const given = new Set(instance.given.map(({ task }) => task))
  const below = descendants(instance)
  for (let at = order.length - 1; at >= 0; at--) {
    const task = order[at] as number
    for (let i = successors.first[task] as number; i < (successors.first[task + 1] as number); i++) {
      const next = successors.task[i] as number
      if (given.has(next)) continue
      const data = successors.data[i] as number
      const late = lateLayers(instance, below[task] as ReadonlySet<number>, next)
      const kinds = Array.from(taskKinds[next] as Int32Array, (kind) => ({
        host: kindHost[kind] as number,
        download: downloadTime(images, late, kindNode[kind] as number),
        rest:
          (execution[next * kindCount + kind] as number) +
          (tail[next * hostCount + (kindHost[kind] as number)] as number),
      }))
      for (let from = 0; from < hostCount; from++) {
        let least = Number.POSITIVE_INFINITY
        for (const { host, download, rest } of kinds) {
          const way = data * (instance.secondsPerMb[from * hostCount + host] as number)
          least = Math.min(least, Math.max(way, download) + rest)
        }
        const cell = task * hostCount + from
        tail[cell] = Math.max(tail[cell] as number, least)
      }
    }
  }
  return tail
}

/** Of each task, all that come after it. */
function descendants({ problem: { successors, order }, taskCount }: Instance): Set<number>[] {
  const below = Array.from({ length: taskCount }, () => new Set<number>())
  for (let at = order.length - 1; at >= 0; at--) {
    const task = order[at] as number
    for (const next of successors.task.subarray(successors.first[task], successors.first[task + 1])) {
      below[task]?.add(next)
      for (const other of below[next] as Set<number>) below[task]?.add(other)
    }
  }
  return below
}

interface LateLayers {
  /** Of the task's type alone. */
  readonly own: readonly number[]
  readonly shared: readonly number[]
}

/** Layers of a task's type that no task asks for unless it comes after another one, whose descendants are `below`. */
function lateLayers({ problem }: Instance, below: ReadonlySet<number>, task: number): LateLayers {
  const own: number[] = []
  const shared: number[] = []
  if (problem.policy === 'ahead') return { own, shared }
  const { taskType, typeLayers } = problem
  const type = taskType[task] as number
  for (const layer of typeLayers[type] as Int32Array) {
    const users = [...taskType.keys()].filter((other) =>
      typeLayers[taskType[other] as number]?.includes(layer),
    )
    if (!users.every((other) => below.has(other))) continue
    if (users.every((other) => taskType[other] === type)) own.push(layer)
    else shared.push(layer)
  }
  return { own, shared }
}

/** A type fetches its own layers one after another; those of other types may come beside them. */
function downloadTime(images: Images, { own, shared }: LateLayers, node: number): number {
  const time = (layer: number) =>
    images.initially(layer, node) === Number.POSITIVE_INFINITY ? images.duration(layer, node) : 0
  return Math.max(
    own.reduce((sum, layer) => sum + time(layer), 0),
    ...shared.map(time),
  )
}
