import type { Images } from './images.ts'
import type { Instance } from './instance.ts'

/** Of each task the first with the same type, usage, times, input and neighbours. */
export function tasksAlike({
  problem,
  taskCount,
  execution,
  kindCount,
  inputThere,
  hostCount,
  given,
}: Instance): Int32Array {
  const givenTasks = new Set(given.map(({ task }) => task))
  const { predecessors, successors } = problem
  const edges = ({ first, task: other, data }: typeof predecessors, task: number) =>
    Array.from({ length: (first[task + 1] as number) - (first[task] as number) }, (_, i) => {
      const at = (first[task] as number) + i
      return `${other[at]}:${data[at]}`
    }).sort()
  return firstAlike(taskCount, (task) =>
    JSON.stringify([
      givenTasks.has(task) && task,
      problem.taskType[task],
      problem.usage[task],
      [...execution.subarray(task * kindCount, (task + 1) * kindCount)],
      [...inputThere.subarray(task * hostCount, (task + 1) * hostCount)],
      edges(predecessors, task),
      edges(successors, task),
    ]),
  )
}

/** Of each host the first with the same vCPUs, ways to all others and images, where nothing is going on before the search begins. */
export function hostsAlike(instance: Instance, images: Images): Int32Array {
  const { problem, hostCount, hostNumbers } = instance
  const { machine } = problem
  const busy = new Set<number | undefined>()
  for (const [vcpu, slots] of instance.taken.entries()) if (slots.length > 0) busy.add(machine.vcpuHost[vcpu])
  for (const { vcpu } of instance.given) busy.add(machine.vcpuHost[vcpu])
  const parts = Array.from(hostNumbers, (number, host) => {
    const nodes = [...machine.nodeHost.keys()].filter((node) => machine.nodeHost[node] === number)
    const kinds = [...instance.kindHost.keys()].filter((kind) => instance.kindHost[kind] === host)
    const firstCore = machine.vcpuCore[machine.vcpuHost.indexOf(number)] ?? 0
    return JSON.stringify([
      busy.has(number) && number,
      nodes.map((node) => [
        `${problem.downloadSecondsPerMb[node]}`,
        // As text: JSON has no infinite numbers.
        problem.layers.map((_, layer) => `${images.initially(layer, node)}`),
      ]),
      kinds.map((kind) => [
        nodes.indexOf(instance.kindNode[kind] as number),
        machine.vcpuSpeed[instance.kindVcpus[kind]?.[0] as number],
        // Of which cores they are, as seen from the host's first one.
        Array.from(instance.kindVcpus[kind] as Int32Array, (vcpu) => [
          (machine.vcpuCore[vcpu] as number) - firstCore,
          machine.coreLimit[machine.vcpuCore[vcpu] as number],
          machine.coreVcpus[machine.vcpuCore[vcpu] as number],
        ]),
        Array.from({ length: instance.taskCount }, (_, task) => [
          `${instance.execution[task * instance.kindCount + kind]}`,
          instance.inputThere[task * hostCount + host],
        ]),
      ]),
    ])
  })
  const alike = new Int32Array(hostCount)
  for (let host = 0; host < hostCount; host++) {
    let first = 0
    while (
      first < host &&
      !(alike[first] === first && parts[first] === parts[host] && sameWays(instance, first, host))
    )
      first++
    alike[host] = first
  }
  return alike
}

function sameWays({ secondsPerMb, hostCount }: Instance, a: number, b: number): boolean {
  for (let other = 0; other < hostCount; other++) {
    if (other === a || other === b) continue
    if (secondsPerMb[a * hostCount + other] !== secondsPerMb[b * hostCount + other]) return false
    if (secondsPerMb[other * hostCount + a] !== secondsPerMb[other * hostCount + b]) return false
  }
  return secondsPerMb[a * hostCount + b] === secondsPerMb[b * hostCount + a]
}

function firstAlike(count: number, keyOf: (number: number) => string): Int32Array {
  const first = new Map<string, number>()
  return Int32Array.from({ length: count }, (_, number) => {
    const key = keyOf(number)
    const known = first.get(key)
    if (known !== undefined) return known
    first.set(key, number)
    return number
  })
}
