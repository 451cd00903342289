/** How long each measurement takes, in milliseconds: longer than the period of a CPU quota, which is mostly 100. */
export const MEASUREMENT_MS = 200

/** Measurements, of which the best counts: whatever else runs on the machine only makes one slower. */
export const MEASUREMENTS = 3

export interface CalibrationOptions {
  /** Milliseconds, monotonic. */
  readonly now: () => number
  /** Does one million instructions. */
  readonly work: () => void
  /** Milliseconds. @defaultValue {@link MEASUREMENT_MS} */
  readonly duration?: number
  /** @defaultValue {@link MEASUREMENTS} */
  readonly measurements?: number
}

/** Speed of one vCPU in million instructions per second (MIPS). */
export function measureSpeed(options: CalibrationOptions): number {
  const { now, work, duration = MEASUREMENT_MS, measurements = MEASUREMENTS } = options
  let best = 0
  for (let i = 0; i < measurements; i++) {
    const start = now()
    let done = 0
    let time = 0
    while (time < duration) {
      work()
      done++
      time = now() - start
    }
    best = Math.max(best, (done * 1000) / time)
  }
  return best
}
