import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { InvalidArgumentError } from 'commander'
import type { Aim } from './aims.ts'
import { type Cleanup, withCleanup } from './cleanup.ts'
import type { Figure } from './figures.ts'
import { formatFigures, toRow } from './report.ts'

export interface Bench {
  readonly name: string
  readonly aims: readonly Aim[]
  /** Whether to print one JSON object a line, and not a table. */
  readonly isJson: boolean
  /** @param folder for all that is temporary; it is removed at the end */
  measure(folder: string, cleanup: Cleanup): Promise<Figure[]>
}

/** Measures, and prints the figures on stdout. Says on stderr what machine this is. */
export async function runBench({ name, aims, isJson, measure }: Bench): Promise<void> {
  progress(describeMachine())
  const figures = await withCleanup(async (cleanup) => {
    const folder = await mkdtemp(join(tmpdir(), 'ndn-sfc-bench-'))
    cleanup.add(() => rm(folder, { recursive: true, force: true }))
    return await measure(folder, cleanup)
  })
  const text = isJson
    ? figures.map((figure) => `${JSON.stringify(toRow(name, figure))}\n`).join('')
    : formatFigures(figures, aims)
  process.stdout.write(text)
}

export const JSON_OPTION = [
  '--json',
  'print one JSON object a line: { bench, case, impl, value, unit }, medians',
] as const

/** Tells on stderr how far it is. */
export function progress(message: string): void {
  process.stderr.write(`${message}\n`)
}

/** Reads an option that is a number greater than 0. */
export function positive(parse: (text: string) => number): (text: string) => number {
  return (text) => {
    const value = parse(text)
    if (Number.isFinite(value) && value > 0) return value
    throw new InvalidArgumentError('write a number greater than 0.')
  }
}

function describeMachine(): string {
  const memory = (totalmem() / 2 ** 30).toFixed(0)
  const [busy = 0] = loadavg()
  return `Node.js ${process.version}, ${availableParallelism()} cores, ${memory} GiB; load average before: ${busy.toFixed(2)}`
}
