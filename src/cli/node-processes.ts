import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { type Logger, pino } from 'pino'
import type { DescribedNode } from '../deployment/index.ts'
import { askNode } from './dataset.ts'
import { CliError, ExitCode } from './exit-code.ts'

/** How often it is looked whether a node answers, in milliseconds. */
const POLL_MS = 200

/** Lines that are shown of a node that ended. */
const LAST_LINES = 5

interface Running {
  readonly name: string
  readonly child: ChildProcess
  readonly ended: Promise<void>
  readonly lastLines: string[]
}

/** Nodes that are child processes of this one. */
export class NodeProcesses {
  readonly #log: Logger
  readonly #running: Running[] = []
  /** Whatever ends this process ends them. */
  readonly #onExit = (): void => this.#signalAll()

  private constructor(log: Logger) {
    this.#log = log
    process.once('exit', this.#onExit)
  }

  /**
   * Starts the nodes that have a configuration, and waits until each answers. None is left where one does not.
   * @throws CliError where one ends; what the signal was aborted with
   */
  static async start(
    nodes: readonly DescribedNode[],
    log: Logger,
    signal: AbortSignal,
  ): Promise<NodeProcesses> {
    const processes = new NodeProcesses(log)
    try {
      const described = nodes.filter(({ config }) => config !== undefined)
      await Promise.all(described.map((node) => processes.#start(node, signal)))
      return processes
    } catch (error) {
      await processes.stop()
      throw error
    }
  }

  /** Ends all of them in an orderly way. */
  async stop(): Promise<void> {
    this.#signalAll()
    await Promise.all(this.#running.map(({ ended }) => ended))
    process.off('exit', this.#onExit)
  }

  #signalAll(): void {
    for (const { child } of this.#running) child.kill('SIGTERM')
  }

  async #start({ name, config = '', control }: DescribedNode, signal: AbortSignal): Promise<void> {
    if (await answers(control)) {
      this.#log.info({ node: name }, 'the node runs already, and will go on in the end')
      return
    }
    const running = this.#spawn(name, config)
    let hasEnded = false
    void running.ended.then(() => {
      hasEnded = true
    })
    while (!(await answers(control))) {
      signal.throwIfAborted()
      if (hasEnded) {
        const said = running.lastLines.map((line) => `\n  ${line}`).join('')
        throw new CliError(ExitCode.Other, `node ${name} (${config}) does not start:${said}`)
      }
      await Promise.race([delay(POLL_MS), running.ended])
    }
    this.#log.info({ node: name }, 'the node answers')
  }

  #spawn(name: string, config: string): Running {
    const [, main = ''] = process.argv
    // The home of each is what its configuration says.
    const { NDN_SFC_HOME, ...env } = process.env
    const child = spawn(process.execPath, [...process.execArgv, main, 'up', '--config', config], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // ctrl-C is for this process, which then ends them in its own time.
      detached: true,
    })
    const lastLines: string[] = []
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lastLines.push(line)
        if (lastLines.length > LAST_LINES) lastLines.shift()
        this.#pass(name, line)
      })
    }
    const ended = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        lastLines.push(error.message)
        resolve()
      })
      child.once('close', () => {
        this.#log.info({ node: name }, 'the node has ended')
        resolve()
      })
    })
    const running = { name, child, ended, lastLines }
    this.#running.push(running)
    return running
  }

  /** What a node logs goes into the log, with its name. */
  #pass(node: string, line: string): void {
    try {
      const { level, time, msg, ...fields } = JSON.parse(line)
      const name = pino.levels.labels[level] as 'info' | undefined
      this.#log[name ?? 'info']({ ...fields, node }, msg)
    } catch {
      this.#log.info({ node }, line)
    }
  }
}

async function answers(address: string): Promise<boolean> {
  return await askNode({ router: address }, 'status').then(
    () => true,
    () => false,
  )
}
