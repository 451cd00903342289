import { DEFAULT_MAXIMUM_USAGE, type Host, type Socket } from '../../scheduler/index.ts'
import type { NodeFacts } from '../facts/index.ts'

/** How a node is connected: that it does not know itself. */
export interface HostLink {
  /** Name of the network that it is in. */
  readonly network: string
  /** Of its network card, in MB/s. */
  readonly bandwidth: number
}

/** Where nothing is known: one site with Gigabit Ethernet. */
export const DEFAULT_LINK: HostLink = { network: 'site', bandwidth: 125 }

/** A node as the scheduler sees it. Its vCPUs are numbered in the order of `facts.cpu.cpus`. */
export function hostOf(facts: NodeFacts, link: HostLink = DEFAULT_LINK): Host {
  const { name, architecture, labels, cpu, images, layers } = facts
  const { speed, maximumUsage = DEFAULT_MAXIMUM_USAGE } = cpu
  const sockets = cpu.sockets.map(
    ({ cores, threads }): Socket => ({ speed, cores, vcpusPerCore: threads, maximumUsage }),
  )
  return {
    name,
    network: link.network,
    bandwidth: link.bandwidth,
    architecture,
    labels,
    sockets,
    machines: [],
    // Several versions of a function have one name.
    images: [...new Set(images.map((image) => image.function))],
    layers: [...new Set([...layers, ...images.flatMap((image) => image.layers)])],
  }
}
