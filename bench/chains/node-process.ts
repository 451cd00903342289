import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { datasetName, type FunctionStatus, type NodeStatus } from '../../src/control/index.ts'
import { Endpoint, fetchObject } from '../../src/endpoint/index.ts'
import { connect } from '../../src/face/index.ts'
import { defaultAddress } from '../../src/router/index.ts'
import type { Cleanup } from '../cleanup.ts'

export type EngineName = 'docker' | 'process'

export const CLI = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url))

/** Lines of a node's log that an error message shows. */
const LINES_SHOWN = 5

/** How long a node may take to stop, in milliseconds. */
const STOP_TIMEOUT_MS = 30_000

/** Linux counts CPU time for user space in ticks of 1/100 s (proc(5), USER_HZ). */
const TICK_MS = 10

export interface NodeProcessOptions {
  readonly engine: EngineName
  /** Folder of the node's state. */
  readonly home: string
  /** Unique on this machine, so that nodes that run already are left alone. */
  readonly name: string
  /** Modules of functions; those that ship by default. */
  readonly functions?: readonly string[]
  /** Options of Node.js. */
  readonly nodeOptions?: readonly string[]
  /** The Node.js that runs it. */
  readonly executable?: string
  readonly cleanup: Cleanup
}

/** A node started as a person does, by `ndn-sfc up`, in a process of its own. */
export class NodeProcess {
  /** From the start of its process until it said that it is ready, milliseconds. */
  readonly startTime: number
  readonly address: string
  readonly #child: ChildProcess
  readonly #endpoint: Endpoint

  private constructor(child: ChildProcess, address: string, endpoint: Endpoint, startTime: number) {
    this.#child = child
    this.address = address
    this.#endpoint = endpoint
    this.startTime = startTime
  }

  /** @throws Error with the end of its log, if it ends before it is ready or a function of it is not ready then */
  static async start(options: NodeProcessOptions): Promise<NodeProcess> {
    const { engine, home, name, functions = [], nodeOptions = [], executable = process.execPath } = options
    const config = join(home, 'node.yaml')
    await mkdir(home, { recursive: true })
    await writeFile(config, `name: ${name}\n`)
    const began = performance.now()
    const child = spawn(
      executable,
      [
        ...nodeOptions,
        ...[CLI, 'up', '--config', config, '--home', home, '--engine', engine, '--log', 'info'],
        ...functions.flatMap((path) => ['--function', path]),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
    )
    options.cleanup.add(() => stopChild(child))
    try {
      await whenReady(child)
      const startTime = performance.now() - began
      const address = defaultAddress(home)
      const node = new NodeProcess(child, address, new Endpoint(await connect(address)), startTime)
      const statuses = await node.functions()
      const failed = statuses.find(({ state }) => state !== 'ready')
      if (failed !== undefined) throw new Error(`${failed.name} is ${failed.state}: ${failed.cause ?? ''}`)
      if (statuses.length < Math.max(1, functions.length)) throw new Error(`${name} lacks functions`)
      return node
    } catch (error) {
      await stopChild(child)
      throw error
    }
  }

  async functions(): Promise<FunctionStatus[]> {
    return await this.#dataset('functions')
  }

  async status(): Promise<NodeStatus> {
    return await this.#dataset('status')
  }

  /** CPU time that its process has used so far, in milliseconds; undefined where there is no /proc. */
  async cpu(): Promise<number | undefined> {
    const stat = await readFile(`/proc/${this.#child.pid}/stat`, 'latin1').catch(() => undefined)
    // utime and stime; the second field may hold blanks and parentheses (proc(5)).
    const [user, system] =
      stat
        ?.slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .slice(11, 13) ?? []
    return user === undefined ? undefined : (Number(user) + Number(system)) * TICK_MS
  }

  async stop(): Promise<void> {
    this.#endpoint.close()
    await stopChild(this.#child)
  }

  async #dataset<T>(name: string): Promise<T> {
    const { content } = await fetchObject(this.#endpoint, datasetName(name))
    return JSON.parse(Buffer.from(content).toString()) as T
  }
}

/** Reads the log until it says that the node is ready, and on, so that the node can go on writing. */
export function whenReady(child: ChildProcess): Promise<void> {
  const lines: string[] = []
  const read = (line: string): boolean => {
    lines.push(messageOf(line))
    if (lines.length > LINES_SHOWN) lines.shift()
    return line.startsWith('{') && isReady(JSON.parse(line) as LogLine)
  }
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue
      createInterface(stream).on('line', (line) => {
        if (read(line)) resolve()
      })
    }
    child.once('error', reject)
    child.once('close', (code, signal) =>
      reject(new Error(`the node ended (${signal ?? code}):\n${lines.join('\n')}`)),
    )
  })
}

/** What a node logs, as far as it is of use here. */
interface LogLine {
  readonly msg?: string
  readonly state?: string
  readonly addresses?: readonly string[]
}

/** The line that says so names the addresses, too; a function's own does not. */
function isReady({ state, addresses }: LogLine): boolean {
  return state === 'ready' && addresses !== undefined
}

function messageOf(line: string): string {
  return line.startsWith('{') ? ((JSON.parse(line) as LogLine).msg ?? '') : line
}

/** A node that is told to stop stops its instances, too. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await ended
  clearTimeout(timer)
}
