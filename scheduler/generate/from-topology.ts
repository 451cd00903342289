import { z } from 'zod'
import { DEFAULT_MAXIMUM_USAGE, DEFAULT_VCPUS_PER_CORE, ModelError, type Platform } from '../model/index.ts'
import { Random, type Range } from '../random/index.ts'
import { plainHost } from './plain-host.ts'

/** What the networks of SNDlib do not say. Ranges are drawn from uniformly, in whole numbers. */
export interface FromTopologyOptions {
  /** @defaultValue 1 */
  readonly seed?: number | undefined
  /** Of each link, in MB/s. @defaultValue 125 */
  readonly linkBandwidth?: number | undefined
  /** Hosts at each node. @defaultValue 1 to 3 */
  readonly hosts?: Range | undefined
  /** Sockets of each host. @defaultValue 1 to 2 */
  readonly sockets?: Range | undefined
  /** Cores of each socket. @defaultValue 2 to 18 */
  readonly cores?: Range | undefined
  /** Of each host's sockets, in MIPS. @defaultValue 1000 to 4000 */
  readonly speed?: Range | undefined
  /** Of each host, in MB/s. @defaultValue 125 to 1250 */
  readonly hostBandwidth?: Range | undefined
  /** Of the SF repository and of the file server, in MB/s. @defaultValue 1250 */
  readonly serverBandwidth?: number | undefined
}

const id = z.union([z.number(), z.string()])

/** What is used of the JSON in which TopoHub publishes networks. Distances are not: the model has no latency. */
const topology = z.object({
  graph: z.object({
    name: z.string().optional(),
    /** By source and target. */
    demands: z.record(z.string(), z.record(z.string(), z.number().min(0))).default({}),
  }),
  nodes: z.array(z.object({ id, name: z.string().optional() })).min(1),
  edges: z.array(z.object({ source: id, target: id })),
})

/**
 * A platform out of a backbone network of SNDlib, in the JSON of TopoHub. Each node is a network (a data centre), whose bandwidth
 * to the others is that of all its links; the way between two data centres is not modelled. The SF repository and the file server
 * are at the node that demands most, in and out.
 * @param json what is in the file, parsed
 * @throws ModelError where that is something else
 */
export function platformFromTopology(json: unknown, options: FromTopologyOptions = {}): Platform {
  const { seed = 1, linkBandwidth = 125, hosts = [1, 3], sockets = [1, 2], cores = [2, 18] } = options
  const { speed = [1000, 4000], hostBandwidth = [125, 1250], serverBandwidth = 1250 } = options
  const { graph, nodes, edges } = read(json)
  const random = new Random(seed)
  const nameOf = ({ id, name }: Node): string => `${name ?? id}`.replace(/[/\s]+/g, '-')
  const drawn = nodes.flatMap((node) =>
    Array.from({ length: random.whole(hosts) }, (_, index) => {
      const own = { speed: random.whole(speed), vcpusPerCore: DEFAULT_VCPUS_PER_CORE }
      const made = Array.from({ length: random.whole(sockets) }, () => ({
        ...own,
        cores: random.whole(cores),
        maximumUsage: DEFAULT_MAXIMUM_USAGE,
      }))
      return plainHost(`${nameOf(node)}-${index + 1}`, nameOf(node), random.whole(hostBandwidth), made)
    }),
  )
  const middle = nameOf(busiest(nodes, graph.demands))
  return {
    name: graph.name ?? 'topology',
    networks: nodes.map((node) => ({ name: nameOf(node), bandwidth: linkBandwidth * linksAt(node, edges) })),
    hosts: [
      ...drawn,
      plainHost('repository', middle, serverBandwidth),
      plainHost('file-server', middle, serverBandwidth),
    ],
    repository: 'repository',
    fileServer: 'file-server',
  }
}

type Topology = z.output<typeof topology>
type Node = Topology['nodes'][number]

function read(json: unknown): Topology {
  const { data, error } = topology.safeParse(json)
  if (data === undefined) {
    const [issue] = error.issues
    throw new ModelError(`this is no network of SNDlib: ${issue?.path.join('.')}: ${issue?.message}`)
  }
  const ids = new Set(data.nodes.map(({ id }) => id))
  for (const end of data.edges.flatMap(({ source, target }) => [source, target]))
    if (!ids.has(end)) throw new ModelError(`a link leads to node ${end}, which is not there`)
  const alone = data.nodes.find((node) => linksAt(node, data.edges) === 0)
  if (alone !== undefined) throw new ModelError(`no link leads to node ${alone.name ?? alone.id}`)
  return data
}

function linksAt({ id }: Node, edges: Topology['edges']): number {
  return edges.filter(({ source, target }) => source === id || target === id).length
}

/** The node with the greatest sum of demands; of equals, the first. */
function busiest(nodes: Topology['nodes'], demands: Topology['graph']['demands']): Node {
  const totals = new Map<string, number>()
  const add = (node: string, demand: number): unknown => totals.set(node, (totals.get(node) ?? 0) + demand)
  for (const [source, targets] of Object.entries(demands)) {
    for (const [target, demand] of Object.entries(targets)) {
      add(source, demand)
      add(target, demand)
    }
  }
  const total = ({ id }: Node): number => totals.get(`${id}`) ?? 0
  return nodes.reduce((best, node) => (total(node) > total(best) ? node : best))
}
