import type { Occupation } from '../model/index.ts'
import { Images } from './images.ts'
import type { Instance } from './instance.ts'

/**
 * Least time from a task's finish on a host until all that depends on it can have finished: over all ways through the
 * workflow, each task on the way where it is best, with the data that goes from host to host. A download counts where every task that could
 * have asked for the layer earlier comes after the task itself.
 */
export function tailsOf(instance: Instance, known: Occupation['layers']): Float64Array {
  const { problem, taskCount, hostCount, kindCount, hosts } = instance
  const { successors, order } = problem
  const tail = new Float64Array(taskCount * hostCount)
  const images = new Images(problem, known)
  const given = new Set(instance.given.map(({ task }) => task))
  const reach = new Descendants(instance)
  for (let at = order.length - 1; at >= 0; at--) {
    const task = order[at] as number
    const below = reach.of(task)
    for (let i = successors.first[task] as number; i < (successors.first[task + 1] as number); i++) {
      const next = successors.task[i] as number
      if (given.has(next)) continue
      const data = successors.data[i] as number
      const wait = (instance.taskKinds[next] as Int32Array).reduce((waits, kind) => {
        waits.set(kind, downloadAfter(instance, images, below, next, instance.kindNode[kind] as number))
        return waits
      }, new Map<number, number>())
      for (const host of hosts) {
        let least = Number.POSITIVE_INFINITY
        for (const [kind, download] of wait) {
          const there = instance.kindHost[kind] as number
          const way = Math.max(data * (instance.secondsPerMb[host * hostCount + there] as number), download)
          const rest =
            (instance.execution[next * kindCount + kind] as number) +
            (tail[next * hostCount + there] as number)
          least = Math.min(least, way + rest)
        }
        const cell = task * hostCount + host
        tail[cell] = Math.max(tail[cell] as number, least)
      }
    }
  }
  return tail
}

/** Which tasks come after which. */
class Descendants {
  readonly #sets = new Map<number, Set<number>>()

  constructor({ problem: { successors, order } }: Instance) {
    for (let at = order.length - 1; at >= 0; at--) {
      const task = order[at] as number
      const set = new Set<number>()
      for (let i = successors.first[task] as number; i < (successors.first[task + 1] as number); i++) {
        const next = successors.task[i] as number
        set.add(next)
        for (const below of this.#sets.get(next) as Set<number>) set.add(below)
      }
      this.#sets.set(task, set)
    }
  }

  of(task: number): ReadonlySet<number> {
    return this.#sets.get(task) as Set<number>
  }
}

/**
 * Least time of the download that a task waits for on a node after one of its predecessors has finished. Its type fetches its
 * own layers one after another; those of other types may come beside them.
 */
function downloadAfter(
  { problem }: Instance,
  images: Images,
  below: ReadonlySet<number>,
  task: number,
  node: number,
): number {
  if (problem.policy === 'ahead') return 0
  const type = problem.taskType[task] as number
  let own = 0
  let longest = 0
  for (const layer of problem.typeLayers[type] as Int32Array) {
    if (images.initially(layer, node) !== Number.POSITIVE_INFINITY) continue
    const users = new Set<number>()
    let isLate = true
    for (const [other, taskType] of problem.taskType.entries()) {
      if (!problem.typeLayers[taskType]?.includes(layer)) continue
      users.add(taskType)
      if (!below.has(other)) isLate = false
    }
    if (!isLate) continue
    const duration = images.duration(layer, node)
    if (users.size === 1) own += duration
    else longest = Math.max(longest, duration)
  }
  return Math.max(own, longest)
}
