import type { Cleanup } from '../cleanup.ts'
import { progress } from '../command-line.ts'
import { Worker } from '../worker.ts'

export interface LoadResult {
  readonly sent: number
  /** Of good answers, in milliseconds. */
  readonly latencies: readonly number[]
  /** How many failed, by reason. */
  readonly failures: Readonly<Record<string, number>>
  /** When good answers came, in milliseconds since the epoch, in order. */
  readonly answeredAt: readonly number[]
}

/** A consumer in a process of its own. */
export class Consumer {
  readonly #worker: Worker

  private constructor(worker: Worker) {
    this.#worker = worker
  }

  static async start(address: string, cleanup: Cleanup): Promise<Consumer> {
    const { worker } = await Worker.start(import.meta.url, 'consumer', address)
    cleanup.add(() => worker.stop())
    return new Consumer(worker)
  }

  /** Asks for a chain on new content below its content's name. @returns how long it took, in milliseconds */
  async ask(chain: string): Promise<number> {
    return await this.#worker.ask('ask', chain)
  }

  /** Asks so many times a second, whether answers come or not, while something is done, and until all have come. */
  async during(chain: string, rate: number, action: () => Promise<void>): Promise<LoadResult> {
    await this.#worker.ask('start', chain, rate)
    await action()
    const result = await this.#worker.ask<LoadResult>('stop')
    for (const [reason, count] of Object.entries(result.failures)) progress(`${count} failed: ${reason}`)
    return result
  }
}

export function failed({ failures }: LoadResult): number {
  return Object.values(failures).reduce((sum, count) => sum + count, 0)
}
