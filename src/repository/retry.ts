import { setTimeout as delay } from 'node:timers/promises'
import { RepositoryError } from './errors.ts'

/** How often something is tried where another try can help. */
export const ATTEMPTS = 4
/** Wait before the second try, in milliseconds; it doubles with each further one. */
export const RETRY_FIRST = 250
/** Longest wait before a try, in milliseconds, also where the registry asks for more. */
export const RETRY_MAX = 10_000

export interface RetryOptions {
  /** @defaultValue {@link ATTEMPTS} */
  readonly attempts?: number | undefined
  /** Waits so many milliseconds. @defaultValue a timer, which the signal ends */
  readonly wait?: ((ms: number) => Promise<unknown>) | undefined
  /** From 0 to 1, so that many who failed together do not come back together. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Does something, and does it again while its errors say that this can help. */
export async function retrying<T>(
  attempt: () => Promise<T>,
  { attempts = ATTEMPTS, signal, random = Math.random, wait }: RetryOptions = {},
): Promise<T> {
  const pause = wait ?? ((ms: number) => delay(ms, undefined, signal === undefined ? {} : { signal }))
  for (let tried = 1; ; tried++) {
    signal?.throwIfAborted()
    try {
      return await attempt()
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof RepositoryError) || error.retry === false || tried >= attempts) throw error
      const asked = typeof error.retry === 'number' ? error.retry : 0
      const backOff = RETRY_FIRST * 2 ** (tried - 1) * (0.5 + random() / 2)
      await pause(Math.min(RETRY_MAX, Math.max(asked, backOff)))
    }
  }
}
