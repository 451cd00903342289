import type { Cleanup } from '../cleanup.ts'
import type { Figure } from '../figures.ts'
import { Samples } from '../samples.ts'
import { startWorker } from './forwarder-process.ts'
import type { Growth, GrowthSample, Table } from './growth.ts'
import type { MeasureOptions } from './measure-exchanges.ts'

export interface GrowthCase {
  /** What `--only` chooses by. */
  readonly name: string
  readonly table: Table
  /** Entries. */
  readonly size: number
}

const SIZES: Readonly<Record<Table, readonly number[]>> = {
  FIB: [10, 10_000, 1_000_000],
  PIT: [10_000, 100_000, 1_000_000],
  'Content Store': [65_536, 1_000_000],
}

export const GROWTH_CASES: readonly GrowthCase[] = (Object.keys(SIZES) as Table[]).flatMap((table) =>
  SIZES[table].map((size) => ({ name: `growth: ${table} of ${size}`, table, size })),
)

/** Fewer entries than this cannot be told from what else a process needs. */
const LEAST_WEIGHED = 10_000

/** Time of an exchange, and memory of an entry, by the size of each table. Each time in a new process, with no I/O in it. */
export async function measureGrowth(
  cases: readonly GrowthCase[],
  { rounds, duration, cleanup, progress }: MeasureOptions & { readonly cleanup: Cleanup },
): Promise<Figure[]> {
  const samples = new Samples()
  for (let round = 0; round < rounds; round++) {
    for (const { name, table, size } of cases) {
      const worker = await startWorker('tables')
      cleanup.add(() => worker.stop())
      const growth: Growth = { table, size, duration }
      const { exchange, hit, entry } = await worker.ask<GrowthSample>('measureTable', growth)
      await worker.stop()
      const of = `${table} of ${size}`
      samples.add(`time an exchange, ${of}`, 'ndn-sfc', 'µs', exchange)
      if (hit !== undefined) samples.add(`time a hit, ${of}`, 'ndn-sfc', 'µs', hit)
      const beside = table === 'Content Store' ? ' beside its packet' : ''
      if (size >= LEAST_WEIGHED) samples.add(`memory of an entry${beside}, ${of}`, 'ndn-sfc', 'B', entry)
      progress(
        `round ${round + 1}/${rounds} ${name}: ${exchange.toFixed(2)} µs an exchange, ${entry.toFixed(0)} octets an entry`,
      )
    }
  }
  return samples.figures()
}
