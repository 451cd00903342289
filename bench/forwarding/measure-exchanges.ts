import { type Figure, quantile } from '../figures.ts'
import { rotate } from '../rotate.ts'
import { Samples } from '../samples.ts'
import { type Case, FULL_LOAD } from './cases.ts'
import type { LoadSample } from './load.ts'
import type { BedSample, TestBed } from './test-bed.ts'

/** Load under which each forwarder is warmed up once, in multiples of the measured time. */
const FIRST_WARM_UP = 2

/** Load before each measurement, as a share of the measured time: caches are cold after the others' turns. */
const WARM_UP_SHARE = 0.25

export interface MeasureOptions {
  readonly rounds: number
  /** Length of one measurement, milliseconds. */
  readonly duration: number
  readonly progress: (message: string) => void
}

/**
 * Throughput, CPU time and, at window 1, latency. In each round every case has its turn, and in it every forwarder, in
 * another order each time, so that what else happens on the machine hits all alike.
 */
export async function measureExchanges(
  bed: TestBed,
  cases: readonly Case[],
  { rounds, duration, progress }: MeasureOptions,
): Promise<Figure[]> {
  const samples = new Samples()
  for (const forwarder of bed.forwarders) {
    progress(`warming up ${forwarder.name}`)
    await bed.load(forwarder, FULL_LOAD, { warmUp: 0, duration: FIRST_WARM_UP * duration })
  }
  for (let round = 0; round < rounds; round++) {
    for (const [index, measured] of cases.entries()) {
      const able = bed.forwarders.filter((forwarder) => forwarder.can(measured))
      for (const forwarder of rotate(able, round + index)) {
        const load = await bed.load(forwarder, measured, { warmUp: WARM_UP_SHARE * duration, duration })
        if (load === undefined) continue
        addTo(samples, measured, forwarder.name, load)
        progress(
          `round ${round + 1}/${rounds} ${measured.name}, ${forwarder.name}: ` +
            `${rateOf(load).toFixed(0)} exchanges/s, ${load.cpu.toFixed(2)} µs of CPU time an exchange, ` +
            `the generator's ${load.generatorCpu.toFixed(2)} µs; ${load.compared} Data compared`,
        )
      }
    }
  }
  return samples.figures()
}

function addTo(samples: Samples, { name, window, transport }: Case, impl: string, load: BedSample): void {
  samples.add(`throughput, ${name}`, impl, 'exchanges/s', rateOf(load))
  if (window === 1 && load.latencies.length > 0) {
    samples.add(`latency p50, ${name}`, impl, 'µs', 1000 * quantile(load.latencies, 0.5))
    samples.add(`latency p99, ${name}`, impl, 'µs', 1000 * quantile(load.latencies, 0.99))
  }
  samples.add(`CPU time an exchange, ${name}`, impl, 'µs', load.cpu)
  if (transport === 'udp')
    samples.add(`lost, ${name}`, impl, '%', (100 * load.lost) / (load.total + load.lost))
}

function rateOf({ count, elapsed }: LoadSample): number {
  return (1000 * count) / elapsed
}
