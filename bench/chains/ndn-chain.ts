import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Cleanup } from '../cleanup.ts'
import { Worker } from '../worker.ts'
import { FUNCTIONS } from './content.ts'
import type { Load, Sample } from './generate.ts'
import { removeImages } from './images.ts'
import type { CpuTimes, Implementation } from './implementation.ts'
import { type EngineName, NodeProcess } from './node-process.ts'

export interface NdnChainOptions {
  readonly engine: EngineName
  /** Folder for the node's state. */
  readonly folder: string
  readonly cleanup: Cleanup
  /** Options of Node.js for the router. */
  readonly nodeOptions?: readonly string[]
}

/** The chain by name: a node with the three functions in its engine, and a producer. */
export class NdnChain implements Implementation {
  readonly name: string
  readonly node: NodeProcess
  readonly #producer: Worker
  readonly #generator: Worker

  private constructor(name: string, node: NodeProcess, producer: Worker, generator: Worker) {
    this.name = name
    this.node = node
    this.#producer = producer
    this.#generator = generator
  }

  static async start({ engine, folder, cleanup, nodeOptions }: NdnChainOptions): Promise<NdnChain> {
    const home = join(folder, engine)
    const node = await NodeProcess.start({
      engine,
      home,
      name: nodeName(engine),
      functions: FUNCTIONS.map(functionModule),
      ...(nodeOptions === undefined ? {} : { nodeOptions }),
      cleanup,
    })
    if (engine === 'docker') {
      const made = await node.functions()
      cleanup.add(async () => {
        await node.stop()
        await removeImages(made, false)
      })
    }
    const { worker: producer } = await Worker.start(import.meta.url, 'ndn-producer', node.address, home)
    cleanup.add(() => producer.stop())
    const { worker: generator } = await Worker.start(import.meta.url, 'ndn-generator', node.address)
    cleanup.add(() => generator.stop())
    return new NdnChain(`ndn-sfc/${engine}`, node, producer, generator)
  }

  async generate(load: Load): Promise<Sample> {
    return await this.#generator.ask('generate', load)
  }

  async cpu(): Promise<CpuTimes | undefined> {
    const [router, functions, producer, generator] = await Promise.all([
      this.node.cpu(),
      this.node.functions(),
      this.#producer.cpu(),
      this.#generator.cpu(),
    ])
    if (router === undefined) return undefined
    return {
      router,
      functions: functions.reduce((sum, { cpu = 0 }) => sum + cpu, 0),
      content: producer,
      generator,
    }
  }
}

/** Unique on this machine, so that nodes that run already are left alone. */
export function nodeName(purpose: string): string {
  return `bench-${purpose}-${process.pid}`
}

/** The compiled module of one of the chain's functions. */
export function functionModule(name: string): string {
  return fileURLToPath(new URL(`./functions/${name}.js`, import.meta.url))
}
