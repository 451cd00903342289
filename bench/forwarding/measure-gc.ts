import { type Figure, quantile } from '../figures.ts'
import { Samples } from '../samples.ts'
import { FULL_LOAD } from './cases.ts'
import type { TestBed } from './test-bed.ts'

const MIB = 2 ** 20

/** Load before the garbage collector is watched, in milliseconds: tables fill, and code is compiled. */
const WARM_UP_MS = 2000

/**
 * Heap and pauses for garbage collection of each forwarder under full load.
 * @param duration of the load on each, milliseconds
 */
export async function measureGc(
  bed: TestBed,
  duration: number,
  progress: (message: string) => void,
): Promise<Figure[]> {
  const samples = new Samples()
  for (const forwarder of bed.forwarders) {
    const { name } = forwarder
    progress(`garbage collection of ${name} under load, ${duration / 1000} s`)
    await bed.load(forwarder, FULL_LOAD, { warmUp: 0, duration: Math.min(WARM_UP_MS, duration) })
    await forwarder.startGc()
    const load = await bed.load(forwarder, FULL_LOAD, { warmUp: 0, duration })
    const { pauses, heap, resident } = await forwarder.stopGc()
    if (load === undefined) continue
    const add = (what: string, unit: string, value: number): void =>
      samples.add(`gc: ${what}`, name, unit, value)
    add('throughput', 'exchanges/s', (1000 * load.count) / load.elapsed)
    add('pauses', '1/s', (1000 * pauses.length) / load.elapsed)
    add('share of the time', '%', (100 * pauses.reduce((sum, pause) => sum + pause, 0)) / load.elapsed)
    add('pause p99', 'ms', pauses.length > 0 ? quantile(pauses, 0.99) : 0)
    add(
      'longest pause',
      'ms',
      pauses.reduce((a, b) => Math.max(a, b), 0),
    )
    add('largest heap', 'MiB', heap / MIB)
    add('largest resident memory', 'MiB', resident / MIB)
  }
  return samples.figures()
}
