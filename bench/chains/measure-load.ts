import type { Figure } from '../figures.ts'
import { rotate } from '../rotate.ts'
import { Samples } from '../samples.ts'
import type { Load } from './generate.ts'
import type { CpuTimes, Implementation } from './implementation.ts'

/** Requests under way while throughput is measured. */
const WINDOW = 64

/** Load under which each implementation is warmed up once, in multiples of the measured time. */
const FIRST_WARM_UP = 2

/** Load before each measurement, as a share of the measured time: caches are cold after the others' turns. */
const WARM_UP_SHARE = 0.25

export interface RoundOptions {
  readonly rounds: number
  /** Length of one measurement, milliseconds. */
  readonly duration: number
  readonly progress: (message: string) => void
}

/**
 * Latency at window 1 and throughput at window 64. In each round every implementation has its turn, in another order, so
 * that what else happens on the machine hits all alike.
 */
export async function measureLoad(
  implementations: readonly Implementation[],
  { rounds, duration, progress }: RoundOptions,
): Promise<Figure[]> {
  const samples = new Samples()
  for (const implementation of implementations) {
    progress(`warming up ${implementation.name}`)
    await implementation.generate({ window: WINDOW, warmUp: 0, duration: FIRST_WARM_UP * duration })
    await implementation.generate({ window: 1, warmUp: 0, duration })
  }
  const load = (window: number): Load => ({ window, warmUp: WARM_UP_SHARE * duration, duration })
  for (let round = 0; round < rounds; round++) {
    for (const implementation of rotate(implementations, round)) {
      const { name } = implementation
      const alone = await implementation.generate(load(1))
      samples.add('latency p50, window 1', name, 'ms', alone.p50)
      samples.add('latency p99, window 1', name, 'ms', alone.p99)
      const before = await implementation.cpu()
      const many = await implementation.generate(load(WINDOW))
      const after = await implementation.cpu()
      const throughput = (many.count / many.elapsed) * 1000
      samples.add('throughput, window 64', name, 'chains/s', throughput)
      for (const [part, used] of cpuPerChain(before, after, many.total))
        samples.add(`CPU time a chain, ${part}`, name, 'µs', used)
      progress(
        `round ${round + 1}/${rounds} ${name}: p50 ${alone.p50.toFixed(2)} ms, ${throughput.toFixed(0)} chains/s`,
      )
    }
  }
  return samples.figures()
}

/** Microseconds, by what used them and in all; nothing where that cannot be told. */
function cpuPerChain(
  before: CpuTimes | undefined,
  after: CpuTimes | undefined,
  chains: number,
): [part: string, used: number][] {
  if (before === undefined || after === undefined) return []
  const parts = Object.entries(after).map(([part, time]): [string, number] => [
    part,
    ((time - (before[part] ?? 0)) * 1000) / chains,
  ])
  return [...parts, ['all', parts.reduce((sum, [, used]) => sum + used, 0)]]
}
