import { encodeFailure, type Failure } from '../endpoint/index.ts'
import type { Forwarder } from '../forwarder/index.ts'
import type { Name, Signer } from '../packet/index.ts'

/** After so many instances have ended over a piece of work it is answered with an error. */
export const MAX_DEATHS = 2

export interface PendingWorkOptions {
  readonly forwarder: Forwarder
  /** Face of the function. */
  readonly face: number
  /** Name of the function. */
  readonly function: string
  /** Of the node, for errors in an instance's stead. */
  readonly signer: () => Signer
}

/** What was asked of a function and is not answered yet, where its instances cannot answer it. */
export class PendingWork {
  readonly #options: PendingWorkOptions
  /** How many instances have ended over a piece of work, by its name. */
  #deaths = new Map<string, number>()
  #isAboutToRefuse = false

  constructor(options: PendingWorkOptions) {
    this.#options = options
  }

  /** An instance has ended with all that is pending now in its hands. */
  noteDeath(): void {
    const { forwarder, face } = this.#options
    const before = this.#deaths
    this.#deaths = new Map()
    forwarder.answerPending(face, ({ key }) => {
      this.#deaths.set(key, (before.get(key) ?? 0) + 1)
      return undefined
    })
  }

  /** Answers the work over which one instance after the other has ended. */
  refuseHopeless(cause: string): void {
    const reason = `${MAX_DEATHS} instances ended over it: ${cause}`
    this.#answer('instance-lost', reason, ({ key }) => (this.#deaths.get(key) ?? 0) >= MAX_DEATHS)
  }

  /** Answers all: nobody will do it. */
  refuseAll(code: Failure['code'], reason: string): void {
    this.#answer(code, reason, () => true)
  }

  /** The same, once the forwarder is done with the Interest that it is about to hand over. */
  refuseSoon(code: Failure['code'], reason: string): void {
    if (this.#isAboutToRefuse) return
    this.#isAboutToRefuse = true
    queueMicrotask(() => {
      this.#isAboutToRefuse = false
      this.refuseAll(code, reason)
    })
  }

  #answer(code: Failure['code'], reason: string, isMeant: (name: Name) => boolean): void {
    const { forwarder, face, signer } = this.#options
    const failure = { code, function: this.#options.function, reason }
    forwarder.answerPending(face, (name) =>
      isMeant(name) ? encodeFailure(name, failure, signer()) : undefined,
    )
  }
}
