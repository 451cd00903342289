import { constants } from 'node:os'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What must be undone at the end, last things first. */
export class Cleanup {
  readonly #steps: (() => Promise<unknown>)[] = []

  add(step: () => Promise<unknown>): void {
    this.#steps.push(step)
  }

  /** Does each step; those that fail are told on stderr and do not keep the others from being done. */
  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      await step().catch((error: Error) => process.stderr.write(`cleaning up: ${error.message}\n`))
    }
  }
}

/** Runs something and cleans up after it, also when a signal ends it: that then ends this process. */
export async function withCleanup<T>(run: (cleanup: Cleanup) => Promise<T>): Promise<T> {
  const cleanup = new Cleanup()
  const onSignal = (name: (typeof SIGNALS)[number]): void => {
    void cleanup.run().finally(() => process.exit(128 + constants.signals[name]))
  }
  for (const name of SIGNALS) process.once(name, onSignal)
  try {
    return await run(cleanup)
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal)
    await cleanup.run()
  }
}
