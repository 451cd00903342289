import { quantile } from '../figures.ts'

export interface Load {
  /** Requests that are under way at any time: each that is answered is followed by the next. */
  readonly window: number
  /** How long to ask before the measurement begins, milliseconds. */
  readonly warmUp: number
  /** How long to measure, milliseconds. */
  readonly duration: number
}

export interface Sample {
  /** Answers in the measured time. */
  readonly count: number
  /** With those of the warm-up. */
  readonly total: number
  /** Milliseconds. */
  readonly elapsed: number
  /** Milliseconds from request to answer. */
  readonly p50: number
  readonly p99: number
}

/** Asks in a closed loop; the same for every implementation. `ask` settles when an answer is there and checked. */
export async function generate(ask: () => Promise<void>, load: Load): Promise<Sample> {
  const warmUp = await askUntil(ask, load.window, performance.now() + load.warmUp)
  const began = performance.now()
  const latencies = await askUntil(ask, load.window, began + load.duration)
  const elapsed = performance.now() - began
  return {
    count: latencies.length,
    total: warmUp.length + latencies.length,
    elapsed,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  }
}

/** At least one answer for each place in the window, however short the time. */
async function askUntil(ask: () => Promise<void>, window: number, end: number): Promise<number[]> {
  const latencies: number[] = []
  const goOn = async (): Promise<void> => {
    do {
      const began = performance.now()
      await ask()
      latencies.push(performance.now() - began)
    } while (performance.now() < end)
  }
  await Promise.all(Array.from({ length: window }, goOn))
  return latencies
}
