import { findScheduler, InfeasibleError, SCHEDULERS, type Scheduler } from '../../scheduler/index.ts'
import type { Deployment, NetworkDescription } from '../deployment/index.ts'
import type { NodeFacts } from '../facts/index.ts'
import type { FunctionFacts } from '../repository/index.ts'
import { checkConflicts } from './conflicts.ts'
import type { Costs } from './costs.ts'
import type { Desired } from './desired.ts'
import { ControllerError } from './errors.ts'
import { draftsOf } from './part-drafts.ts'
import { cannotPlace, refusals, type WantedFunction } from './placement-facts.ts'
import type { Plan } from './plan.ts'
import { type PlacedPart, planParts, rebind, warmOf } from './plan-parts.ts'
import { boundsOf, instancesFor, type PlacedInstance, placesIn } from './planned-instances.ts'
import { platformOf } from './platform.ts'
import { loadOf } from './vcpus.ts'
import type { DeployOptions } from './views.ts'

/** Scheduler where none is chosen. */
export const DEFAULT_SCHEDULER = 'sf-cuv'

export interface PlanOrder extends DeployOptions {
  readonly deployment: Deployment
  /** The version that was chosen of each of its functions. */
  readonly facts: readonly FunctionFacts[]
  /** What there is. */
  readonly desired: Desired
  /** Those that can be reached: also one that takes nothing now, so that it can be said why. */
  readonly nodes: readonly NodeFacts[]
  readonly network: NetworkDescription
  /** Ends a search: its reason is thrown. */
  readonly signal?: AbortSignal | undefined
}

export interface PlanSettings {
  /** Of the SF repository, in MB/s. */
  readonly repositoryBandwidth?: number | undefined
  /** Milliseconds. @defaultValue performance.now */
  readonly clock?: (() => number) | undefined
}

/**
 * Decides where the functions of a deployment run, and which instance does which piece of work. The same for the same, unless the scheduler
 * searches against time.
 * @throws ControllerError `bad-request`, `conflict`, `cannot-place` with each node's reason; `failed` where a plan breaks rules
 */
export async function planDeployment(
  order: PlanOrder,
  costs: Costs,
  settings: PlanSettings = {},
): Promise<Plan> {
  const { deployment, desired, network, nodes, timeLimit, signal } = order
  const { repositoryBandwidth, clock = () => performance.now() } = settings
  const began = clock()
  const scheduler = chosen(order.scheduler ?? DEFAULT_SCHEDULER)
  const functions = deployment.functions.map((deployed) => wantedOf(deployed, order.facts))
  checkConflicts(
    desired,
    deployment,
    functions.map(({ facts }) => facts),
  )
  checkPlaces(functions, order)

  const there = desired.instances
  const others = loadOf(there).filter((instance) =>
    instance.deployments.some((name) => name !== deployment.name),
  )
  const platform = platformOf({ network, nodes, functions, instances: there, others, repositoryBandwidth })
  const byName = new Map(functions.map((wanted) => [wanted.facts.name, wanted]))
  const drafts = draftsOf(deployment, { platform, functions: byName, costs })
  const parts = await place(signal, async () => {
    const free = await planParts(drafts, platform, scheduler, { timeLimit, clock, signal })
    const bounds = boundsOf(placesIn(free), functions)
    const bound = bounds.size === 0 ? free : await rebind(free, platform, (name) => bounds.get(name))
    return bound.map((part) => ({ ...part, warm: warmOf(part) }))
  })
  const instances = instancesFor(placesIn(parts), functions, nodes, { there, others, costs })
  return {
    deployment: deployment.name,
    scheduler: scheduler.name,
    platform: {
      ...platform,
      fileServer: drafts.find(({ fileServer }) => fileServer !== undefined)?.fileServer,
    },
    parts: parts.map(({ draft: { name, workflow }, platform: own, schedule, warm }, number) => {
      const pieces = piecesOf(parts[number] as PlacedPart, instances)
      return { name, workflow, platform: own, schedule, warm, pieces }
    }),
    instances: instances.map(({ vcpu: _, ...instance }) => instance),
    ms: clock() - began,
  }
}

function chosen(name: string): Scheduler {
  const found = findScheduler(name)
  if (found !== undefined) return found
  const names = SCHEDULERS.map((scheduler) => scheduler.name).join(', ')
  throw new ControllerError('bad-request', `there is no scheduler '${name}'; there are ${names}`)
}

function wantedOf(deployed: WantedFunction['deployed'], all: readonly FunctionFacts[]): WantedFunction {
  const facts = all.find(({ name }) => name === deployed.name)
  if (facts === undefined)
    throw new ControllerError(
      'bad-request',
      `no version of ${deployed.name} was chosen: push it to the repository`,
    )
  return { deployed, facts }
}

/** Each function must have a node that takes it; of all that have none it is said. */
function checkPlaces(functions: readonly WantedFunction[], { network, nodes, desired }: PlanOrder): void {
  const failed = functions.flatMap((wanted) => {
    const reasons = refusals(wanted, network, nodes, desired.instances)
    return reasons.length < network.nodes.length ? [] : [[wanted.facts.name, reasons] as const]
  })
  if (failed.length > 0) throw cannotPlace(new Map(failed))
}

function piecesOf(
  { draft, schedule }: PlacedPart,
  instances: readonly PlacedInstance[],
): Plan['parts'][number]['pieces'] {
  return schedule.tasks.map(({ task, type, vcpu }, number) => ({
    task,
    prefix: draft.prefixes[number] as string,
    instance: instances.findIndex((instance) => instance.function === type && instance.vcpu === vcpu),
  }))
}

/** What schedulers throw, as others know it. */
async function place<T>(signal: AbortSignal | undefined, plan: () => Promise<T>): Promise<T> {
  try {
    return await plan()
  } catch (error) {
    signal?.throwIfAborted()
    const { message } = error as Error
    if (error instanceof InfeasibleError) throw new ControllerError('cannot-place', message, { cause: error })
    const advice = 'please report this, with deployment and network'
    throw new ControllerError('failed', `no plan could be made, ${advice}: ${message}`, { cause: error })
  }
}
