import { isDeepStrictEqual } from 'node:util'
import type { Availability } from '../facts/index.ts'
import type { ConfiguredFunctions } from './configured-functions.ts'
import type { Drain } from './drain.ts'
import type { FunctionHost } from './function-host.ts'
import type { NodeState } from './node-state.ts'

export interface NodeAvailabilityOptions {
  readonly state: NodeState
  readonly functions: Pick<ConfiguredFunctions, 'sources' | 'withdrawRoutes' | 'offer'> &
    Pick<FunctionHost, 'withdraw'>
  /** Begins to drain the functions, whose routes are withdrawn. */
  readonly drain: () => Drain
  readonly log: (level: 'info' | 'warn', message: string) => void
}

/** Why functions do not run on a node that is drained. */
const DRAINED = 'the node is drained'

/** Whether a node works, and how it goes over from one to the other. */
export class NodeAvailability {
  readonly #options: NodeAvailabilityOptions
  #now: Availability
  #change = new AbortController()
  /** Settles when the last change is carried out. */
  #changed: Promise<void> = Promise.resolve()

  constructor(options: NodeAvailabilityOptions) {
    this.#options = options
    this.#now = options.state.value.availability
  }

  get now(): Availability {
    return this.#now
  }

  /** Why a function is not to run now; undefined where it is. */
  reasonAgainst(source: string): string | undefined {
    if (this.#now === 'drain') return DRAINED
    const isTaken = this.#options.state.value.functions.includes(source)
    return this.#now === 'pause' && !isTaken ? 'the node is paused and takes no new function' : undefined
  }

  /** The functions of the configuration are taken, if the node takes any. */
  async begin(): Promise<void> {
    if (this.#now !== 'active') return
    const { state } = this.#options
    const functions = await this.#options.functions.sources()
    // Most starts are as the last one was.
    if (!isDeepStrictEqual(functions, state.value.functions)) await state.change(() => ({ functions }))
  }

  /**
   * Resolves when it is kept and, of `drain`, when no route leads to a function any more; what is in hand is finished after that.
   * `pause` leaves as they are those that run, and those that are drained.
   */
  async set(next: Availability): Promise<void> {
    const { state, functions, log } = this.#options
    const sources = next === 'active' ? await functions.sources() : []
    await state.change((value) => ({
      availability: next,
      functions: next === 'pause' ? value.functions : sources,
    }))
    if (next === this.#now) return
    log('info', `availability: ${next}`)
    this.#now = next
    if (next === 'pause') return
    this.#change.abort()
    const change = new AbortController()
    this.#change = change
    const carryOut = next === 'drain' ? this.#drain : this.#offer
    if (next === 'drain') functions.withdrawRoutes()
    this.#changed = this.#changed.then(() => carryOut.call(this, change.signal))
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#change.abort()
    await this.#changed
  }

  async #drain(signal: AbortSignal): Promise<void> {
    const { functions, log } = this.#options
    if (signal.aborted) return
    // Those that an earlier change has offered again meanwhile.
    functions.withdrawRoutes()
    const drain = this.#options.drain()
    try {
      const isFinished = await drain.finished(signal)
      if (signal.aborted) return
      if (!isFinished) log('warn', 'work is still in hand, and its time is over')
    } finally {
      drain.end()
    }
    await functions.withdraw(DRAINED)
    log('info', 'drained: no function runs')
  }

  async #offer(signal: AbortSignal): Promise<void> {
    if (!signal.aborted) await this.#options.functions.offer(signal)
  }
}
