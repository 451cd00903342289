import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ArtifactCache, artifactsOf } from './artifact-cache.ts'
import {
  type Artifact,
  type Engine,
  EngineError,
  type EngineEvent,
  type HeldImages,
  type InstanceSpec,
  type InstanceStats,
  type InstanceStatus,
} from './engine.ts'
import { EventListeners } from './event-listeners.ts'
import { InstanceLog, type LogListener } from './instance-log.ts'
import {
  checkInstanceId,
  instanceEnvironment,
  isHeapFull,
  isInstanceId,
  MAIN_FILE,
  nodeArguments,
  STOP_GRACE,
} from './instance-setup.ts'
import { Pinning } from './pinning.ts'
import { processIdentity, processStats } from './process-info.ts'
import { isAlive, type ProcessRecord, ProcessRecords } from './process-records.ts'
import { sayOnce } from './say-once.ts'

/** How long an instance's last output is waited for once it has ended, in milliseconds. */
const LAST_OUTPUT_WAIT = 500
/** How often a process that is no child of this node is looked at while it ends, in milliseconds. */
const LEFTOVER_POLL = 20
/** How long a leftover may take to end once it was killed, in milliseconds. */
const KILL_WAIT = 5000

const NO_SHARES =
  'instances as child processes are not held to a share of a CPU: --engine docker runs them in containers, which are'

export interface ProcessEngineOptions {
  /** Name of the node: instances of other nodes are left alone. */
  readonly nodeName: string
  /** The node's state folder, absolute. */
  readonly stateDirectory: string
  /** Is told each line that an instance writes. */
  readonly onLog?: LogListener | undefined
  /** Is told, once, of each thing that a spec asks for and this engine cannot give; the instance runs without it. */
  readonly onWarning?: ((message: string) => void) | undefined
  /** Log level of the instances. Default `info`. */
  readonly logLevel?: string | undefined
}

interface Child {
  readonly record: ProcessRecord
  /** Settles once it is gone and those who watch were told. */
  readonly gone: Promise<void>
}

/**
 * Runs each instance as a child process. Of the limits only memory is held, and only for the JavaScript heap; a share of a CPU
 * is not. There is no containment.
 */
export class ProcessEngine implements Engine {
  readonly kind = 'process'
  readonly #options: ProcessEngineOptions
  readonly #records: ProcessRecords
  readonly #listeners = new EventListeners()
  readonly #artifacts: ArtifactCache
  readonly #warn: (message: string) => void
  readonly #pinning: Pinning
  readonly #children = new Map<string, Child>()
  readonly #starting = new Map<string, Promise<void>>()
  #isClosed = false

  constructor(options: ProcessEngineOptions) {
    this.#options = options
    this.#records = new ProcessRecords(options.stateDirectory, options.nodeName)
    this.#artifacts = new ArtifactCache(artifactsOf(options.stateDirectory))
    this.#warn = sayOnce(options.onWarning)
    this.#pinning = new Pinning(this.#warn)
  }

  async prepare(artifact: Artifact): Promise<void> {
    await checkArtifact(artifact)
  }

  async start(spec: InstanceSpec): Promise<void> {
    checkInstanceId(spec.id)
    if (this.#isClosed) throw new EngineError('start-failed', `${spec.id} not started: the engine is closed`)
    if (this.#children.has(spec.id) || this.#starting.has(spec.id)) {
      throw new EngineError('already-running', `instance ${spec.id} runs already; stop it first`)
    }
    const started = this.#start(spec)
    this.#starting.set(spec.id, started)
    try {
      await started
    } finally {
      this.#starting.delete(spec.id)
    }
  }

  async stop(id: string, grace = STOP_GRACE): Promise<void> {
    await this.#starting.get(id)?.catch(() => {})
    const child = this.#children.get(id)
    if (child === undefined) return await this.#stopLeftover(id, grace)
    signalGroup(child.record.pid, grace > 0 ? 'SIGTERM' : 'SIGKILL')
    const timer = setTimeout(() => signalGroup(child.record.pid, 'SIGKILL'), grace)
    await child.gone
    clearTimeout(timer)
  }

  async list(): Promise<InstanceStatus[]> {
    const own = [...this.#children.values()].map(({ record }) => record)
    const leftovers = await this.#leftovers()
    return [...own, ...leftovers].map(({ id, function: name, digest, startedAt }) => {
      return { id, function: name, digest, state: 'running' as const, startedAt }
    })
  }

  watch(listener: (event: EngineEvent) => void): () => void {
    return this.#listeners.add(listener)
  }

  async stats(id: string): Promise<InstanceStats> {
    const pid = this.#children.get(id)?.record.pid
    const stats = pid === undefined ? undefined : await processStats(pid)
    if (stats === undefined) throw new EngineError('no-such-instance', `no instance ${id} runs on this node`)
    return stats
  }

  /** Artifacts are what it runs. */
  async images(): Promise<HeldImages> {
    const images = (await this.#artifacts.list()).map((one) => ({ ...one, layers: [] }))
    return { images, layers: [] }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled(this.#starting.values())
    const running = await this.list()
    await Promise.all(running.map(({ id }) => this.stop(id)))
  }

  async #start(spec: InstanceSpec): Promise<void> {
    const { id, artifact, doorDirectory, cpuShare = 1, onCreated } = spec
    await checkArtifact(artifact)
    const prefix = await this.#pinning.commandPrefix(spec)
    if (cpuShare < 1) this.#warn(NO_SHARES)
    await this.#stopLeftover(id, 0)
    const command = [process.execPath, ...nodeArguments(artifact.manifest, MAIN_FILE)]
    const [program = '', ...args] = [...prefix, ...command]
    onCreated?.()
    const child = spawn(program, args, {
      cwd: artifact.directory,
      env: { PATH: searchPath(), ...instanceEnvironment(doorDirectory, this.#options.logLevel ?? 'info') },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own: ctrl-C in a terminal is for the node, which then lets its instances finish;
      // and a command that the instance has started ends with it.
      detached: true,
    })
    const log = new InstanceLog(id, this.#options.onLog)
    child.stdout.on('data', (chunk: Buffer) => log.writeStdout(chunk))
    child.stderr.on('data', (chunk: Buffer) => log.writeStderr(chunk))
    const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
    const closed = once(child, 'close')
    exited.catch(() => {})
    closed.catch(() => {})

    try {
      await once(child, 'spawn')
    } catch (cause) {
      throw new EngineError('start-failed', `${id}: ${program} cannot be run: ${cause}`, cause)
    }
    const pid = child.pid ?? 0
    const record = {
      id,
      pid,
      identity: (await processIdentity(pid)) ?? '',
      function: artifact.manifest.name,
      digest: artifact.digest,
      startedAt: Date.now(),
    }
    try {
      await this.#records.write(record)
    } catch (cause) {
      signalGroup(pid, 'SIGKILL')
      const code = (cause as NodeJS.ErrnoException).code === 'ENOSPC' ? 'disk-full' : 'start-failed'
      throw new EngineError(code, `${id}: cannot write to the state folder: ${cause}`, cause)
    }
    const gone = this.#whenGone(record, log, exited, closed)
    this.#children.set(id, { record, gone })
  }

  async #whenGone(
    { id, pid }: ProcessRecord,
    log: InstanceLog,
    exited: Promise<[number | null, NodeJS.Signals | null]>,
    closed: Promise<unknown>,
  ): Promise<void> {
    const [exitCode, signal] = await exited
    signalGroup(pid, 'SIGKILL')
    const waited = new AbortController()
    await Promise.race([closed, delay(LAST_OUTPUT_WAIT, undefined, waited).catch(() => {})])
    waited.abort()
    log.end()
    await this.#records.remove(id).catch(() => {})
    this.#children.delete(id)
    const { lastWords } = log
    this.#listeners.emit({
      type: 'exit',
      id,
      exitCode,
      signal,
      outOfMemory: isHeapFull(lastWords),
      lastWords,
    })
  }

  async #leftovers(): Promise<ProcessRecord[]> {
    return await this.#records.readAlive(new Set([...this.#children.keys(), ...this.#starting.keys()]))
  }

  async #stopLeftover(id: string, grace: number): Promise<void> {
    const record = isInstanceId(id) ? await this.#records.findAlive(id) : undefined
    if (record === undefined) return
    const killAt = Date.now() + grace
    if (grace > 0) signalGroup(record.pid, 'SIGTERM')
    while (await isAlive(record)) {
      if (Date.now() >= killAt) signalGroup(record.pid, 'SIGKILL')
      if (Date.now() >= killAt + KILL_WAIT) {
        const message = `process ${record.pid}, left behind as instance ${id} by a node that crashed, cannot be stopped`
        throw new EngineError('start-failed', `${message}: end it by hand`)
      }
      await delay(LEFTOVER_POLL)
    }
    await this.#records.remove(id)
  }
}

async function checkArtifact({ directory, manifest }: Artifact): Promise<void> {
  try {
    await access(join(directory, MAIN_FILE))
  } catch (cause) {
    const message = `${manifest.name} has no ${MAIN_FILE} in ${directory}: build the artifact again`
    throw new EngineError('image-missing', message, cause)
  }
}

/** The host's PATH, so that a command function finds its programs, with this very Node.js first. */
function searchPath(): string {
  return [dirname(process.execPath), process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin'].join(delimiter)
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // It is gone already.
  }
}
