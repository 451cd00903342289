import type { Desired, DesiredInstance } from './desired.ts'
import type { Planner } from './parts.ts'
import { factsOf, isDrained, reportOf, type Situation } from './situation.ts'

/** How often in a row a function must be seen with a long queue before it gets one more instance. */
const BUSY_POLLS = 2

/** Gives busy functions more instances and takes idle ones away, within the bounds that deployments set. */
export class Scaling {
  readonly #planner: Pick<Planner, 'scaleOut' | 'scaleIn'>
  readonly #busy = new Map<string, number>()
  /** When an instance was last seen with work, or on its way, and when it says that it was last asked. */
  readonly #worked = new Map<string, { readonly at: number; readonly askedAt: number | undefined }>()

  constructor(planner: Pick<Planner, 'scaleOut' | 'scaleIn'>) {
    this.#planner = planner
  }

  /** @param now milliseconds */
  next(desired: Desired, situation: Situation, now: number): Desired {
    this.#note(desired, situation, now)
    let next = desired
    for (const name of situation.functions.keys()) next = this.#scale(next, name, situation, now)
    return next
  }

  #note({ instances }: Desired, situation: Situation, now: number): void {
    const ids = new Set(instances.map(({ id }) => id))
    for (const id of this.#worked.keys()) if (!ids.has(id)) this.#worked.delete(id)
    for (const instance of instances) {
      const { pending = 0, askedAt } = reportOf(situation, instance) ?? {}
      const last = this.#worked.get(instance.id)
      const isNew = last === undefined || instance.role === 'coming'
      if (isNew || pending > 0 || last.askedAt !== askedAt)
        this.#worked.set(instance.id, { at: now, askedAt })
    }
  }

  #scale(desired: Desired, name: string, situation: Situation, now: number): Desired {
    const wanted = situation.functions.get(name)
    const bounds = wanted?.deployed.instances
    if (wanted === undefined || bounds === undefined) return desired
    const { queue, idle } = wanted.deployed
    const own = desired.instances.filter((one) => one.function === name && one.role !== 'leaving')
    const serving = own.filter(({ role }) => role === 'serving')
    const pending = serving.reduce((sum, one) => sum + (reportOf(situation, one)?.pending ?? 0), 0)
    const isBusy = serving.length > 0 && pending / serving.length >= queue
    const polls = isBusy ? (this.#busy.get(name) ?? 0) + 1 : 0
    this.#busy.set(name, polls)
    const isComing = own.length > serving.length
    const isTooFew = own.length < bounds.min
    if (isTooFew || (polls >= BUSY_POLLS && own.length < bounds.max && !isComing)) {
      this.#busy.delete(name)
      return this.#planner.scaleOut(desired, wanted, factsOf(situation)) ?? desired
    }
    // One less must not be too few.
    const isNeeded = pending / Math.max(1, serving.length - 1) >= queue
    if (isComing || isNeeded || serving.some((one) => isDrained(situation, one.node))) return desired
    const fewer = this.#planner.scaleIn(desired, wanted)
    const spare = serving.find(
      ({ id }) => !fewer?.instances.some((one) => one.id === id && one.role === 'serving'),
    )
    return fewer !== undefined && spare !== undefined && this.#isIdle(spare, idle, now) ? fewer : desired
  }

  #isIdle({ id }: DesiredInstance, idle: number, now: number): boolean {
    const worked = this.#worked.get(id)
    return worked !== undefined && now - worked.at >= idle
  }
}
