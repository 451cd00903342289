import { type Assignment, LAST_RESORT_COST } from '../control/index.ts'
import { RouteFlag } from '../management/index.ts'
import { Name, TT } from '../packet/index.ts'
import type { AssignedRoute, AssignedRoutes, RouteOwner } from './assigned-routes.ts'
import type { RouteConfig } from './config.ts'
import { functionPrefix } from './function-host.ts'
import type { FunctionSlot } from './function-slot.ts'
import { QUIET_MS } from './quiet.ts'
import type { StaticRoutes } from './static-routes.ts'
import type { TaskInputs } from './task-inputs.ts'

export interface AssignedTrafficOptions {
  readonly routes: AssignedRoutes
  readonly peers: Pick<StaticRoutes, 'set' | 'missing' | 'find'>
  readonly tasks: TaskInputs
  /** Face of the node itself, which answers for tasks. */
  readonly internalFace: number
  readonly slot: (id: string) => FunctionSlot | undefined
  /** See to it that all of one result of a function comes from one instance. */
  readonly chooseStrategy: (prefix: Name) => void
}

/** A route to an instance, with its prefix read. */
interface InstanceRoute extends Pick<AssignedRoute, 'cost' | 'plan'> {
  readonly prefix: Name
}

/** How much of the ways to an instance: as assigned, as a last resort, or that with other ways opened beside it. */
type Standing = 'serves' | 'waits' | 'closed'

/** Where the Interests go that an assignment says something of. */
export class AssignedTraffic {
  readonly #options: AssignedTrafficOptions
  #routes = new Map<string, InstanceRoute[]>()
  /** Plans of routes to other nodes. */
  #plans = new Map<string, string>()
  #problems: string[] = []
  /** Prefixes that there is no room for, by instance. */
  readonly #refused = new Map<string, Name[]>()
  #isWithdrawn = false
  #settling = 0
  #isClosed = false

  constructor(options: AssignedTrafficOptions) {
    this.#options = options
  }

  /** Whether routes are as the assignment says, but for those whose peer does not answer. */
  get isApplied(): boolean {
    return this.#settling === 0
  }

  get isWithdrawn(): boolean {
    return this.#isWithdrawn
  }

  get problems(): string[] {
    const { peers } = this.#options
    const full = [...this.#refused.values()].flat()
    const missing = new Set(peers.missing.map(({ to }) => to))
    return [
      ...this.#problems,
      ...full.map((prefix) => `no route ${prefix}: the FIB is full, raise limits.routes`),
      ...[...missing].map((to) => `${to} does not answer: no route leads there until it does`),
    ]
  }

  set(assignment: Assignment): void {
    const { tasks, routes, internalFace, peers } = this.#options
    const before = this.#routes
    this.#problems = []
    const toNodes = this.#readRoutes(assignment)
    tasks.set(assignment.tasks)
    const own = assignment.tasks.map(({ name }) => ({
      prefix: Name.parse(name),
      cost: 0,
      flags: RouteFlag.Capture,
    }))
    this.#note('', routes.set({ faceId: internalFace, linger: 0 }, own))
    for (const id of new Set([...before.keys(), ...this.#routes.keys()])) this.refresh(id)
    this.#settling++
    void peers.set(toNodes).finally(() => this.#settling--)
  }

  #readRoutes({ routes, peers, instances }: Assignment): RouteConfig[] {
    const functions = new Map(instances.map((one) => [one.id, one.function.name]))
    const toNodes: RouteConfig[] = []
    this.#routes = new Map()
    this.#plans = new Map()
    for (const { prefix: uri, to, cost, plan } of routes) {
      const prefix = Name.parse(uri)
      if (isOfFunction(prefix)) this.#options.chooseStrategy(prefix.slice(0, 1))
      if ('node' in to) {
        const address = peers[to.node]
        if (address === undefined) this.#problems.push(`route ${uri}: there is no address of node ${to.node}`)
        else {
          toNodes.push(routeToNode(prefix, address, cost))
          this.#plans.set(`${prefix.key} ${address}`, plan)
        }
        continue
      }
      const name = functions.get(to.instance) ?? this.#options.slot(to.instance)?.name
      if (name === undefined) this.#problems.push(`route ${uri}: there is no instance ${to.instance}`)
      else if (!functionPrefix(name).isPrefixOf(prefix))
        this.#problems.push(
          `route ${uri}: the instance ${to.instance} is of ${name}, and answers for nothing else`,
        )
      else {
        const all = this.#routes.get(to.instance) ?? []
        all.push({ prefix, cost, plan })
        this.#routes.set(to.instance, all)
      }
    }
    return toNodes
  }

  /** The plan that a route comes from. */
  planOf(prefix: Name, face: number): string | undefined {
    const { routes, peers } = this.#options
    return routes.planOf(prefix, face) ?? this.#plans.get(`${prefix.key} ${peers.find(prefix, face)?.to}`)
  }

  /** How it stands with an instance has changed. */
  refresh(id: string): void {
    const slot = this.#options.slot(id)
    if (slot === undefined || this.#isClosed) {
      this.#refused.delete(id)
      return
    }
    const wanted = this.#isWithdrawn ? [] : (this.#routes.get(id) ?? [])
    const standing = standingOf(slot)
    const all = wanted.map(({ prefix, cost, plan }) => ({ prefix, plan, ...wayTo(prefix, cost, standing) }))
    this.#note(id, this.#options.routes.set(ownerOf(slot), all, this.#isWithdrawn))
  }

  #note(id: string, refused: Name[]): void {
    if (refused.length === 0) this.#refused.delete(id)
    else this.#refused.set(id, refused)
  }

  /** From now on no route leads to an instance of this node. */
  withdraw(): void {
    this.#isWithdrawn = true
    for (const id of this.#routes.keys()) this.refresh(id)
  }

  /** Takes `withdraw` back. */
  offer(): void {
    this.#isWithdrawn = false
    for (const id of this.#routes.keys()) this.refresh(id)
  }

  close(): void {
    this.#isClosed = true
    this.#options.routes.close()
  }
}

function ownerOf(slot: FunctionSlot): RouteOwner {
  // An instance that goes may need twice its time: it ends its routes itself.
  return { faceId: slot.faceId, isQuiet: () => slot.gate.isQuiet(QUIET_MS), linger: 3 * slot.timeout }
}

function standingOf(slot: FunctionSlot): Standing {
  const { newWork } = slot.gate
  if (newWork === 'refused' || newWork === 'elsewhere') return 'closed'
  const { state } = slot.status()
  return newWork === undefined && (state === 'ready' || state === 'idle') ? 'serves' : 'waits'
}

/**
 * What of routes of shorter prefixes is for those of an instance, too: none as long as it serves; while it does not, another instance of its
 * function; and once it is closed, all.
 */
function wayTo(prefix: Name, cost: number, standing: Standing): Pick<AssignedRoute, 'cost' | 'flags'> {
  const isLastResort = standing !== 'serves' || cost >= LAST_RESORT_COST
  const captures = isLastResort ? standing !== 'closed' && prefix.length === 1 : true
  return {
    cost: isLastResort ? Math.max(cost, LAST_RESORT_COST) : cost,
    flags: RouteFlag.ChildInherit | (captures ? RouteFlag.Capture : 0),
  }
}

function routeToNode(prefix: Name, to: string, cost: number): RouteConfig {
  const capture = isOfFunction(prefix) && (cost < LAST_RESORT_COST || prefix.length === 1)
  // The other node knows chains.
  return { prefix, to, cost, persistency: 'permanent', childInherit: true, capture, form: 'extended' }
}

function isOfFunction(prefix: Name): boolean {
  return prefix.typeAt(0) === TT.FunctionComponent
}
