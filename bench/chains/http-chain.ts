import type { Cleanup } from '../cleanup.ts'
import { Worker } from '../worker.ts'
import { FUNCTIONS } from './content.ts'
import type { Load, Sample } from './generate.ts'
import type { CpuTimes, Implementation } from './implementation.ts'

/** The chain over HTTP with Node's own server and client: each function asks the next, the last one the content server. */
export class HttpChain implements Implementation {
  readonly name = 'http'
  readonly #content: Worker
  readonly #functions: readonly Worker[]
  readonly #generator: Worker

  private constructor(content: Worker, functions: readonly Worker[], generator: Worker) {
    this.#content = content
    this.#functions = functions
    this.#generator = generator
  }

  static async start(cleanup: Cleanup): Promise<HttpChain> {
    const start = async (name: string, ...args: string[]): Promise<{ worker: Worker; ready: number }> => {
      const started = await Worker.start<number>(import.meta.url, name, ...args)
      cleanup.add(() => started.worker.stop())
      return started
    }
    const content = await start('http-content')
    const functions: Worker[] = []
    let port = content.ready
    for (const _ of FUNCTIONS) {
      const { worker, ready } = await start('http-function', String(port))
      functions.push(worker)
      port = ready
    }
    const generator = await start('http-generator', String(port))
    return new HttpChain(content.worker, functions, generator.worker)
  }

  async generate(load: Load): Promise<Sample> {
    return await this.#generator.ask('generate', load)
  }

  async cpu(): Promise<CpuTimes> {
    const [content, generator, ...functions] = await Promise.all(
      [this.#content, this.#generator, ...this.#functions].map((worker) => worker.cpu()),
    )
    return {
      functions: functions.reduce((sum, cpu) => sum + cpu, 0),
      content: content as number,
      generator: generator as number,
    }
  }
}
