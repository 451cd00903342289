import { Worker } from '../worker.ts'
import type { Ability, Case } from './cases.ts'
import type { GcReport } from './gc-watch.ts'
import type { Opened } from './serve-forwarder.ts'
import type { Transport } from './transports.ts'

export interface Implementation {
  readonly name: string
  /** Its module in `workers/`. */
  readonly module: string
  readonly abilities: readonly Ability[]
}

export const IMPLEMENTATIONS: readonly Implementation[] = [
  { name: 'relay', module: 'relay', abilities: ['knows chains in extended form'] },
  { name: '@ndn/fw', module: 'ndnts', abilities: ['aggregates'] },
  {
    name: 'ndn-sfc',
    module: 'ndn-sfc',
    abilities: ['caches', 'aggregates', 'knows chains in extended form'],
  },
]

export async function startWorker(module: string, ...args: readonly string[]): Promise<Worker> {
  return (await Worker.start(import.meta.url, module, ...args)).worker
}

/** A forwarder that is measured, in a process of its own. */
export class ForwarderProcess {
  readonly name: string
  readonly #abilities: readonly Ability[]
  readonly #worker: Worker

  private constructor({ name, abilities }: Implementation, worker: Worker) {
    this.name = name
    this.#abilities = abilities
    this.#worker = worker
  }

  /** @param folder for Unix sockets */
  static async start(implementation: Implementation, folder: string): Promise<ForwarderProcess> {
    return new ForwarderProcess(implementation, await startWorker(implementation.module, folder))
  }

  can({ needs }: Case): boolean {
    return needs === undefined || this.#abilities.includes(needs)
  }

  async open(transport: Transport): Promise<Opened> {
    return await this.#worker.ask('open', transport)
  }

  async awaitPeers(count: number): Promise<void> {
    await this.#worker.ask('awaitPeers', count)
  }

  /** Routes to the only peer that there is. */
  async addRoutes(): Promise<void> {
    await this.#worker.ask('addRoutes')
  }

  async startGc(): Promise<void> {
    await this.#worker.ask('startGc')
  }

  async stopGc(): Promise<GcReport> {
    return await this.#worker.ask('stopGc')
  }

  async startProfile(): Promise<void> {
    await this.#worker.ask('startProfile')
  }

  async stopProfile(folder: string): Promise<void> {
    await this.#worker.ask('stopProfile', folder)
  }

  /** CPU time used so far, milliseconds. */
  async cpu(): Promise<number> {
    return await this.#worker.cpu()
  }

  async stop(): Promise<void> {
    await this.#worker.stop()
  }
}
