import { join } from 'node:path'
import type { Engine, HeldImages } from '../engine/index.ts'
import {
  type Availability,
  CpuMeter,
  changeLabels,
  checkLabelChanges,
  joinLabelChanges,
  type LabelChanges,
  type Labels,
  type NodeFacts,
  readCpuTimes,
  readMachine,
  Speed,
  thisMachine,
  vcpuCount,
} from '../facts/index.ts'
import { BlobStore } from '../repository/index.ts'
import type { NodeConfig } from './config.ts'
import type { NodeState } from './node-state.ts'

export interface SelfOptions {
  /** What the node works by now. */
  readonly config: () => NodeConfig
  readonly state: NodeState
  readonly engine: Pick<Engine, 'images' | 'kind'>
  readonly availability: () => Availability
  readonly load: () => Pick<NodeFacts['load'], 'instances' | 'pending'>
  readonly log: (level: 'info' | 'warn', message: string) => void
}

/** What a node knows of itself: what it has found out, and what it was told. */
export class Self {
  readonly #options: SelfOptions
  readonly #speed: Speed
  readonly #meter: CpuMeter
  readonly #blobs: BlobStore
  #asked: Promise<NodeFacts> | undefined

  constructor(options: SelfOptions) {
    const { config, log } = options
    this.#options = options
    const source = thisMachine()
    const { model, cpus } = readMachine(source).processors
    this.#speed = new Speed({
      file: join(config().home, 'speed.json'),
      model,
      onProblem: (message) => log('warn', message),
    })
    this.#blobs = new BlobStore(config().home)
    this.#meter = new CpuMeter(() => readCpuTimes(source.read, cpus))
    this.#meter.start()
  }

  get labels(): Labels {
    const { config, state } = this.#options
    return changeLabels(config().labels, state.value.labels)
  }

  /** @throws LabelError; then nothing has changed */
  async changeLabels(changes: LabelChanges): Promise<void> {
    const { config, state } = this.#options
    checkLabelChanges(changes, this.labels)
    await state.change(({ labels }) => {
      const { set, removed } = joinLabelChanges(labels, changes)
      // Only of what the configuration says need be remembered that it is not to be.
      return { labels: { set, removed: removed.filter((key) => Object.hasOwn(config().labels, key)) } }
    })
  }

  /** Measures the speed anew. */
  async calibrate(): Promise<void> {
    const { speed } = await this.#speed.measure()
    this.#options.log('info', `measured: ${speed} MIPS`)
  }

  /** Who asks while they are gathered gets the same: an Interest may be sent again meanwhile. */
  async facts(): Promise<NodeFacts> {
    this.#asked ??= this.#gather().finally(() => {
      this.#asked = undefined
    })
    return await this.#asked
  }

  async #gather(): Promise<NodeFacts> {
    const { config, engine, availability, load } = this.#options
    const { name, facts: overrides, cgroupParent } = config()
    const { os, architecture, processors, memory } = readMachine(thisMachine(), overrides)
    const { network, bandwidth, cpuShare, maximumUsage } = overrides
    const [measured, held, blobs] = await Promise.all([
      overrides.speed === undefined ? this.#speed.get() : undefined,
      this.#held(),
      this.#blobs.list(),
    ])
    return {
      name,
      os,
      architecture,
      network,
      bandwidth,
      cpu: {
        ...processors,
        vcpus: vcpuCount(processors),
        speed: overrides.speed ?? measured?.speed ?? 0,
        share: cpuShare,
        shareOf: engine.kind === 'docker' && cgroupParent === undefined ? 'instance' : 'vcpu',
        measuredAt: measured?.at,
        maximumUsage,
      },
      memory,
      labels: this.labels,
      availability: availability(),
      ...held,
      blobs,
      load: { cpu: this.#meter.share, memory: memory.total - memory.free, ...load() },
    }
  }

  close(): void {
    this.#meter.close()
  }

  /** Where the engine is away, nothing can be said to be held. */
  async #held(): Promise<HeldImages> {
    return await this.#options.engine.images().catch(({ message }: Error) => {
      this.#options.log('warn', `images: ${message}`)
      return { images: [], layers: [] }
    })
  }
}
