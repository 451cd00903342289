import { constants } from 'node:os'
import { Interrupted } from './exit-code.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs something that ctrl-C ends in an orderly way: the first signal aborts with {@link Interrupted}, the second ends
 * the process at once.
 * @param onHangUp is told of SIGHUP; where it returns true, that is no reason to end
 */
export async function interruptible<T>(
  run: (signal: AbortSignal) => Promise<T>,
  onHangUp: () => boolean = () => false,
): Promise<T> {
  const controller = new AbortController()
  const onSignal = (name: (typeof SIGNALS)[number]): void => {
    if (name === 'SIGHUP' && onHangUp()) return
    const interrupted = new Interrupted(name, constants.signals[name])
    if (controller.signal.aborted) process.exit(interrupted.exitCode)
    controller.abort(interrupted)
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  try {
    return await run(controller.signal)
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal)
  }
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
