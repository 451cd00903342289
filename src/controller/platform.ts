import type { Host, Network, Platform, Socket } from '../../scheduler/index.ts'
import type { NetworkDescription } from '../deployment/index.ts'
import type { NodeFacts } from '../facts/index.ts'
import type { DesiredInstance } from './desired.ts'
import { hostOf } from './host.ts'
import { imageOf, refusalOf, type WantedFunction } from './placement-facts.ts'
import { type Load, sharedSpeed, vcpusOf } from './vcpus.ts'

/** Bandwidth of the SF repository, and of a node that cannot be asked, where nothing is said, in MB/s: Gigabit Ethernet. */
export const DEFAULT_BANDWIDTH = 125

export interface PlatformOrder {
  readonly network: NetworkDescription
  /** Those that can be reached. */
  readonly nodes: readonly NodeFacts[]
  readonly functions: readonly WantedFunction[]
  /** All that there are. */
  readonly instances: readonly DesiredInstance[]
  /** Those that others want, with whom vCPUs are shared. */
  readonly others: readonly Load[]
  /** In MB/s. @defaultValue {@link DEFAULT_BANDWIDTH} */
  readonly repositoryBandwidth?: number | undefined
}

/** Label of the hosts that take a function: what is demanded is not always that a label has a value. */
export function takesLabel(name: string): string {
  return `takes/${name}`
}

/** The network as the scheduler sees it: a host for each node, and one for the SF repository. */
export function platformOf(order: PlatformOrder): Platform {
  const { network, nodes, repositoryBandwidth: bandwidth = DEFAULT_BANDWIDTH } = order
  const facts = new Map(nodes.map((node) => [node.name, node]))
  const computing = network.nodes.map((described) => {
    const node = facts.get(described.name)
    const {
      name,
      network: own = node?.network ?? name,
      bandwidth = node?.bandwidth ?? DEFAULT_BANDWIDTH,
    } = described
    const link = { network: own, bandwidth }
    return node === undefined ? emptyHost(name, link) : nodeHost(node, link, order)
  })
  const name = unlike(
    'repository',
    computing.map((host) => host.name),
  )
  const hosts = [...computing, emptyHost(name, { network: name, bandwidth })]
  return { name: network.name, networks: networksOf(hosts), hosts, repository: name, fileServer: undefined }
}

type Link = Pick<Host, 'network' | 'bandwidth'>

/** It computes nothing. */
function emptyHost(name: string, link: Link): Host {
  const nothing = { labels: {}, sockets: [], machines: [], images: [], layers: [] }
  return { name, ...link, architecture: 'unknown', ...nothing }
}

function nodeHost(node: NodeFacts, link: Link, order: PlatformOrder): Host {
  const takes = order.functions.filter((wanted) => refusalOf(wanted, node, order.instances) === undefined)
  const labels = Object.fromEntries(takes.map(({ facts }) => [takesLabel(facts.name), 'true']))
  const sockets = takes.length === 0 ? [] : socketsOf(node, order.others)
  // What the description of the network says of its link counts before what the node says.
  return { ...hostOf(node), ...link, labels, sockets, layers: layersOf(node, order.functions) }
}

/** A core's speed is shared with what others run on its vCPUs. Cores of one socket that are alike stand together. */
function socketsOf(node: NodeFacts, others: readonly Load[]): Socket[] {
  const loads: number[][] = []
  for (const { core, load } of vcpusOf(node, others)) {
    loads[core] ??= []
    loads[core].push(load)
  }
  let next = 0
  return hostOf(node).sockets.flatMap((socket) => {
    const cores: { speed: number; cores: number }[] = []
    for (const own of loads.slice(next, next + socket.cores)) {
      const speed = sharedSpeed(node, own.reduce((sum, load) => sum + load, 0) / own.length)
      const last = cores.at(-1)
      if (last?.speed === speed) last.cores++
      else cores.push({ speed, cores: 1 })
    }
    next += socket.cores
    return cores.map((some) => ({ ...socket, ...some }))
  })
}

/**
 * Of the functions' layers, those that the node has, and those that are in no image for its architecture: a type of the scheduler has
 * one list of layers, that of all architectures, and what is for others a node need not fetch.
 */
function layersOf({ architecture, blobs }: NodeFacts, functions: readonly WantedFunction[]): string[] {
  const held = new Set(blobs)
  const needed = new Set(
    functions.flatMap(({ facts }) => imageOf(facts, architecture)?.layers.map(({ digest }) => digest) ?? []),
  )
  const all = functions.flatMap(({ facts }) =>
    facts.architectures.flatMap(({ layers }) => layers.map(({ digest }) => digest)),
  )
  return [...new Set(all)].filter((digest) => held.has(digest) || !needed.has(digest))
}

/** Of what leads out of a network nothing is known, so it bounds nothing: it has its fastest host's bandwidth. */
function networksOf(hosts: readonly Host[]): Network[] {
  const bandwidths = new Map<string, number>()
  for (const { network, bandwidth } of hosts)
    bandwidths.set(network, Math.max(bandwidth, bandwidths.get(network) ?? 0))
  return [...bandwidths].map(([name, bandwidth]) => ({ name, bandwidth }))
}

function unlike(name: string, taken: readonly string[]): string {
  return taken.includes(name) ? unlike(`sf-${name}`, taken) : name
}
