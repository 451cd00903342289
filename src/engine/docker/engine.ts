import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Container, DockerOptions } from 'dockerode'
import {
  type Artifact,
  type Engine,
  EngineError,
  type EngineEvent,
  type HeldImages,
  type InstanceSpec,
  type InstanceStats,
  type InstanceStatus,
} from '../engine.ts'
import { EventListeners } from '../event-listeners.ts'
import { LABELS } from '../image-names.ts'
import { InstanceLog, type LogListener } from '../instance-log.ts'
import { checkInstanceId, isHeapFull, isInstanceId, STOP_GRACE } from '../instance-setup.ts'
import { sayOnce } from '../say-once.ts'
import { Signal } from '../signal.ts'
import { DockerClient, type DockerFacts, ignoreGone, ignoreUnreachable } from './client.ts'
import { NodeContainers } from './containers.ts'
import { type Death, EventFeed, type ReconnectOptions } from './event-feed.ts'
import { hostStats } from './host-stats.ts'
import { DockerImages } from './images.ts'
import { logStreams, toExit, toStats, toStatus } from './translate.ts'

/** How long an instance's last output is waited for once it has ended, in milliseconds. */
const LAST_OUTPUT_WAIT = 500
/** How long the engine may take to end an instance that was killed, in milliseconds. */
const KILL_WAIT = 15_000

export interface DockerEngineOptions {
  /** Name of the node: containers of other nodes are left alone. */
  readonly nodeName: string
  /** The node's state folder, absolute. */
  readonly stateDirectory: string
  /** Is told each line that an instance writes. */
  readonly onLog?: LogListener | undefined
  /** Is told, once, of each thing that a spec asks for and this engine cannot give; the instance runs without it. */
  readonly onWarning?: ((message: string) => void) | undefined
  /** Log level of the instances. Default `info`. */
  readonly logLevel?: string | undefined
  /** Control group above those of the node's containers. Default: the engine's. */
  readonly cgroupParent?: string | undefined
  /** Where the engine is. Default: as the environment variables DOCKER_HOST and so on say. */
  readonly docker?: DockerOptions | undefined
  /** How the engine is looked for again after it was lost. */
  readonly reconnect?: ReconnectOptions | undefined
}

interface Instance {
  readonly container: Container
  readonly log: InstanceLog
  /** Settles once `start` has. */
  readonly started: Signal
  /** Settles once it is gone and those who watch were told. */
  readonly gone: Signal
  /** Settles once all that it wrote was read. */
  outputRead: Promise<unknown>
}

/** Runs each instance in a container that has no network, no privileges, and one door. */
export class DockerEngine implements Engine {
  readonly kind = 'docker'
  readonly facts: DockerFacts
  /** For messages, e.g. `unix:///var/run/docker.sock`. */
  readonly address: string
  readonly #client: DockerClient
  readonly #options: DockerEngineOptions
  readonly #images: DockerImages
  readonly #containers: NodeContainers
  readonly #feed: EventFeed
  readonly #warn: (message: string) => void
  readonly #listeners = new EventListeners()
  readonly #instances = new Map<string, Instance>()
  readonly #starting = new Map<string, Promise<void>>()
  #isLost = false
  #isClosed = false

  private constructor(client: DockerClient, facts: DockerFacts, options: DockerEngineOptions) {
    this.#client = client
    this.#options = options
    this.facts = facts
    this.address = client.address
    const { nodeName, stateDirectory, logLevel = 'info', cgroupParent } = options
    this.#warn = sayOnce(options.onWarning)
    this.#images = new DockerImages(client, stateDirectory)
    const machineCpus = facts.cpus
    this.#containers = new NodeContainers(client, { nodeName, logLevel, machineCpus, cgroupParent })
    const handlers = {
      died: (death: Death) => void this.#died(death),
      lost: (cause: Error) => this.#lost(cause),
      found: () => this.#found(),
    }
    this.#feed = new EventFeed(client, nodeName, handlers, options.reconnect)
  }

  /** @throws EngineError `engine-unreachable` */
  static async connect(options: DockerEngineOptions): Promise<DockerEngine> {
    const client = await DockerClient.open(options.docker)
    try {
      const engine = new DockerEngine(client, await client.check(), options)
      await engine.#feed.open()
      return engine
    } catch (error) {
      client.close()
      throw error
    }
  }

  async prepare(artifact: Artifact, progress?: (step: string) => void): Promise<void> {
    await this.#images.prepare(artifact, progress)
  }

  async start(spec: InstanceSpec): Promise<void> {
    const { id } = spec
    checkInstanceId(id)
    if (this.#isClosed) throw new EngineError('start-failed', `${id} not started: the engine is closed`)
    if (this.#instances.has(id) || this.#starting.has(id)) {
      throw new EngineError('already-running', `instance ${id} runs already; stop it first`)
    }
    const started = this.#start(spec).catch((error: unknown) => {
      throw this.#explain(error, id)
    })
    this.#starting.set(id, started)
    try {
      await started
    } finally {
      this.#starting.delete(id)
    }
  }

  async stop(id: string, grace = STOP_GRACE): Promise<void> {
    await this.#starting.get(id)?.catch(() => {})
    const instance = this.#instances.get(id)
    if (instance === undefined) return await this.#stopLeftover(id, grace)
    const kill = async (signal: string) => {
      // If the engine is gone, so is the instance; if it only did not answer, the wait below finds out.
      await this.#client
        .call(`stop ${id}`, () => instance.container.kill({ signal }))
        .catch(ignoreGone)
        .catch(ignoreUnreachable)
    }
    if (grace > 0) await kill('SIGTERM')
    const ended = new AbortController()
    const wait = (ms: number) => delay(ms, false, ended).catch(() => true)
    const isGoneWithin = (ms: number) => Promise.race([instance.gone.settled.then(() => true), wait(ms)])
    try {
      if (grace > 0 && (await isGoneWithin(grace))) return
      await kill('SIGKILL')
      if (await isGoneWithin(KILL_WAIT)) return
    } finally {
      ended.abort()
    }
    const message = `the Docker Engine at ${this.address} did not stop ${id} within ${KILL_WAIT} ms: restart it`
    throw new EngineError('engine-unreachable', message)
  }

  async list(): Promise<InstanceStatus[]> {
    const containers = await this.#containers.list()
    const found = await Promise.all(containers.map(({ Id }) => this.#containers.inspect(Id)))
    return found.filter((info) => info !== undefined).map(toStatus)
  }

  watch(listener: (event: EngineEvent) => void): () => void {
    return this.#listeners.add(listener)
  }

  async stats(id: string): Promise<InstanceStats> {
    const instance = this.#instances.get(id)
    if (instance === undefined) {
      throw new EngineError('no-such-instance', `no instance ${id} runs on this node`)
    }
    const { container } = instance
    const pid = (await this.#containers.inspect(container.id))?.State.Pid
    const stats = pid ? await hostStats(pid, container.id) : undefined
    if (stats !== undefined) return stats
    const question = { stream: false, 'one-shot': true } as const
    return toStats(await this.#client.call(`measure ${id}`, () => container.stats(question)))
  }

  async images(): Promise<HeldImages> {
    return await this.#images.held()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    try {
      await Promise.allSettled(this.#starting.values())
      const left = (await this.#containers.list()).map(({ Labels }) => Labels[LABELS.instance] ?? '')
      await Promise.all([...new Set([...left, ...this.#instances.keys()])].map((id) => this.stop(id)))
    } catch (error) {
      // An engine that is gone took its instances with it, or they end because their sockets are closed.
      ignoreUnreachable(error)
    } finally {
      this.#feed.close()
      this.#client.close()
    }
  }

  /** What a control group refuses the engine tells without a word of whose it is. */
  #explain(error: unknown, id: string): unknown {
    const { cgroupParent } = this.#options
    if (cgroupParent === undefined || !(error instanceof EngineError) || !/cgroup/.test(error.message))
      return error
    const advice = `the control group ${cgroupParent} (cgroupParent in the node's configuration) may give less than ${id} is to have`
    return new EngineError(error.code, `${advice}: ${error.message}`, error)
  }

  async #start(spec: InstanceSpec): Promise<void> {
    const { id, cpus = [], onCreated } = spec
    // The engine itself leaves out without a word what it cannot do.
    if (cpus.length > 0 && !this.facts.canPin) {
      this.#warn(`instances run on any CPU: the Docker Engine at ${this.address} has no control group cpuset`)
    }
    const container = await this.#containers.create(spec)
    onCreated?.()
    const log = new InstanceLog(id, this.#options.onLog)
    const instance: Instance = {
      container,
      log,
      started: new Signal(),
      gone: new Signal(),
      outputRead: Promise.resolve(),
    }
    this.#instances.set(id, instance)
    try {
      await this.#client.call(`start ${id}`, async (docker) => {
        const output = await container.attach({ stream: true, stdout: true, stderr: true })
        instance.outputRead = once(output, 'close').catch(() => {})
        const { stdout, stderr } = logStreams(log)
        docker.modem.demuxStream(output, stdout, stderr)
        await container.start()
      })
      // Lost and forgotten meanwhile.
      if (this.#instances.get(id) !== instance) {
        const message = `the Docker Engine at ${this.address} was lost while it started ${id}: try again`
        throw new EngineError('engine-unreachable', message)
      }
    } catch (error) {
      this.#forget(id, instance)
      await this.#containers.remove(container.id).catch(() => {})
      throw error
    } finally {
      instance.started.settle()
    }
  }

  async #died({ id, containerId, exitCode }: Death): Promise<void> {
    const instance = this.#instances.get(id)
    if (instance === undefined || instance.container.id !== containerId) return
    const waited = new AbortController()
    const tooLate = delay(LAST_OUTPUT_WAIT, undefined, waited).catch(() => {})
    const [info] = await Promise.all([
      this.#containers.inspect(containerId).catch(() => undefined),
      Promise.race([instance.outputRead, tooLate]),
      instance.started.settled,
    ])
    waited.abort()
    await this.#containers.remove(containerId).catch(() => {})
    // Lost meanwhile, or never started.
    if (this.#instances.get(id) !== instance) return
    instance.log.end()
    const { lastWords } = instance.log
    this.#instances.delete(id)
    this.#listeners.emit({
      type: 'exit',
      id,
      ...toExit(exitCode),
      outOfMemory: (info?.State.OOMKilled === true && exitCode !== 0) || isHeapFull(lastWords),
      lastWords,
    })
    instance.gone.settle()
  }

  #lost(cause: Error): void {
    this.#isLost = true
    for (const [id, instance] of this.#instances) this.#forget(id, instance)
    this.#listeners.emit({ type: 'lost', cause })
  }

  /** Those who watch counted every instance as gone: what the engine kept running must go before they start others. */
  async #found(): Promise<void> {
    const containers = (await this.#containers.list()).filter(({ Labels }) => {
      const id = Labels[LABELS.instance] ?? ''
      return !this.#instances.has(id) && !this.#starting.has(id)
    })
    await Promise.all(containers.map(({ Id }) => this.#containers.remove(Id)))
    this.#isLost = false
    this.#listeners.emit({ type: 'found' })
  }

  #forget(id: string, instance: Instance): void {
    this.#instances.delete(id)
    instance.log.end()
    instance.gone.settle()
  }

  async #stopLeftover(id: string, grace: number): Promise<void> {
    const info = this.#isLost || !isInstanceId(id) ? undefined : await this.#containers.find(id)
    if (info !== undefined) await this.#containers.stop(info, grace)
  }
}
