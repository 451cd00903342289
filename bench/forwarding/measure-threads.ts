import type { Cleanup } from '../cleanup.ts'
import type { Figure } from '../figures.ts'
import { Samples } from '../samples.ts'
import { startWorker } from './forwarder-process.ts'
import type { MeasureOptions } from './measure-exchanges.ts'
import type { ThreadsCase, ThreadsSample } from './threads.ts'

const THREADS = [0, 1, 2]
const WINDOW = 256

/** What forwarding threads would give: one forwarder, and one or two in threads of their own behind a shared input stage. */
export async function measureThreads({
  rounds,
  duration,
  cleanup,
  progress,
}: MeasureOptions & { readonly cleanup: Cleanup }): Promise<Figure[]> {
  const samples = new Samples()
  for (let round = 0; round < rounds; round++) {
    for (const threads of THREADS) {
      const worker = await startWorker('threads')
      cleanup.add(() => worker.stop())
      const one: ThreadsCase = { threads, window: WINDOW, duration }
      const { rate, cpu } = await worker.ask<ThreadsSample>('measureThreads', one)
      await worker.stop()
      const of = threads === 0 ? 'no thread but one' : `${threads} forwarding thread${threads > 1 ? 's' : ''}`
      samples.add(`throughput without sockets, ${of}`, 'ndn-sfc', 'exchanges/s', rate)
      samples.add(`CPU time an exchange without sockets, ${of}`, 'ndn-sfc', 'µs', cpu)
      progress(`round ${round + 1}/${rounds} threads: ${of}: ${rate.toFixed(0)} exchanges/s`)
    }
  }
  return samples.figures()
}
