import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ApiClient } from '../../src/api/index.ts'
import type { ControllerActions } from '../../src/controller/index.ts'
import { defaultAddress } from '../../src/router/index.ts'
import { CLI, type EngineName, stopChild, whenReady } from '../chains/node-process.ts'
import type { Cleanup } from '../cleanup.ts'
import { startRegistry } from './registry.ts'

/** First port of the nodes, where each has no address of its own. */
const FIRST_PORT = 16_363
const API_PORT = 17_380

/** A node as the bench wants it. */
export interface SiteNode {
  readonly name: string
  /** CPU of this machine that it and its instances are pinned to; undefined: any. */
  readonly cpu?: number | undefined
  /** Share of that CPU which one of its vCPUs is. */
  readonly cpuShare?: number | undefined
  /** Control group of its containers. */
  readonly cgroupParent?: string | undefined
  /** MB/s. */
  readonly bandwidth?: number | undefined
  /** Address, and command in front of its program, where it has a network of its own. */
  readonly address?: string | undefined
  readonly enter?: readonly string[] | undefined
}

export interface SiteOptions {
  readonly engine: EngineName
  readonly nodes: readonly SiteNode[]
  /** Where the nodes reach this host. @defaultValue `127.0.0.1` */
  readonly outside?: string | undefined
  readonly folder: string
  readonly cleanup: Cleanup
}

type Running = ReturnType<typeof spawn>

/** Nodes, a repository and a controller, each in a process of its own, started as an operator does. */
export class Site {
  readonly registry: string
  readonly actions: ControllerActions
  readonly #options: SiteOptions
  #controller: Running | undefined

  private constructor(options: SiteOptions, registry: string, actions: ControllerActions) {
    this.#options = options
    this.registry = registry
    this.actions = actions
  }

  static async start(options: SiteOptions): Promise<Site> {
    const { folder, nodes, outside = '127.0.0.1', cleanup } = options
    await mkdir(folder, { recursive: true })
    const registry = await startRegistry(folder, outside, cleanup)
    await Promise.all(nodes.map((node, index) => startNode(node, index, options)))
    await writeFile(join(folder, 'network.yaml'), networkFile(registry, options))
    const home = join(folder, 'controller')
    await mkdir(home, { recursive: true })
    const first = await startController(options)
    const token = (await readFile(join(home, 'controller-token'), 'utf8')).trim()
    const site = new Site(options, registry, new ApiClient({ url: `http://127.0.0.1:${API_PORT}`, token }))
    site.#controller = first
    return site
  }

  get folder(): string {
    return this.#options.folder
  }

  homeOf(name: string): string {
    return join(this.#options.folder, name)
  }

  addressOf(name: string): string {
    return defaultAddress(this.homeOf(name))
  }

  /** Process id of an instance of the process engine, as its node has written it down. @param node as the controller calls it */
  async processOf(node: string, id: string): Promise<number> {
    const own = this.#options.nodes.find(({ name }) => nodeName(name) === node)
    const records = join(this.homeOf(own?.name ?? node), 'processes')
    for (const folder of await readdir(records)) {
      const text = await readFile(join(records, folder, `${id}.json`), 'utf8').catch(() => undefined)
      if (text !== undefined) return (JSON.parse(text) as { readonly pid: number }).pid
    }
    throw new Error(`there is no process of ${id}`)
  }

  /** Ends the controller as a crash does. */
  async killController(): Promise<void> {
    const child = this.#controller
    if (child === undefined || child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  async startController(): Promise<void> {
    this.#controller = await startController(this.#options)
  }
}

async function startNode(
  node: SiteNode,
  index: number,
  { folder, engine, cleanup }: SiteOptions,
): Promise<void> {
  const { name, cpu, cpuShare = 1, cgroupParent, bandwidth, enter = [] } = node
  const home = join(folder, name)
  const config = join(folder, `${name}.yaml`)
  await mkdir(home, { recursive: true })
  const facts = { ...(bandwidth === undefined ? {} : { bandwidth }), cpuShare }
  await writeFile(
    config,
    JSON.stringify({
      name: nodeName(name),
      home,
      engine,
      cgroupParent,
      functions: [],
      listen: [listenAddress(node, index)],
      facts,
      registry: { insecure: true },
    }),
  )
  const pinned = cpu === undefined ? [] : ['taskset', '-c', String(cpu)]
  const [program = '', ...args] = [...enter, ...pinned, process.execPath, CLI, 'up', '--config', config]
  const child = spawn(program, [...args, '--log', 'info'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  cleanup.add(() => stopChild(child))
  await whenReady(child)
}

function networkFile(registry: string, { folder, nodes }: SiteOptions): string {
  const described = nodes.map((node, index) => [
    nodeName(node.name),
    { home: join(folder, node.name), address: listenAddress(node, index) },
  ])
  return JSON.stringify({ name: 'bench', registry, nodes: Object.fromEntries(described) })
}

function listenAddress({ address = '127.0.0.1' }: SiteNode, index: number): string {
  return `tcp://${address}:${FIRST_PORT + index}`
}

/** Unique on this machine, so that nodes that run already are left alone. */
export function nodeName(name: string): string {
  return `${name}-${process.pid}`
}

async function startController({ folder, cleanup }: SiteOptions): Promise<Running> {
  const args = [
    'controller',
    join(folder, 'network.yaml'),
    '--home',
    join(folder, 'controller'),
    '--insecure',
  ]
  const child = spawn(process.execPath, [CLI, ...args, '--listen', `127.0.0.1:${API_PORT}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  cleanup.add(() => stopChild(child))
  let said = ''
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        said = `${said}${line}\n`.slice(-4000)
        if (line.includes('ready')) resolve()
      })
    }
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the controller ended (${code}):\n${said}`)))
  })
  return child
}
