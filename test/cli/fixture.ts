import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { askNode, type Datasets } from '../../src/cli/dataset.ts'
import { Endpoint, type FetchedObject, fetchObject } from '../../src/endpoint/index.ts'
import { connect } from '../../src/face/index.ts'
import { flatName, parseChain } from '../../src/packet/index.ts'
import { defaultAddress } from '../../src/router/index.ts'
import { runWarm } from './warm-cli.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url))

/** For a file of tests that start nodes, in milliseconds: enough for a machine with much else to do. */
export const TEST_TIMEOUT_MS = 180_000

export interface Finished {
  code: number | null
  stdout: string
  stderr: string
  /** As it came. */
  bytes: Buffer
}

/** A folder of the test's own, with a path short enough for sockets, that is removed with it. */
export async function temporaryFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ndn-sfc-cli-'))
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}

export type Environment = Record<string, string | undefined>

/** The command as a user runs it, with none of this process's own settings. */
export class Cli {
  readonly home: string
  readonly #environment: Environment
  readonly #t: Test

  constructor(t: Test, home: string, environment: Environment = {}) {
    this.#t = t
    this.home = home
    this.#environment = environment
  }

  /** A command with a home of its own. */
  static async create(t: Test): Promise<Cli> {
    return new Cli(t, join(await temporaryFolder(t), 'home'))
  }

  with(environment: Environment): Cli {
    return new Cli(this.#t, this.home, { ...this.#environment, ...environment })
  }

  /** Runs to the end. */
  async run(...args: string[]): Promise<Finished> {
    return this.start(...args).ended
  }

  /** The same, much quicker and one after the other, for what needs no process of its own. */
  async warm(...args: string[]): Promise<Omit<Finished, 'bytes'>> {
    return runWarm({ args, environment: this.#variables })
  }

  start(...args: string[]): Running {
    const options = { env: this.#variables, stdio: ['ignore', 'pipe', 'pipe'] } satisfies SpawnOptions
    const running = new Running(spawn(process.execPath, [MAIN, ...args], options))
    this.#t.teardown(() => running.kill())
    return running
  }

  get #variables(): NodeJS.ProcessEnv {
    // Not what a test runner adds for its own sake, either.
    const { NDN_SFC_ROUTER, DOCKER_HOST, NODE_OPTIONS, ...inherited } = process.env
    return { ...inherited, HOME: this.home, NDN_SFC_HOME: this.home, ...this.#environment }
  }

  /**
   * Starts a node with functions that are written here, by name, and waits until it is ready.
   * @param options of `up`
   */
  async up(
    functions: Record<string, string> = {},
    options: string[] = ['--engine', 'process'],
  ): Promise<Running> {
    const folder = await temporaryFolder(this.#t)
    const paths = await writeFunctions(folder, functions)
    const config = join(folder, 'node.yaml')
    await writeFile(config, `name: lab\nfunctions: ${JSON.stringify(paths)}\n`)
    const node = this.start('up', '--config', config, ...options)
    await node.until(/"msg":"ready: /)
    return node
  }

  /** Publishes a file or folder, and waits until it is served. */
  async put(name: string, path: string, ...options: string[]): Promise<Running> {
    const producer = this.start('put', name, path, ...options)
    await producer.until(/^Signed by /m)
    return producer
  }
}

/** A command that has not ended, or whose end is to be looked at. */
export class Running {
  /** Resolves when it has. */
  readonly ended: Promise<Finished>
  readonly #process: ChildProcess
  readonly #watchers = new Set<() => void>()
  #stdout: Buffer[] = []
  #stderr = ''

  constructor(child: ChildProcess) {
    this.#process = child
    child.stdout?.on('data', (chunk: Buffer) => {
      this.#stdout.push(chunk)
      this.#notify()
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk
      this.#notify()
    })
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => {
        this.#notify()
        const bytes = Buffer.concat(this.#stdout)
        resolve({ code, stdout: bytes.toString(), stderr: this.#stderr, bytes })
      })
    })
  }

  get pid(): number {
    return this.#process.pid as number
  }

  /** All that it has said so far. */
  get output(): string {
    return Buffer.concat(this.#stdout).toString() + this.#stderr
  }

  /** Waits until it has said something; rejects if it ends before. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.output)
        if (match === null) return
        this.#watchers.delete(look)
        resolve(match)
      }
      this.#watchers.add(look)
      look()
      void this.ended.then(
        () => reject(new Error(`ended without saying ${pattern}:\n${this.output}`)),
        reject,
      )
    })
  }

  /** Sends a signal, as ctrl-C does, and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<Finished> {
    this.#process.kill(signal)
    return this.ended
  }

  /** Reads no more of what it says. */
  hangUp(): void {
    this.#process.stdout?.destroy()
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal)
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill('SIGKILL')
    await this.ended
  }

  #notify(): void {
    for (const watcher of [...this.#watchers]) watcher()
  }
}

/** Fetches an object without a process of its own. */
export async function fetchFrom(home: string, chain: string): Promise<FetchedObject> {
  const endpoint = new Endpoint(await connect(defaultAddress(home)))
  try {
    return await fetchObject(endpoint, flatName(parseChain(chain)))
  } finally {
    endpoint.close()
  }
}

/** What a node says of itself, likewise. */
export async function datasetFrom<Name extends keyof Datasets>(
  home: string,
  dataset: Name,
): Promise<Datasets[Name]> {
  return askNode({ home }, dataset)
}

/** Writes functions as single files into a folder, and gives their paths. */
export async function writeFunctions(folder: string, functions: Record<string, string>): Promise<string[]> {
  return Promise.all(
    Object.entries(functions).map(async ([name, fields]) => {
      const path = join(folder, `${name}.ts`)
      const definition = `defineFunction({ name: '${name}', ${fields} })`
      await writeFile(path, `import { defineFunction } from 'ndn-sfc'\nexport default ${definition}\n`)
      return path
    }),
  )
}

/** Fields of functions for `Cli.up`. */
export const FUNCTIONS = {
  upper: `input: 'text/*', output: 'text/plain', apply: (input) => Buffer.from(input).toString().toUpperCase()`,
  length: `input: '*/*', output: 'application/json',
    parameters: { unit: { type: 'string', default: 'bytes', enum: ['bytes', 'bits'] } },
    apply: (input, { parameters }) => JSON.stringify({ length: input.length * (parameters.unit === 'bits' ? 8 : 1) })`,
  copy: `input: '*/*', output: 'application/octet-stream', apply: (input) => input`,
  broken: `input: '*/*', output: 'text/plain', apply: () => { throw new Error('no luck \\u001b[31mtoday') }`,
  endless: `input: '*/*', output: 'text/plain', limits: { timeout: '2s' }, apply: () => new Promise(() => {})`,
} as const
