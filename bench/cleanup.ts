import { constants } from 'node:os'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What must be undone at the end, last things first. */
export class Cleanup {
  readonly #steps: (() => Promise<unknown>)[] = []
  #running: Promise<void> | undefined

  add(step: () => Promise<unknown>): void {
    this.#steps.push(step)
  }

  /** Does each step; those that fail are told on stderr and do not keep the others from being done. */
  async run(): Promise<void> {
    // A signal may come while this is at work: whoever asks then waits for the step under way, too.
    this.#running ??= this.#runAll().finally(() => {
      this.#running = undefined
    })
    await this.#running
  }

  async #runAll(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      await step().catch((error: Error) => process.stderr.write(`cleaning up: ${error.message}\n`))
    }
  }
}

/** Those that are open, the outermost first. */
const open: Cleanup[] = []

/**
 * Runs something and cleans up after it, also when a signal ends it: that then ends this process. Where one is inside
 * another, the inner one cleans up first: the outer one's folder is what the inner one's processes still write to.
 */
export async function withCleanup<T>(run: (cleanup: Cleanup) => Promise<T>): Promise<T> {
  const cleanup = new Cleanup()
  if (open.push(cleanup) === 1) for (const name of SIGNALS) process.once(name, onSignal)
  try {
    return await run(cleanup)
  } finally {
    await cleanup.run()
    open.splice(open.indexOf(cleanup), 1)
    if (open.length === 0) for (const name of SIGNALS) process.off(name, onSignal)
  }
}

async function onSignal(name: (typeof SIGNALS)[number]): Promise<void> {
  for (const cleanup of open.toReversed()) await cleanup.run()
  process.exit(128 + constants.signals[name])
}
