import type { Forwarder, Steering } from '../forwarder/index.ts'
import { type Name, TT } from '../packet/index.ts'

/** How often it is looked whether all is finished, in milliseconds. */
const POLL_MS = 50

/**
 * After so long without any Interest a function has nothing in hand, in milliseconds: who has fetched one segment of a result asks
 * for the next.
 */
const QUIET_MS = 500

/** A function as far as it is drained. */
export interface Drained {
  readonly name: string
  readonly faceId: number
  /** When an Interest was last handed to it, in milliseconds of `performance.now()`. */
  readonly askedAt: number
}

export interface DrainOptions {
  readonly forwarder: Pick<Forwarder, 'answerPending' | 'steer'>
  readonly functions: readonly Drained[]
  /** Face of the node itself, which asks functions whether they are alive. */
  readonly internalFace: number
  /** Longest time for it, in milliseconds: somebody may ask for segments without end. */
  readonly limit: number
}

/**
 * Leads to functions, to which no route leads any more, what belongs to work that they have in hand: retries of it, segments of
 * results, and the inputs that other functions of the node want for their own work.
 */
export class Drain {
  readonly #options: DrainOptions
  readonly #functions: ReadonlyMap<string, Drained>
  readonly #faces: ReadonlySet<number>
  readonly #inHand = new Set<string>()

  /** From now on; the routes must be withdrawn already. */
  constructor(options: DrainOptions) {
    const { forwarder, functions, internalFace } = options
    this.#options = options
    this.#functions = new Map(functions.map((one) => [one.name, one]))
    this.#faces = new Set([internalFace, ...functions.map(({ faceId }) => faceId)])
    for (const { faceId } of functions) {
      forwarder.answerPending(faceId, ({ key }) => {
        this.#inHand.add(key)
        return undefined
      })
    }
    forwarder.steer = this.#steer
  }

  readonly #steer: Steering = ({ name }, from) => {
    const first = name.at(0)
    if (first?.type !== TT.FunctionComponent) return undefined
    const isOfWorkInHand = this.#faces.has(from) || isOfResult(name) || this.#inHand.has(name.key)
    return isOfWorkInHand ? this.#functions.get(first.text)?.faceId : undefined
  }

  /** Resolves when nothing is in hand any more, or with false where that is not so in time; also when it is ended. */
  async finished(signal: AbortSignal): Promise<boolean> {
    const end = performance.now() + this.#options.limit
    while (!signal.aborted && !this.#isQuiet()) {
      if (performance.now() > end) return false
      await new Promise<void>((resolve) => {
        setTimeout(resolve, POLL_MS)
      })
    }
    return true
  }

  end(): void {
    this.#options.forwarder.steer = undefined
  }

  #isQuiet(): boolean {
    const { forwarder, functions } = this.#options
    const now = performance.now()
    return functions.every(({ faceId, askedAt }) => {
      let pending = 0
      forwarder.answerPending(faceId, () => {
        pending++
        return undefined
      })
      return pending === 0 && now - askedAt >= QUIET_MS
    })
  }
}

/** Whether it asks for a segment of a result that was made before, or how that was made. */
function isOfResult(name: Name): boolean {
  return name.at(-2)?.type === TT.VersionNameComponent
}
