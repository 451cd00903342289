import type { OnFrame } from './frames.ts'
import { connectLink, type Link } from './links.ts'
import type { Load, LoadSample } from './load.ts'
import { LoadRun } from './load-run.ts'

/**
 * Consumers and the producer in one process, each over a connection of its own to the forwarder under test: on a machine of
 * two cores the forwarder then has one for itself.
 */
export class Generator {
  #producer: Link | undefined
  #consumers: Link[] = []
  #run: LoadRun | undefined
  /** The first of the names that are asked for again. */
  #firstAgain = 0

  /** @param uri see `connectLink` */
  async connectProducer(uri: string): Promise<void> {
    this.#producer = await this.#connect(uri, (bytes, start, end) =>
      this.#run?.onProducerFrame(bytes, start, end),
    )
  }

  async connectConsumers(uri: string, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const link = await this.#connect(uri, (bytes, start, end) =>
        this.#run?.onConsumerFrame(i, bytes, start, end),
      )
      this.#consumers.push(link)
    }
  }

  /** Asks once for each of the names that a load will ask for again. */
  async fill(load: Load): Promise<void> {
    this.#firstAgain = LoadRun.reserve(load.again)
    await this.#start(load, load.again)
  }

  /** @throws Error where an answer is not what was asked for, or the Content Store did not answer what it should have */
  async load(load: Load): Promise<LoadSample> {
    const sample = await this.#start(load)
    if (load.again > 0 && sample.produced > 0) {
      throw new Error(
        `the producer was asked for ${sample.produced} names that were to be in the Content Store`,
      )
    }
    return sample
  }

  close(): void {
    for (const link of this.#consumers) link.close()
    this.#producer?.close()
    this.#consumers = []
    this.#producer = undefined
  }

  async #start(load: Load, names?: number): Promise<LoadSample> {
    if (this.#producer === undefined) throw new Error('not connected')
    this.#run = new LoadRun(load, this.#consumers, this.#producer, this.#firstAgain, names)
    try {
      return await this.#run.run()
    } finally {
      this.#run = undefined
    }
  }

  #connect(uri: string, onFrame: OnFrame): Promise<Link> {
    return connectLink(uri, {
      onFrame,
      onTurn: () => this.#run?.onTurn(),
      onFault: (error) => this.#run?.fail(error),
    })
  }
}
