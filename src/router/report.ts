import type { FaceStatus, FunctionStatus, NodeStatus, RouteStatus } from '../control/index.ts'
import type { Availability } from '../facts/index.ts'
import type { Name } from '../packet/index.ts'
import type { NodeConfig } from './config.ts'
import type { DataPlane } from './data-plane.ts'
import { describeFace } from './face-status.ts'
import type { FunctionHost } from './function-host.ts'
import { listRoutes, type Whither } from './route-list.ts'
import type { Routing } from './routing.ts'
import { VERSION } from './version.ts'

export interface ReportOptions {
  readonly config: NodeConfig
  readonly plane: DataPlane
  readonly functions: FunctionHost
  /** Functions that have no instance, and why. */
  readonly unusable: () => readonly FunctionStatus[]
  readonly routing: Routing
  readonly engine: Pick<NodeStatus, 'engine' | 'why'>
  readonly availability: () => Availability
  /** The plan that a controller's route comes from. */
  readonly planOf: (prefix: Name, face: number) => string | undefined
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

  async functions(): Promise<FunctionStatus[]> {
    const { functions, unusable } = this.#options
    return [...(await functions.status()), ...unusable()]
  }

  routes(): RouteStatus[] {
    const { plane, routing, planOf } = this.#options
    const whither = (face: number): Whither => this.#whither(face)
    return listRoutes(plane.forwarder.fib, routing.rib, whither, planOf, performance.now())
  }

  /** What a face leads to. */
  #whither(face: number): Whither {
    const { plane, functions } = this.#options
    if (face === plane.internalFace) return { own: 'node', remote: 'internal://' }
    const slot = functions.slotOf(face)
    if (slot !== undefined) return { own: 'function', remote: `function ${slot.name}` }
    return { own: undefined, remote: plane.links.get(face)?.face.remote ?? '' }
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
    const { config, plane, engine, availability, anchor } = this.#options
    const { pit, fib, contentStore } = plane.forwarder
    const { packets, bytes, maxPackets, maxBytes, hits, misses, insertions, evictions } = contentStore
    return {
      name: config.name,
      version: VERSION,
      availability: availability(),
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
