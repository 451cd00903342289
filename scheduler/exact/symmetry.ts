import type { Machine, Occupation } from '../model/index.ts'
import type { Instance } from './instance.ts'

/** vCPUs by node, speed and sort of core: `first` holds the first of each kind. */
export function vcpuKinds(machine: Machine): { kind: Int32Array; first: Int32Array } {
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
  const given_ = new Set(given.map(({ task }) => task))
  const { predecessors, successors } = problem
  const edges = ({ first, task: other, data }: typeof predecessors, task: number) =>
    Array.from({ length: (first[task + 1] as number) - (first[task] as number) }, (_, i) => {
      const at = (first[task] as number) + i
      return `${other[at]}:${data[at]}`
    }).sort()
  return firstAlike(taskCount, (task) =>
    JSON.stringify([
      given_.has(task) && task,
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
export function computingHostsAlike(instance: Instance, known: Occupation['layers']): Int32Array {
  const { problem, hostCount } = instance
  const { machine } = problem
  const busy = new Set(known.map(({ node }) => machine.nodeHost[machine.nodeNumber(node)]))
  for (const [vcpu, slots] of instance.taken.entries()) if (slots.length > 0) busy.add(machine.vcpuHost[vcpu])
  for (const { vcpu } of instance.given) busy.add(machine.vcpuHost[vcpu])
  const layers = problem.layers.length
  const parts = machine.hosts.map((_, host) => {
    const nodes = [...machine.nodeHost.keys()].filter((node) => machine.nodeHost[node] === host)
    const kinds = [...instance.kindHost.keys()].filter((kind) => instance.kindHost[kind] === host)
    const firstCore = machine.vcpuCore[machine.vcpuHost.indexOf(host)] ?? 0
    return JSON.stringify([
      busy.has(host) && host,
      nodes.map((node) => [
        `${problem.downloadSecondsPerMb[node]}`,
        [...problem.holds.subarray(node * layers, (node + 1) * layers)],
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

function sameWays({ hosts, secondsPerMb, hostCount }: Instance, a: number, b: number): boolean {
  for (const other of hosts) {
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
