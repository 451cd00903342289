import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What a worker answers when its process has set itself up. */
interface Ready {
  readonly ready: unknown
}

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

/** A process of its own that answers questions: one side of a measurement. Its module calls `serveWorker`. */
export class Worker {
  readonly name: string
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  readonly #ended: Promise<void>
  #nextId = 1

  private constructor(beside: string, name: string, args: readonly string[]) {
    this.name = name
    const file = fileURLToPath(new URL(`./workers/${name}.js`, beside))
    // A process group of its own: ctrl-C is for the bench, which then ends its workers.
    this.#child = fork(file, args, { execArgv: [], detached: true })
    this.#ended = new Promise((resolve) => this.#child.once('exit', () => resolve()))
    this.#child.once('exit', (code, signal) => this.#fail(`${name} ended: ${signal ?? code}`))
    this.#child.once('error', (error) => this.#fail(`${name}: ${error.message}`))
    this.#child.on('message', (message: Ready | Answer) => this.#onMessage(message))
  }

  /**
   * Starts a worker and waits until it is ready.
   * @param beside the URL of a module in the folder that has its `workers/`
   * @param name of its module there
   * @returns with what it said then
   */
  static async start<T = undefined>(
    beside: string,
    name: string,
    ...args: readonly string[]
  ): Promise<{ worker: Worker; ready: T }> {
    const worker = new Worker(beside, name, args)
    try {
      return { worker, ready: (await worker.#wait(0)) as T }
    } catch (error) {
      await worker.stop()
      throw error
    }
  }

  async ask<T>(question: string, ...args: readonly unknown[]): Promise<T> {
    const id = this.#nextId++
    const answer = this.#wait(id)
    this.#child.send({ id, question, args }, (error) => {
      if (error !== null) this.#waiting.get(id)?.reject(error)
    })
    return (await answer) as T
  }

  /** CPU time used so far, milliseconds. */
  async cpu(): Promise<number> {
    return await this.ask<number>('cpu')
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  async #wait(id: number): Promise<unknown> {
    try {
      return await new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    } finally {
      this.#waiting.delete(id)
    }
  }

  #onMessage(message: Ready | Answer): void {
    if ('ready' in message) {
      this.#waiting.get(0)?.resolve(message.ready)
    } else if (message.error === undefined) {
      this.#waiting.get(message.id)?.resolve(message.result)
    } else {
      this.#waiting.get(message.id)?.reject(new Error(`${this.name}: ${message.error}`))
    }
  }

  #fail(reason: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(reason))
  }
}

type Answerer = (...args: never[]) => unknown

interface Question {
  readonly id: number
  readonly question: string
  readonly args: readonly never[]
}

/** The worker's side: says that it is ready and answers until whoever started it has gone. */
export function serveWorker(answerers: Readonly<Record<string, Answerer>>, ready: unknown = null): void {
  const all: Readonly<Record<string, Answerer>> = { cpu: usedCpu, ...answerers }
  process.on('disconnect', () => process.exit())
  process.on('message', async ({ id, question, args }: Question) => {
    try {
      const answerer = all[question]
      if (answerer === undefined) throw new Error(`asked for ${question}`)
      process.send?.({ id, result: await answerer(...args) })
    } catch (error) {
      process.send?.({ id, error: (error as Error).stack ?? String(error) })
    }
  })
  process.send?.({ ready })
}

function usedCpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
