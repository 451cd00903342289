import { cpus } from 'node:os'
import type { ReadText } from './system-files.ts'

/** Time since the system started, in units of its own; of several CPUs their sum. */
export interface CpuTimes {
  readonly busy: number
  readonly idle: number
}

/** How often it is looked how busy the CPUs are, in milliseconds. */
const SAMPLE_INTERVAL_MS = 1000

/** Looks between whose first and last the share is told: the last five seconds. */
const SAMPLES = 6

/** @param numbers of the CPUs that count; all where there are none */
export function readCpuTimes(read: ReadText, numbers: readonly number[]): CpuTimes {
  const rows = [...(read('/proc/stat') ?? '').matchAll(/^cpu(\d+) (.*)$/gm)]
  const own = rows.filter(([, cpu]) => numbers.length === 0 || numbers.includes(Number(cpu)))
  let busy = 0
  let idle = 0
  for (const [, , row = ''] of own) {
    // user, nice, system, idle, iowait, irq, softirq, steal; what follows is in user and nice already (proc(5)).
    const times = row.split(' ').slice(0, 8).map(Number)
    const waiting = (times[3] ?? 0) + (times[4] ?? 0)
    idle += waiting
    busy += times.reduce((sum, time) => sum + time, 0) - waiting
  }
  if (own.length > 0) return { busy, idle }
  for (const { times } of cpus()) {
    idle += times.idle
    busy += times.user + times.nice + times.sys + times.irq
  }
  return { busy, idle }
}

/** How busy the CPUs were in the last seconds. */
export class CpuMeter {
  readonly #read: () => CpuTimes
  readonly #samples: CpuTimes[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(read: () => CpuTimes) {
    this.#read = read
  }

  /** Samples from now on, until `close`. */
  start(): void {
    this.sample()
    this.#timer = setInterval(() => this.sample(), SAMPLE_INTERVAL_MS)
    this.#timer.unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  sample(): void {
    this.#samples.push(this.#read())
    if (this.#samples.length > SAMPLES) this.#samples.shift()
  }

  /** From 0 to 1; undefined where no time has passed, or the system does not tell. */
  get share(): number | undefined {
    const [first] = this.#samples
    if (first === undefined) return undefined
    const last = this.#samples.length > 1 ? (this.#samples.at(-1) as CpuTimes) : this.#read()
    const busy = last.busy - first.busy
    const all = busy + last.idle - first.idle
    return all > 0 ? Math.min(1, Math.max(0, busy / all)) : undefined
  }
}
