import { ModelError } from './errors.ts'
import type { Host, ImageHolder, Platform } from './platform.ts'

/** A platform by number: hosts, nodes, cores and vCPUs each from 0, in the order of the platform's hosts. */
export class Machine {
  readonly platform: Platform
  readonly hosts: readonly Host[]
  /** Names of nodes: `HOST`, or `HOST/MACHINE` where a host has virtual machines. */
  readonly nodes: readonly string[]
  /** What each node holds at the start. */
  readonly holders: readonly ImageHolder[]
  readonly nodeHost: Int32Array
  readonly vcpus: readonly string[]
  readonly vcpuHost: Int32Array
  readonly vcpuNode: Int32Array
  readonly vcpuCore: Int32Array
  /** MIPS. */
  readonly vcpuSpeed: Float64Array
  /** Highest sum of the usages on a core's vCPUs: maximum usage times number of vCPUs; percent. */
  readonly coreLimit: Float64Array
  readonly coreVcpus: Int32Array
  /** s̄: mean MIPS of the vCPUs. */
  readonly meanSpeed: number
  /** 1/β̄: seconds that a megabyte takes at the mean bandwidth over all pairs of hosts with vCPUs; 0 if there is but one. */
  readonly meanSecondsPerMb: number
  readonly #secondsPerMb: Float64Array
  readonly #hostNumbers: ReadonlyMap<string, number>
  readonly #nodeNumbers: ReadonlyMap<string, number>
  readonly #vcpuNumbers: ReadonlyMap<string, number>

  /** @throws ModelError where a name is not there or there twice, or machines do not add up to their host */
  constructor(platform: Platform) {
    this.platform = platform
    this.hosts = platform.hosts
    this.#hostNumbers = numbered('host', platform.hosts)
    const rows = layOut(platform.hosts)
    this.nodes = rows.nodes.map(({ name }) => name)
    this.#nodeNumbers = numbered('node', rows.nodes)
    this.#vcpuNumbers = numbered('vCPU', rows.vcpus)
    this.holders = rows.nodes.map(({ holder }) => holder)
    this.nodeHost = Int32Array.from(rows.nodes, ({ host }) => host)
    this.vcpus = rows.vcpus.map(({ name }) => name)
    this.vcpuHost = Int32Array.from(rows.vcpus, ({ host }) => host)
    this.vcpuNode = Int32Array.from(rows.vcpus, ({ node }) => node)
    this.vcpuCore = Int32Array.from(rows.vcpus, ({ core }) => core)
    this.vcpuSpeed = Float64Array.from(rows.vcpus, ({ speed }) => speed)
    this.coreLimit = Float64Array.from(rows.cores, ({ limit }) => limit)
    this.coreVcpus = Int32Array.from(rows.cores, ({ vcpus }) => vcpus)
    this.meanSpeed = mean(this.vcpuSpeed)
    this.#secondsPerMb = transferTimes(platform)
    this.meanSecondsPerMb = this.#meanTransferTime()
  }

  get vcpuCount(): number {
    return this.vcpus.length
  }

  /** Seconds that a megabyte takes from one host to another; 0 on one host. */
  secondsPerMb(from: number, to: number): number {
    return this.#secondsPerMb[from * this.hosts.length + to] as number
  }

  /** @returns -1 where there is no such host */
  hostNumber(name: string): number {
    return this.#hostNumbers.get(name) ?? -1
  }

  /** @throws ModelError where there is no such vCPU */
  vcpuNumber(name: string): number {
    return this.#find('vCPU', this.#vcpuNumbers, name)
  }

  /** @throws ModelError where there is no such node */
  nodeNumber(name: string): number {
    return this.#find('node', this.#nodeNumbers, name)
  }

  #find(what: string, numbers: ReadonlyMap<string, number>, name: string): number {
    const number = numbers.get(name)
    if (number === undefined) throw new ModelError(`there is no ${what} ${name}`)
    return number
  }

  #meanTransferTime(): number {
    const computing = [...new Set(this.vcpuHost)]
    let sum = 0
    let pairs = 0
    for (const from of computing) {
      for (const to of computing) {
        if (from >= to) continue
        sum += 1 / this.secondsPerMb(from, to)
        pairs++
      }
    }
    return pairs === 0 ? 0 : pairs / sum
  }
}

interface Rows {
  readonly nodes: { name: string; host: number; holder: ImageHolder }[]
  readonly cores: { limit: number; vcpus: number }[]
  readonly vcpus: { name: string; host: number; node: number; core: number; speed: number }[]
}

function layOut(hosts: readonly Host[]): Rows {
  const rows: Rows = { nodes: [], cores: [], vcpus: [] }
  for (const [number, host] of hosts.entries()) {
    const nodeOf = addNodes(rows, number, host)
    let index = 0
    for (const { speed, cores, vcpusPerCore, maximumUsage } of host.sockets) {
      for (let i = 0; i < cores; i++) {
        const core = rows.cores.push({ limit: maximumUsage * vcpusPerCore, vcpus: vcpusPerCore }) - 1
        for (let j = 0; j < vcpusPerCore; j++, index++) {
          const node = nodeOf[index] as number
          rows.vcpus.push({ name: `${host.name}/${index}`, host: number, node, core, speed })
        }
      }
    }
  }
  return rows
}

/** @returns the node of each of the host's vCPUs */
function addNodes(rows: Rows, number: number, host: Host): number[] {
  const vcpus = host.sockets.reduce((sum, { cores, vcpusPerCore }) => sum + cores * vcpusPerCore, 0)
  if (host.machines.length === 0) {
    const node = rows.nodes.push({ name: host.name, host: number, holder: host }) - 1
    return Array<number>(vcpus).fill(node)
  }
  const nodes = host.machines.flatMap((machine) => {
    const node = rows.nodes.push({ name: `${host.name}/${machine.name}`, host: number, holder: machine }) - 1
    return Array<number>(machine.vcpus).fill(node)
  })
  if (nodes.length !== vcpus) {
    throw new ModelError(`the machines of host ${host.name} have ${nodes.length} vCPUs, and it has ${vcpus}`)
  }
  return nodes
}

function transferTimes({ networks, hosts }: Platform): Float64Array {
  const numbers = numbered('network', networks)
  const network = hosts.map((host) => {
    const number = numbers.get(host.network)
    if (number === undefined)
      throw new ModelError(`host ${host.name} is in network ${host.network}, which is not there`)
    return number
  })
  const times = new Float64Array(hosts.length ** 2)
  for (const [i, from] of hosts.entries()) {
    for (const [j, to] of hosts.entries()) {
      if (i === j) continue
      const [a, b] = [networks[network[i] as number], networks[network[j] as number]]
      const ways = [from, to, ...(a === b ? [] : [a, b])].map((way) => way?.bandwidth as number)
      times[i * hosts.length + j] = 1 / Math.min(...ways)
    }
  }
  return times
}

export function numbered(what: string, things: readonly { readonly name: string }[]): Map<string, number> {
  const numbers = new Map(things.map(({ name }, number) => [name, number]))
  if (numbers.size < things.length) {
    const twice = things.find(({ name }, number) => numbers.get(name) !== number)
    throw new ModelError(`there are two ${what}s with the name ${twice?.name}`)
  }
  return numbers
}

function mean(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
