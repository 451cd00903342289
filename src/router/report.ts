import { createRequire } from 'node:module'
import { formatName, type Name } from '../packet/index.ts'
import type { ClientRoutes } from './client-routes.ts'
import type { NodeConfig } from './config.ts'
import type { DataPlane } from './data-plane.ts'
import type { FunctionHost } from './function-host.ts'
import {
  describeFace,
  type FaceStatus,
  type FunctionStatus,
  type NodeStatus,
  type RouteOrigin,
  type RouteStatus,
} from './status.ts'

const { version: VERSION } = createRequire(import.meta.url)('../../../package.json') as { version: string }

export interface ReportOptions {
  readonly config: NodeConfig
  readonly plane: DataPlane
  readonly functions: FunctionHost
  readonly clientRoutes: ClientRoutes
  readonly engine: Pick<NodeStatus, 'engine' | 'why'>
  /** Name of the trust anchor's certificate. */
  readonly anchor: Name
}

/** What a node says of itself. */
export class Report {
  readonly #options: ReportOptions
  readonly #startedAt = Date.now()

  constructor(options: ReportOptions) {
    this.#options = options
  }

  functions(): Promise<FunctionStatus[]> {
    return this.#options.functions.status()
  }

  routes(): RouteStatus[] {
    return [...this.#options.plane.forwarder.fib.entries()].map(({ prefix, hops }) => ({
      prefix: formatPrefix(prefix),
      hops: hops.map(({ face, cost }) => ({ face, cost, ...this.#describeHop(prefix, face) })),
    }))
  }

  #describeHop(prefix: Name, face: number): { origin: RouteOrigin; remote: string } {
    const { plane, functions, clientRoutes } = this.#options
    if (face === plane.internalFace) return { origin: 'node', remote: 'internal://' }
    const slot = functions.slotOf(face)
    if (slot !== undefined) return { origin: 'function', remote: `function ${slot.name}` }
    const remote = plane.links.faces().get(face)?.remote ?? ''
    return { origin: clientRoutes.has(prefix, face) ? 'client' : 'static', remote }
  }

  faces(): FaceStatus[] {
    const { plane, functions } = this.#options
    const links = [...plane.links.faces()].map(([id, face]) => ({ id, face, function: undefined }))
    const slots = functions.slots.map(({ faceId, face, name }) => ({ id: faceId, face, function: name }))
    return [...links, ...slots].flatMap(({ id, face, function: name }) => {
      const counters = plane.forwarder.counters(id)
      const form = plane.forwarder.form(id) ?? ''
      return counters === undefined ? [] : [describeFace(id, form, counters, face, name)]
    })
  }

  status(): NodeStatus {
    const { config, plane, engine, anchor } = this.#options
    const { pit, fib, contentStore } = plane.forwarder
    const { packets, bytes, maxPackets, maxBytes, hits, misses, insertions, evictions } = contentStore
    return {
      name: config.name,
      version: VERSION,
      ...engine,
      uptime: Date.now() - this.#startedAt,
      addresses: plane.links.addresses,
      pit: { entries: pit.size, max: config.limits.pending },
      contentStore: { packets, bytes, maxPackets, maxBytes, hits, misses, insertions, evictions },
      fib: { prefixes: fib.size },
      disconnects: plane.links.disconnects,
      anchor: anchor.toString(),
      memory: process.memoryUsage.rss(),
    }
  }
}

/** A prefix that ends in a function is shown as that function. */
function formatPrefix(prefix: Name): string {
  const text = formatName(prefix)
  return text.length > 1 && text.endsWith('/') ? text.slice(0, -1) : text
}
