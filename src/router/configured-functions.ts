import { basename } from 'node:path'
import type { Logger } from 'pino'
import type { FunctionStatus, SlotState } from '../control/index.ts'
import { type Artifact, artifactsOf, buildArtifact, type Engine } from '../engine/index.ts'
import type { Name } from '../packet/index.ts'
import type { NodeConfig } from './config.ts'
import { type FunctionHost, functionPrefix, passUnreachable } from './function-host.ts'
import type { FunctionSlot } from './function-slot.ts'
import { unusable } from './function-status.ts'
import { shippedFunctions } from './shipped-functions.ts'

/** Functions that are built and started at the same time. */
const START_CONCURRENCY = 2

/** What `Node.start` tells while it starts. */
export interface NodeProgress {
  readonly function: string
  /** In words for a person. */
  readonly step: string
  /** Set once it is settled. */
  readonly state?: SlotState
  /** Milliseconds since its start began. */
  readonly ms: number
}

export interface ConfiguredFunctionsOptions {
  readonly host: FunctionHost
  readonly config: NodeConfig
  readonly engine: Pick<Engine, 'prepare'>
  /** Leads a prefix to the face of a function; false if there is no room for the route. */
  readonly addRoute: (prefix: Name, slot: FunctionSlot) => boolean
  readonly removeRoute: (prefix: Name, slot: FunctionSlot) => void
  /** Why a function is not to run now; undefined where it is. */
  readonly reasonAgainst: (source: string) => string | undefined
  readonly log: Logger
}

/** The functions that a node's configuration says, from their sources on: of each one instance, with its name as id. */
export class ConfiguredFunctions {
  readonly #options: ConfiguredFunctionsOptions
  readonly #slots = new Set<FunctionSlot>()
  /** Those that never came to have a slot. */
  readonly #unusable: FunctionStatus[] = []

  constructor(options: ConfiguredFunctionsOptions) {
    this.#options = options
  }

  get slots(): ReadonlySet<FunctionSlot> {
    return this.#slots
  }

  get unusable(): readonly FunctionStatus[] {
    return this.#unusable
  }

  /** Folders and files of the functions that it is told to run. */
  async sources(): Promise<string[]> {
    return [...(this.#options.config.functions ?? (await shippedFunctions()))]
  }

  /** Builds and starts all of the configuration; resolves when each is ready or has failed. */
  async start(onProgress: (event: NodeProgress) => void): Promise<void> {
    const { host } = this.#options
    const sources = await this.sources()
    const startNext = async (): Promise<void> => {
      for (let source = sources.shift(); source !== undefined; source = sources.shift()) {
        if (!host.isStopped) await this.#startOne(source, onProgress)
      }
    }
    if (host.isStopped) return
    await host.open()
    await Promise.all(Array.from({ length: START_CONCURRENCY }, startNext))
  }

  /** From now on no route of the configuration's leads to any. */
  withdrawRoutes(): void {
    for (const slot of this.#slots) this.#options.removeRoute(functionPrefix(slot.name), slot)
  }

  /**
   * Takes `withdrawRoutes` and the host's `withdraw` back: those that still run at once, the others a few at a time,
   * as at the start. Resolves when each is ready or has failed, or when it is ended.
   */
  async offer(signal: AbortSignal): Promise<void> {
    for (const slot of this.#slots) if (!slot.isWithdrawn) this.#addRoute(slot)
    const left = [...this.#slots].filter(({ isWithdrawn }) => isWithdrawn)
    const ended = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    const offerNext = async (): Promise<void> => {
      for (let slot = left.shift(); slot !== undefined && !signal.aborted; slot = left.shift()) {
        this.#addRoute(slot)
        await Promise.race([slot.offer(), ended])
      }
    }
    await Promise.all(Array.from({ length: START_CONCURRENCY }, offerNext))
  }

  async #startOne(source: string, onProgress: (event: NodeProgress) => void): Promise<void> {
    const { host, config, engine, log } = this.#options
    const began = performance.now()
    let name = basename(source).replace(/\.[cm]?[jt]s$/, '')
    let artifact: Artifact | undefined
    const tell = (step: string, state?: SlotState): void => {
      const ms = performance.now() - began
      onProgress({ function: name, step, ms, ...(state === undefined ? {} : { state }) })
    }
    try {
      const cacheDirectory = artifactsOf(config.home)
      artifact = await buildArtifact(source, { cacheDirectory, progress: tell })
      name = artifact.manifest.name
      await engine.prepare(artifact, tell).catch(passUnreachable)
      tell('starting')
      // Not before it was told: `stop` may come from there. From here on the slot is there to be stopped.
      if (host.isStopped) return
      const slot = this.#add(artifact, source)
      const reasonAgainst = this.#options.reasonAgainst(source)
      // As long as its instance starts, what is asked waits for it.
      if (reasonAgainst === undefined) this.#addRoute(slot)
      await slot.start(reasonAgainst)
      const { state, cause } = slot.status()
      tell(cause ?? state, state)
    } catch (error) {
      if (host.isStopped) return
      const { message } = error as Error
      log.error(`${name}: ${message}`)
      this.#unusable.push(unusable(name, message, artifact))
      tell(message, 'failed')
    }
  }

  /** @throws Error where there is no room for it */
  #add(artifact: Artifact, source: string): FunctionSlot {
    const { host } = this.#options
    const { name } = artifact.manifest
    if (host.get(name) !== undefined) {
      throw new Error(
        `a function ${name} is there already, from elsewhere than ${source}: rename one of them`,
      )
    }
    const slot = host.add(name, artifact)
    this.#slots.add(slot)
    return slot
  }

  #addRoute(slot: FunctionSlot): void {
    const { addRoute, log } = this.#options
    if (!addRoute(functionPrefix(slot.name), slot))
      log.error(`${slot.id}: no Interest can find it, for the FIB is full: raise limits.routes`)
  }
}
