import { createHash } from 'node:crypto'
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { FunctionStatus } from '../control/index.ts'
import { type Artifact, type Engine, EngineError, type EngineEvent } from '../engine/index.ts'
import type { Forwarder } from '../forwarder/index.ts'
import type { Manifest } from '../function/index.ts'
import { Component, Name, type Signer, TT } from '../packet/index.ts'
import type { NodeConfig } from './config.ts'
import { FunctionSlot } from './function-slot.ts'
import { bestOfEach } from './function-status.ts'
import type { Supervision } from './supervision.ts'

/** How long an engine may take to measure an instance, in milliseconds. */
const MEASURE_TIMEOUT_MS = 1000

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
  readonly log: Logger
}

/** What of an instance is not its function's. */
export interface InstanceOptions {
  /** See `InstanceSpec`. */
  readonly cpus?: readonly number[] | undefined
  readonly cpuShare?: number | undefined
}

/** The instances of a node, whoever wants them. */
export class FunctionHost {
  readonly #options: FunctionHostOptions
  readonly #slots = new Map<string, FunctionSlot>()
  #doors = 0
  #isStopped = false

  constructor(options: FunctionHostOptions) {
    this.#options = options
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  get slots(): readonly FunctionSlot[] {
    return [...this.#slots.values()]
  }

  get(id: string): FunctionSlot | undefined {
    return this.#slots.get(id)
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

  /** Ends all instances. */
  async withdraw(cause: string): Promise<void> {
    const { log } = this.#options
    await Promise.all(this.slots.map((slot) => slot.withdraw(cause).catch((error) => log.error(error))))
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

  /** A row for each function that has an instance. */
  async status(): Promise<FunctionStatus[]> {
    return await Promise.all(
      bestOfEach(this.slots).map(async ({ best, count }) => {
        const status = best.status()
        return { ...status, instances: count, ...(await this.measure(status.instance)) }
      }),
    )
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

  /** Makes the folder of all that its instances see of this host. */
  async open(): Promise<void> {
    await mkdir(this.directory, { recursive: true })
    // Instances may run as other users and their doors are open: nobody else comes this far.
    await chmod(this.directory, 0o700)
  }

  get directory(): string {
    return join(this.#options.config.home, 'run')
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
