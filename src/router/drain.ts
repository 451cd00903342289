import type { Forwarder, Steering } from '../forwarder/index.ts'
import { isOfInstance } from '../function/index.ts'
import { TT } from '../packet/index.ts'
import { isOfResult, QUIET_MS, untilQuiet } from './quiet.ts'

/** An instance as far as it is drained. */
export interface Drained {
  /** Of its function. */
  readonly name: string
  readonly faceId: number
  /** When it was last asked for work, or gave some, in milliseconds of `performance.now()`. */
  readonly usedAt: number
}

export interface DrainOptions {
  readonly forwarder: Pick<Forwarder, 'answerPending' | 'steer'>
  readonly instances: readonly Drained[]
  /** Whether an instance is to be given what others of the node want for their work. */
  readonly takesWork?: ((instance: Drained) => boolean) | undefined
  /** Face of the node itself, which asks instances whether they are alive. */
  readonly internalFace: number
  /** Longest time for it, in milliseconds: somebody may ask for segments without end. */
  readonly limit: number
}

/**
 * Leads to instances, to which no route leads any more, what belongs to work that they have in hand: retries of it, segments of
 * results, and the inputs that other functions of the node want for their own work.
 */
export class Drain {
  readonly #options: DrainOptions
  /** By function. */
  readonly #instances = new Map<string, number[]>()
  readonly #faces: ReadonlySet<number>
  /** Faces by the keys of what was pending there. */
  readonly #inHand = new Map<string, number>()

  /** From now on; the routes must be withdrawn already. */
  constructor(options: DrainOptions) {
    const { forwarder, instances, internalFace, takesWork = () => true } = options
    this.#options = options
    this.#faces = new Set([internalFace, ...instances.map(({ faceId }) => faceId)])
    for (const instance of instances) {
      const { name, faceId } = instance
      if (takesWork(instance)) this.#instances.set(name, [...(this.#instances.get(name) ?? []), faceId])
      forwarder.answerPending(faceId, ({ key }) => {
        this.#inHand.set(key, faceId)
        return undefined
      })
    }
    forwarder.steer = this.#steer
  }

  readonly #steer: Steering = ({ name, resultHash }, from, nextHop) => {
    const first = name.at(0)
    // There is a way to each instance by its id, and it stays.
    if (first?.type !== TT.FunctionComponent || isOfInstance(name)) return undefined
    const holder = this.#inHand.get(name.key)
    if (holder !== undefined) return holder
    if (!this.#faces.has(from) && !isOfResult(name)) return undefined
    if (nextHop !== undefined && this.#faces.has(nextHop)) return nextHop
    // All that belongs to one result is with one instance.
    const all = this.#instances.get(first.text) ?? []
    return all[(resultHash >>> 0) % all.length]
  }

  /** Resolves when nothing is in hand any more, or with false where that is not so in time; also when it is ended. */
  finished(signal: AbortSignal): Promise<boolean> {
    return untilQuiet(() => this.#isQuiet(), this.#options.limit, signal)
  }

  end(): void {
    this.#options.forwarder.steer = undefined
  }

  #isQuiet(): boolean {
    const { forwarder, instances } = this.#options
    const now = performance.now()
    return instances.every(({ faceId, usedAt }) => {
      let pending = 0
      forwarder.answerPending(faceId, (name) => {
        if (!isOfInstance(name)) pending++
        return undefined
      })
      return pending === 0 && now - usedAt >= QUIET_MS
    })
  }
}
