import type { Load, Sample } from './generate.ts'

/** CPU time by what used it, in milliseconds since some time in the past. */
export type CpuTimes = Readonly<Record<string, number>>

/** A way to run the chain, set up on this machine, with a load generator in a process of its own. */
export interface Implementation {
  readonly name: string
  generate(load: Load): Promise<Sample>
  /** Undefined where the system does not tell. */
  cpu(): Promise<CpuTimes | undefined>
}
