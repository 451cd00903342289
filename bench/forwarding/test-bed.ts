import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cleanup } from '../cleanup.ts'
import type { Worker } from '../worker.ts'
import type { Case } from './cases.ts'
import { ForwarderProcess, type Implementation, startWorker } from './forwarder-process.ts'
import type { Load, LoadSample } from './load.ts'
import type { Addresses } from './serve-forwarder.ts'
import type { Transport } from './transports.ts'

export interface BedSample extends LoadSample {
  /** CPU time that the forwarder used for an exchange, microseconds. */
  readonly cpu: number
  /** The same for the generator. */
  readonly generatorCpu: number
}

/** The forwarders and the generator, each a process of its own, of which one forwarder at a time has something to do. */
export class TestBed {
  readonly forwarders: readonly ForwarderProcess[]
  readonly #generator: Worker
  /** What was said about what is left out, so that it is said once. */
  readonly #said = new Set<string>()
  readonly #progress: (message: string) => void

  private constructor(
    forwarders: readonly ForwarderProcess[],
    generator: Worker,
    progress: (message: string) => void,
  ) {
    this.forwarders = forwarders
    this.#generator = generator
    this.#progress = progress
  }

  /** @param parent of a folder for Unix sockets, which outlive whoever is ended */
  static async start(
    implementations: readonly Implementation[],
    parent: string,
    cleanup: Cleanup,
    progress: (message: string) => void,
  ): Promise<TestBed> {
    const folder = await mkdtemp(join(parent, 'bed-'))
    const forwarders: ForwarderProcess[] = []
    for (const implementation of implementations) {
      const forwarder = await ForwarderProcess.start(implementation, folder)
      cleanup.add(() => forwarder.stop())
      forwarders.push(forwarder)
    }
    const generator = await startWorker('generator')
    cleanup.add(() => generator.stop())
    return new TestBed(forwarders, generator, progress)
  }

  /**
   * Puts one forwarder under load, over connections made for it.
   * @returns undefined where the forwarder cannot do this, which is said on `progress`
   * @throws Error on any wrong answer
   */
  async load(
    forwarder: ForwarderProcess,
    measured: Case,
    times: Pick<Load, 'warmUp' | 'duration'>,
  ): Promise<BedSample | undefined> {
    const { name, transport } = measured
    const addresses = await forwarder.open(transport)
    if ('unsupported' in addresses) {
      this.#sayOnce(`${forwarder.name} is left out of ${transport}: ${addresses.unsupported}`)
      return undefined
    }
    try {
      const sample = await this.#loadAt(addresses, forwarder, measured, times)
      await this.#disconnect(forwarder, transport)
      return sample
    } catch (error) {
      // What went wrong first is what to tell of.
      await this.#disconnect(forwarder, transport).catch(() => {})
      throw new Error(`${forwarder.name}, ${name}: ${(error as Error).message}`)
    }
  }

  async #loadAt(
    addresses: Addresses,
    forwarder: ForwarderProcess,
    { transport, form, payload, window, consumers, again }: Case,
    { warmUp, duration }: Pick<Load, 'warmUp' | 'duration'>,
  ): Promise<BedSample> {
    const generator = this.#generator
    await generator.ask('connectProducer', addresses.producer)
    await forwarder.awaitPeers(1)
    await forwarder.addRoutes()
    await generator.ask('connectConsumers', addresses.consumer, consumers)
    await forwarder.awaitPeers(1 + consumers)
    const isLossy = transport === 'udp'
    const load: Load = { form, payload, window, again, isLossy, warmUp, duration }
    if (again > 0) await generator.ask('fill', load)
    const before = await this.#cpu(forwarder)
    const sample = await generator.ask<LoadSample>('load', load)
    const after = await this.#cpu(forwarder)
    const perExchange = (i: 0 | 1): number => ((after[i] - before[i]) * 1000) / sample.total
    return { ...sample, cpu: perExchange(0), generatorCpu: perExchange(1) }
  }

  async #disconnect(forwarder: ForwarderProcess, transport: Transport): Promise<void> {
    await this.#generator.ask('close')
    // UDP peers do not say good-bye.
    if (transport !== 'udp') await forwarder.awaitPeers(0)
  }

  async startGeneratorProfile(): Promise<void> {
    await this.#generator.ask('startProfile')
  }

  async stopGeneratorProfile(folder: string): Promise<void> {
    await this.#generator.ask('stopProfile', folder)
  }

  /** Used so far by the forwarder and by the generator, milliseconds. */
  async #cpu(forwarder: ForwarderProcess): Promise<[number, number]> {
    return [await forwarder.cpu(), await this.#generator.cpu()]
  }

  #sayOnce(message: string): void {
    if (!this.#said.has(message)) this.#progress(message)
    this.#said.add(message)
  }
}
