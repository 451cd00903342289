import { createHash } from 'node:crypto'
import { chmod, mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Logger } from 'pino'
import type { FunctionStatus, SlotState } from '../control/index.ts'
import {
  type Artifact,
  artifactsOf,
  buildArtifact,
  type Engine,
  EngineError,
  type EngineEvent,
} from '../engine/index.ts'
import type { Forwarder } from '../forwarder/index.ts'
import type { Manifest } from '../function/index.ts'
import { Component, Name, type Signer, TT } from '../packet/index.ts'
import type { NodeConfig } from './config.ts'
import { FunctionSlot } from './function-slot.ts'
import { shippedFunctions } from './shipped-functions.ts'
import type { Supervision } from './supervision.ts'

/** Functions that are built and started at the same time. */
const START_CONCURRENCY = 2

/** How long an engine may take to measure an instance, in milliseconds. */
const MEASURE_TIMEOUT_MS = 1000

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

export interface FunctionHostOptions {
  readonly config: NodeConfig
  readonly engine: Engine
  readonly forwarder: Forwarder
  readonly supervision: Supervision
  /** Of the node, for errors in an instance's stead. */
  readonly signer: () => Signer
  /** Writes a new identity for an instance to a file. */
  readonly writeIdentity: (path: string, artifact: Artifact) => Promise<void>
  /** Asks an instance whether it is alive; rejects when no answer comes in time (milliseconds). */
  readonly probe: (functionName: string, id: string, timeout: number) => Promise<void>
  /** Called after each packet that came from an instance. */
  readonly onActivity: () => void
  /** There is one more version of a function: chains are looked at by it from now on. */
  readonly onFunction: (manifest: Manifest) => void
  /** There is no version of it any more. */
  readonly onNoFunction: (name: string) => void
  readonly onSlot: (slot: FunctionSlot) => void
  readonly onSlotState: (slot: FunctionSlot) => void
  /** Its instance has stopped, and its face is about to go. */
  readonly onSlotGone: (slot: FunctionSlot) => void
  /** Leads a prefix to the face of a function; false if there is no room for the route. */
  readonly addRoute: (prefix: Name, slot: FunctionSlot) => boolean
  readonly removeRoute: (prefix: Name, slot: FunctionSlot) => void
  /** Why a function is not to run now; undefined where it is. */
  readonly reasonAgainst: (source: string) => string | undefined
  readonly log: Logger
}

/** What of an instance is not its function's. */
export interface InstanceOptions {
  /** See `InstanceSpec`. */
  readonly cpus?: readonly number[] | undefined
  readonly cpuShare?: number | undefined
}

/** The instances of a node: those of its configuration, from their sources on, and those that are added. */
export class FunctionHost {
  readonly #options: FunctionHostOptions
  readonly #slots = new Map<string, FunctionSlot>()
  /** Those that the configuration says: of each function one, with its name as id. */
  readonly #configured = new Set<FunctionSlot>()
  /** Those that never came to have a slot. */
  readonly #unusable: FunctionStatus[] = []
  #doors = 0
  #isStopped = false

  constructor(options: FunctionHostOptions) {
    this.#options = options
  }

  get slots(): readonly FunctionSlot[] {
    return [...this.#slots.values()]
  }

  get(id: string): FunctionSlot | undefined {
    return this.#slots.get(id)
  }

  isConfigured(slot: FunctionSlot): boolean {
    return this.#configured.has(slot)
  }

  /** Folders and files of the functions that it is told to run. */
  async sources(): Promise<string[]> {
    return [...(this.#options.config.functions ?? (await shippedFunctions()))]
  }

  /** Builds and starts all of the configuration; resolves when each is ready or has failed. */
  async start(onProgress: (event: NodeProgress) => void): Promise<void> {
    const sources = await this.sources()
    const startNext = async (): Promise<void> => {
      for (let source = sources.shift(); source !== undefined; source = sources.shift()) {
        if (!this.#isStopped) await this.#startOne(source, onProgress)
      }
    }
    if (this.#isStopped) return
    await mkdir(this.directory, { recursive: true })
    // Instances may run as other users and their doors are open: nobody else comes this far.
    await chmod(this.directory, 0o700)
    await Promise.all(Array.from({ length: START_CONCURRENCY }, startNext))
  }

  /**
   * A slot for one more instance; it is for the caller to start it and to lead anything there.
   * @throws Error where there is one of that id
   */
  add(id: string, artifact: Artifact, options: InstanceOptions = {}): FunctionSlot {
    if (this.#isStopped) throw new Error('the node stops')
    if (this.#slots.has(id)) throw new Error(`there is an instance ${id} already: give this one another id`)
    const { config, engine, forwarder, supervision, signer, writeIdentity, probe, onActivity, log } =
      this.#options
    const { name } = artifact.manifest
    const slot: FunctionSlot = new FunctionSlot({
      ...options,
      id,
      artifact,
      engine,
      forwarder,
      door: join(this.directory, String(this.#doors++)),
      maxQueue: config.limits.queue,
      supervision,
      writeIdentity: (path) => writeIdentity(path, artifact),
      signer,
      probe: (timeout) => probe(name, id, timeout),
      onState: (state, cause) => {
        log.info({ function: id }, `${state}${cause === undefined ? '' : `: ${cause}`}`)
        this.#options.onSlotState(slot)
      },
      onActivity,
      log: (level, message) => log[level](message),
    })
    this.#slots.set(id, slot)
    this.#options.onSlot(slot)
    this.#options.onFunction(artifact.manifest)
    return slot
  }

  /** Ends an instance that was added, and forgets it; what is still asked of it is asked elsewhere, or nacked. */
  async remove(slot: FunctionSlot): Promise<void> {
    const { forwarder, onFunction, onNoFunction, onSlotGone, log } = this.#options
    await slot.stop().catch((error: Error) => log.error(error.message))
    if (this.#slots.get(slot.id) === slot) this.#slots.delete(slot.id)
    onSlotGone(slot)
    forwarder.removeFace(slot.faceId)
    const heir = this.slots.findLast(({ name }) => name === slot.name)
    if (heir === undefined) onNoFunction(slot.name)
    else onFunction(heir.artifact.manifest)
  }

  /**
   * Ends the process of an instance after its work, and starts the next. What is new meanwhile goes to another instance, or else waits.
   * Nothing is changed where it is ended before.
   */
  async renew(slot: FunctionSlot, signal: AbortSignal): Promise<void> {
    const { gate, timeout, id } = slot
    const { supervision, log } = this.#options
    if (gate.newWork === undefined) gate.close('waits')
    const isFinished = await gate.finished(timeout + supervision.hangGrace, signal)
    if (signal.aborted) {
      if (gate.newWork === 'waits') slot.open()
      return
    }
    if (!isFinished) log.warn(`${id}: work is still in hand, and its time is over`)
    await slot.restart(false).catch((error: Error) => log.error(error.message))
    if (gate.newWork === 'waits') slot.open()
  }

  /** From now on no route of the configuration's leads to a function. */
  withdrawRoutes(): void {
    for (const slot of this.#configured) this.#options.removeRoute(functionPrefix(slot.name), slot)
  }

  /** Ends all instances. */
  async withdraw(cause: string): Promise<void> {
    const { log } = this.#options
    await Promise.all(this.slots.map((slot) => slot.withdraw(cause).catch((error) => log.error(error))))
  }

  /**
   * Takes `withdrawRoutes` and `withdraw` back for those of the configuration: those that still run at once, the others a few at a time,
   * as at the start. Resolves when each is ready or has failed, or when it is ended.
   */
  async offer(signal: AbortSignal): Promise<void> {
    for (const slot of this.#configured) if (!slot.isWithdrawn) this.#addRoute(slot)
    const left = [...this.#configured].filter(({ isWithdrawn }) => isWithdrawn)
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

  async stop(): Promise<void> {
    this.#isStopped = true
    const { log } = this.#options
    await Promise.all(this.slots.map((slot) => slot.stop().catch((error) => log.error(error))))
  }

  /** How many run. */
  get instances(): number {
    return this.slots.filter(({ face }) => face !== undefined).length
  }

  /** The longest time that a chain of all functions may work, in milliseconds. */
  get workTime(): number {
    const times = new Map<string, number>()
    for (const { name, timeout } of this.slots) times.set(name, Math.max(timeout, times.get(name) ?? 0))
    return [...times.values()].reduce((sum, time) => sum + time, 0)
  }

  /** Gives every instance a new certificate. */
  async renewIdentities(): Promise<void> {
    for (const slot of this.slots) {
      await slot
        .renewIdentity()
        .catch((error: Error) => this.#options.log.error(`${slot.id}: ${error.message}`))
    }
  }

  onEngineEvent(event: EngineEvent): void {
    for (const slot of this.slots) slot.onEngineEvent(event)
  }

  slotOf(face: number): FunctionSlot | undefined {
    for (const slot of this.#slots.values()) if (slot.faceId === face) return slot
    return undefined
  }

  /** A row for each function. */
  async status(): Promise<FunctionStatus[]> {
    const found = await Promise.all(
      bestOfEach(this.slots).map(async ({ best, count }) => {
        const status = best.status()
        return { ...status, instances: count, ...(await this.measure(status.instance)) }
      }),
    )
    return [...found, ...this.#unusable]
  }

  /** What a process takes, by its name at the engine; nothing where the engine does not say so in time. */
  async measure(instance: string | undefined): Promise<Pick<FunctionStatus, 'memory' | 'cpu'>> {
    if (instance === undefined) return {}
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), MEASURE_TIMEOUT_MS)
    })
    const measured = this.#options.engine.stats(instance).catch(() => undefined)
    const stats = await Promise.race([measured, late])
    clearTimeout(timer)
    return { memory: stats?.memory, cpu: stats?.cpu }
  }

  /** Of all that its instances see of this host. */
  get directory(): string {
    return join(this.#options.config.home, 'run')
  }

  async #startOne(source: string, onProgress: (event: NodeProgress) => void): Promise<void> {
    const { config, engine, log } = this.#options
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
      if (this.#isStopped) return
      const slot = this.#addConfigured(artifact, source)
      const reasonAgainst = this.#options.reasonAgainst(source)
      // As long as its instance starts, what is asked waits for it.
      if (reasonAgainst === undefined) this.#addRoute(slot)
      await slot.start(reasonAgainst)
      const { state, cause } = slot.status()
      tell(cause ?? state, state)
    } catch (error) {
      if (this.#isStopped) return
      const { message } = error as Error
      log.error(`${name}: ${message}`)
      this.#unusable.push(unusable(name, message, artifact))
      tell(message, 'failed')
    }
  }

  /** @throws Error where there is no room for it */
  #addConfigured(artifact: Artifact, source: string): FunctionSlot {
    const { name } = artifact.manifest
    if (this.#slots.has(name)) {
      throw new Error(
        `a function ${name} is there already, from elsewhere than ${source}: rename one of them`,
      )
    }
    const slot = this.add(name, artifact)
    this.#configured.add(slot)
    return slot
  }

  #addRoute(slot: FunctionSlot): void {
    const { addRoute, log } = this.#options
    if (!addRoute(functionPrefix(slot.name), slot))
      log.error(`${slot.id}: no Interest can find it, for the FIB is full: raise limits.routes`)
  }
}

/** How the engine calls a node, whose instances are its own: two nodes of one name on one host have different homes. */
export function engineNodeName({ name, home }: Pick<NodeConfig, 'name' | 'home'>): string {
  return `${name}-${createHash('sha256').update(home).digest('hex').slice(0, 8)}`
}

/** An engine that is away may come back; what else is in the way of an image stays in the way. */
export function passUnreachable(error: unknown): void {
  if (!(error instanceof EngineError) || error.code !== 'engine-unreachable') throw error
}

export function functionPrefix(name: string): Name {
  return Name.of(new Component(TT.FunctionComponent, Buffer.from(name)))
}

/** From the state in which a function is best off to the worst. */
const STATES: readonly SlotState[] = [
  'ready',
  'idle',
  'paused',
  'starting',
  'restarting',
  'failed',
  'withdrawn',
  'stopped',
]

/** Of each function the instance that is best off, in the order in which functions came. */
function bestOfEach(slots: readonly FunctionSlot[]): { best: FunctionSlot; count: number }[] {
  const found = new Map<string, { best: FunctionSlot; count: number }>()
  const rank = (slot: FunctionSlot): number => STATES.indexOf(slot.status().state)
  for (const slot of slots) {
    const { best = slot, count = 0 } = found.get(slot.name) ?? {}
    found.set(slot.name, { best: rank(slot) < rank(best) ? slot : best, count: count + 1 })
  }
  return [...found.values()]
}

function unusable(name: string, cause: string, artifact: Artifact | undefined): FunctionStatus {
  const {
    version = '',
    description = '',
    input = [],
    output = '',
    parameters = {},
  } = artifact?.manifest ?? {}
  const facts = { name, version, description, input, output, parameters, digest: artifact?.digest ?? '' }
  return { ...facts, state: 'failed', cause, restarts: 0, since: Date.now() }
}
