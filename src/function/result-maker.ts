import { type Clock, type Endpoint, newVersion, SegmentedObject } from '../endpoint/index.ts'
import type { Signer } from '../packet/index.ts'
import { type Applier, apply } from './apply.ts'
import { readCall } from './call.ts'
import type { FunctionInput } from './define.ts'
import { type Input, InputFetcher } from './input.ts'
import type { Manifest } from './manifest-fields.ts'
import type { Result } from './result-store.ts'
import { Slots } from './slots.ts'
import { KeptTrace, uriOf } from './trace.ts'
import { Turns } from './turns.ts'
import type { Work } from './work.ts'

/** Pieces of work that are begun in one turn of the event loop. */
const WORKS_A_TURN = 4

export interface MakerOptions {
  readonly manifest: Manifest
  readonly applier: Applier
  /** Gives the signer that is valid now. */
  readonly signer: () => Signer
  /** Identity of this instance, for traces. */
  readonly identity: string
  /** Most bytes of the inputs of one piece of work, and of all in hand. @defaultValue `MAX_INPUT_BYTES` */
  readonly maxInputBytes?: number | undefined
  readonly log?: (message: string) => void
}

/** Does pieces of work: fetches what each is applied to, and applies the function, as many at a time as its manifest allows. */
export class ResultMaker {
  readonly #options: MakerOptions
  readonly #clock: Clock
  readonly #inputs: InputFetcher
  readonly #slots: Slots
  readonly #turns = new Turns(WORKS_A_TURN)

  /** @param endpoint where inputs are asked for */
  constructor(endpoint: Endpoint, options: MakerOptions) {
    const { manifest, maxInputBytes } = options
    this.#options = options
    this.#clock = endpoint.clock
    this.#inputs = new InputFetcher(endpoint, manifest, maxInputBytes)
    this.#slots = new Slots(manifest.limits.concurrency)
  }

  /** @throws WorkError, OverloadError */
  async make(work: Work): Promise<Result> {
    try {
      return await this.#make(work)
    } finally {
      this.#inputs.release(work)
    }
  }

  async #make(work: Work): Promise<Result> {
    const { manifest, applier, signer, identity, log = () => {} } = this.#options
    const clock = this.#clock
    const arrived = clock.now()
    const { parameters, input: wanted } = readCall(manifest, work.name)
    const fetched = await this.#inputs.fetch(work, wanted)
    const inputs = fetched.map(describeInput) as [FunctionInput, ...FunctionInput[]]
    const fetchedAt = clock.now()
    await this.#slots.take()
    await this.#turns.begin()
    const started = clock.now()
    let content: Uint8Array
    try {
      const [input] = inputs
      content = await apply(applier, manifest, input.content, { parameters, input, inputs, log }, clock)
    } finally {
      this.#slots.release()
    }
    const finished = clock.now()
    const freshnessPeriod = Math.min(manifest.freshness, ...fetched.map((input) => input.freshnessPeriod))
    const { output } = manifest
    const object = new SegmentedObject({
      name: work.name,
      version: newVersion(),
      content,
      mediaType: output,
      freshnessPeriod,
      signer: signer(),
    })
    const trace = new KeptTrace({
      function: manifest.name,
      by: identity,
      resultKey: object.name.key,
      mediaType: output,
      bytes: content.length,
      inputs: fetched.map(({ name, mediaType, content }) => ({
        key: name.key,
        mediaType,
        bytes: content.length,
      })),
      received: work.received,
      fetch: fetchedAt - arrived,
      wait: started - fetchedAt,
      run: finished - started,
    })
    return { object, trace, staleAt: finished + freshnessPeriod }
  }
}

/** An input as the function sees it; its name is written out if the function asks for it. */
function describeInput({ name: { key }, mediaType, content }: Input): FunctionInput {
  return {
    get name() {
      return uriOf(key)
    },
    mediaType,
    content,
  }
}
