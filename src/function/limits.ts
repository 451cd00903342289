import { formatDuration, formatSize } from './units.ts'

/** What an instance of a function may use. */
export interface Limits {
  /** vCPUs; a fraction is a share of one. Default 1. */
  readonly cpus: number
  /** Memory in bytes. Default 256 MiB. */
  readonly memory: number
  /** Processes and threads together; Node itself has about 11. Default 64. */
  readonly pids: number
  /** Longest time for one piece of work, its input not counted, in milliseconds. Default 10 s. */
  readonly timeout: number
  /** Pieces of work at a time. Default 4. */
  readonly concurrency: number
  /** Pieces of work that wait beyond that; one more is refused with a Congestion Nack. Default 64. */
  readonly queue: number
}

export interface Bound {
  readonly default: number
  readonly minimum: number
  readonly maximum: number
  readonly unit: 'vCPUs' | 'bytes' | 'ms' | 'count'
}

const MiB = 2 ** 20

/** Default and bounds of each limit that a manifest may set. */
export const LIMIT_BOUNDS: Readonly<Record<keyof Limits, Bound>> = {
  cpus: { default: 1, minimum: 0.01, maximum: 256, unit: 'vCPUs' },
  memory: { default: 256 * MiB, minimum: 32 * MiB, maximum: 1024 * 1024 * MiB, unit: 'bytes' },
  pids: { default: 64, minimum: 16, maximum: 32_768, unit: 'count' },
  timeout: { default: 10_000, minimum: 100, maximum: 3_600_000, unit: 'ms' },
  concurrency: { default: 4, minimum: 1, maximum: 1024, unit: 'count' },
  queue: { default: 64, minimum: 0, maximum: 65_536, unit: 'count' },
}

/** Default and bounds of a result's freshness. */
export const FRESHNESS_BOUND: Bound = { default: 60_000, minimum: 0, maximum: 365 * 86_400_000, unit: 'ms' }

/** Writes a bound's range for an error message, e.g. `from 100ms to 1h`. */
export function formatBound({ minimum, maximum, unit }: Bound): string {
  const write = (value: number): string => {
    if (unit === 'ms') return formatDuration(value)
    if (unit === 'bytes') return formatSize(value)
    return String(value)
  }
  return `from ${write(minimum)} to ${write(maximum)}`
}
