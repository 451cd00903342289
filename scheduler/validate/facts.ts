import type { Edge, Host, Platform, SfType, Task, Workflow } from '../model/index.ts'

export interface Core {
  readonly name: string
  /** Highest sum of the usages on its vCPUs, in percent. */
  readonly limit: number
  readonly vcpus: number
}

export interface Node {
  readonly name: string
  readonly host: Host
  /** Names of the layers that are there at the start. */
  readonly held: ReadonlySet<string>
}

export interface Vcpu {
  readonly name: string
  readonly host: Host
  readonly node: Node
  readonly core: Core
  /** MIPS. */
  readonly speed: number
}

/** Platform and workflow by name, as the validator reads them for itself. */
export interface Facts {
  readonly platform: Platform
  readonly tasks: ReadonlyMap<string, Task>
  readonly types: ReadonlyMap<string, SfType>
  /** Megabytes. */
  readonly layers: ReadonlyMap<string, number>
  /** The edges to each task that has some. */
  readonly incoming: ReadonlyMap<string, readonly Edge[]>
  readonly hosts: ReadonlyMap<string, Host>
  readonly nodes: ReadonlyMap<string, Node>
  readonly vcpus: ReadonlyMap<string, Vcpu>
  /** Bandwidths of networks, in MB/s. */
  readonly networks: ReadonlyMap<string, number>
}

export function factsOf(workflow: Workflow, platform: Platform): Facts {
  const types = new Map(workflow.types.map((type) => [type.name, type]))
  const layers = new Map(workflow.types.flatMap((type) => type.layers.map(({ name, size }) => [name, size])))
  const incoming = new Map<string, Edge[]>()
  for (const edge of workflow.edges) addTo(incoming, edge.to, edge)
  const nodes = new Map<string, Node>()
  const vcpus = new Map<string, Vcpu>()
  for (const host of platform.hosts) {
    const own = nodesOf(host, types)
    for (const { node } of own) nodes.set(node.name, node)
    for (const vcpu of vcpusOf(host, own)) vcpus.set(vcpu.name, vcpu)
  }
  return {
    platform,
    tasks: new Map(workflow.tasks.map((task) => [task.name, task])),
    types,
    layers,
    incoming,
    hosts: new Map(platform.hosts.map((host) => [host.name, host])),
    nodes,
    vcpus,
    networks: new Map(platform.networks.map(({ name, bandwidth }) => [name, bandwidth])),
  }
}

/** A host's nodes, and how many of its vCPUs each has. */
function nodesOf(host: Host, types: Facts['types']): { node: Node; vcpus: number }[] {
  const holders =
    host.machines.length === 0
      ? [{ name: host.name, holder: host, vcpus: Number.POSITIVE_INFINITY }]
      : host.machines.map((machine) => ({
          name: `${host.name}/${machine.name}`,
          holder: machine,
          vcpus: machine.vcpus,
        }))
  return holders.map(({ name, holder: { images, layers }, vcpus }) => {
    const ofImages = images.flatMap((image) => types.get(image)?.layers.map((layer) => layer.name) ?? [])
    return { node: { name, host, held: new Set([...layers, ...ofImages]) }, vcpus }
  })
}

function* vcpusOf(host: Host, nodes: readonly { node: Node; vcpus: number }[]): Generator<Vcpu> {
  const left = nodes.map(({ node, vcpus }) => ({ node, vcpus }))
  let number = 0
  for (const [at, socket] of host.sockets.entries()) {
    for (let i = 0; i < socket.cores; i++) {
      const core: Core = {
        name: `core ${i} of socket ${at} of ${host.name}`,
        limit: socket.maximumUsage * socket.vcpusPerCore,
        vcpus: socket.vcpusPerCore,
      }
      for (let j = 0; j < socket.vcpusPerCore; j++) {
        while (left[0] !== undefined && left[0].vcpus === 0) left.shift()
        const own = left[0]
        if (own === undefined) return
        own.vcpus--
        yield { name: `${host.name}/${number}`, host, node: own.node, core, speed: socket.speed }
        number++
      }
    }
  }
}

/** Seconds that so many megabytes take from one host to another. */
export function transferTime({ networks }: Facts, size: number, from: Host, to: Host): number {
  if (size === 0 || from.name === to.name) return 0
  let bandwidth = Math.min(from.bandwidth, to.bandwidth)
  if (from.network !== to.network) {
    for (const network of [from.network, to.network]) {
      bandwidth = Math.min(bandwidth, networks.get(network) ?? 0)
    }
  }
  return size / bandwidth
}

/** Seconds that a task runs on a vCPU. */
export function executionTime({ times, work }: Task, { host, speed }: Vcpu): number {
  const own = times !== undefined && Object.hasOwn(times, host.name) ? times[host.name] : undefined
  return own ?? work / speed
}

export function addTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
