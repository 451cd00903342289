import type { Desired, DesiredInstance } from './desired.ts'
import type { Planner } from './parts.ts'
import { factsOf, isDrained, isFailed, isLost, isReady, reportOf, type Situation } from './situation.ts'

/** An instance that fails for so long is replaced on another node, in milliseconds; each time twice as long. */
export const INSTANCE_FAILED_AFTER_MS = 10_000

/** The most that comes to, in milliseconds. */
const LONGEST_FAILED_AFTER_MS = 300_000

/** How often in a row a leaving instance must be seen with nothing to do. */
const QUIET_POLLS = 2

/** Gives instances the role, and the node, that the situation asks for. Remembers what it has to see more than once. */
export class Roles {
  /** Why instances that should not be where they are cannot go elsewhere. */
  refused: ReadonlyMap<string, string> = new Map()
  readonly #planner: Pick<Planner, 'moveOff'>
  /** Since when instances fail. */
  readonly #failing = new Map<string, number>()
  /** How often a function's instances were replaced since one was ready. */
  readonly #replaced = new Map<string, number>()
  readonly #quiet = new Map<string, number>()

  constructor(planner: Pick<Planner, 'moveOff'>) {
    this.#planner = planner
  }

  /**
   * @param now milliseconds
   * @param isSettled whether each node that can be reached has what it is to have
   */
  next(desired: Desired, situation: Situation, now: number, isSettled: boolean): Desired {
    this.#note(desired, situation, now)
    const moved = this.#move(desired, situation, now)
    // While a deployment is carried out, what it takes away must be there to come back to.
    if (situation.rollout !== undefined) return withoutLost(moved, situation)
    const retired = this.#retire(withoutLost(moved, situation), situation, isSettled)
    return recovered(promoted(retired, situation), situation)
  }

  #note({ instances }: Desired, situation: Situation, now: number): void {
    const ids = new Set(instances.map(({ id }) => id))
    for (const map of [this.#failing, this.#quiet])
      for (const id of map.keys()) if (!ids.has(id)) map.delete(id)
    for (const instance of instances) {
      if (isReady(situation, instance)) this.#replaced.delete(instance.function)
      if (!isFailed(situation, instance)) this.#failing.delete(instance.id)
      else if (!this.#failing.has(instance.id)) this.#failing.set(instance.id, now)
    }
  }

  #move(desired: Desired, situation: Situation, now: number): Desired {
    const { functions } = situation
    const nodes = factsOf(situation)
    const staying = desired.instances.filter(({ role }) => role !== 'leaving')
    const instances = staying
      .filter(({ node }) => isLost(situation, node) || isDrained(situation, node))
      .map(({ id }) => id)
    const moved =
      instances.length === 0
        ? { desired, refused: new Map<string, string>() }
        : this.#planner.moveOff(desired, { instances, nodes, functions })
    this.refused = moved.refused
    if (situation.rollout !== undefined) return moved.desired
    return staying
      .filter((instance) => this.#hasFailed(instance, now) && !instances.includes(instance.id))
      .reduce((before, { id, function: name }) => {
        const failing = before.instances.filter((one) => one.function === name && isFailed(situation, one))
        const others = nodes.filter((node) => failing.every((one) => one.node !== node.name))
        const { desired: after, refused } = this.#planner.moveOff(before, {
          instances: [id],
          nodes: others,
          functions,
        })
        if (refused.has(id)) return before
        this.#replaced.set(name, (this.#replaced.get(name) ?? 0) + 1)
        return after
      }, moved.desired)
  }

  #hasFailed({ id, function: name }: DesiredInstance, now: number): boolean {
    const since = this.#failing.get(id)
    const patience = INSTANCE_FAILED_AFTER_MS * 2 ** (this.#replaced.get(name) ?? 0)
    return since !== undefined && now - since >= Math.min(patience, LONGEST_FAILED_AFTER_MS)
  }

  /** Takes away what leaves and has nothing to do any more, once everybody knows where to go instead. */
  #retire(desired: Desired, situation: Situation, isSettled: boolean): Desired {
    return withInstances(desired, (instance) => {
      if (instance.role !== 'leaving') return instance
      const { id, node, function: name } = instance
      const report = reportOf(situation, instance)
      const isReachable = situation.nodes.get(node)?.isReachable === true
      const isNeeded =
        !desired.instances.some((one) => one.function === name && one.role === 'serving') &&
        desired.instances.some((one) => one.function === name && one.role === 'coming')
      const isQuiet = isReachable && isSettled && !isNeeded && (report?.pending ?? 0) === 0
      const polls = isQuiet ? (this.#quiet.get(id) ?? 0) + 1 : 0
      this.#quiet.set(id, polls)
      return polls >= QUIET_POLLS ? undefined : instance
    })
  }
}

/** What was to leave a node that is lost need not be waited for: when the node comes back it is told so. */
function withoutLost(desired: Desired, situation: Situation): Desired {
  return withInstances(desired, (instance) =>
    instance.role === 'leaving' && isLost(situation, instance.node) ? undefined : instance,
  )
}

/** What is ready is given work. */
function promoted(desired: Desired, situation: Situation): Desired {
  return withInstances(desired, (instance) =>
    instance.role === 'coming' && isReady(situation, instance) ? { ...instance, role: 'serving' } : instance,
  )
}

/** What was to be replaced and works again stays, where what was to replace it does not work. */
function recovered(desired: Desired, situation: Situation): Desired {
  const active = factsOf(situation).filter(({ availability }) => availability === 'active')
  const names = new Set(active.map(({ name }) => name))
  const failed = (instance: DesiredInstance): boolean =>
    instance.role === 'coming' && isFailed(situation, instance)
  return desired.instances.reduce((before, leaving) => {
    const { id, role, function: name, node, deployments } = leaving
    if (role !== 'leaving' || deployments.length === 0 || !names.has(node) || !isReady(situation, leaving))
      return before
    const others = before.instances.filter(
      (one) => one.function === name && one.id !== id && one.role !== 'leaving',
    )
    const isWanted = situation.functions.get(name)?.facts.digest === leaving.digest
    if (!isWanted || others.length === 0 || !others.every(failed)) return before
    return withInstances(before, (one) => {
      if (one.id === id) return { ...one, role: 'serving' }
      return others.includes(one) ? { ...one, role: 'leaving' } : one
    })
  }, desired)
}

/** The same object where nothing changes. @param change gives undefined for what goes */
export function withInstances(
  desired: Desired,
  change: (instance: DesiredInstance) => DesiredInstance | undefined,
): Desired {
  const instances = desired.instances.map(change).filter((instance) => instance !== undefined)
  const isSame =
    instances.length === desired.instances.length &&
    instances.every((instance, index) => instance === desired.instances[index])
  if (isSame) return desired
  const ids = new Set(instances.map(({ id }) => id))
  return { ...desired, instances, pieces: desired.pieces.filter((piece) => ids.has(piece.instance)) }
}
