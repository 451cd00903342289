import { chainOf, formatCall, formatName, Name } from '../packet/index.ts'
import { partyOfInstance } from './made-by.ts'
import { type Paint, plain } from './paint.ts'
import { type Column, formatTable } from './table.ts'
import { formatBytes, formatTime, printable } from './text.ts'
import type { RequestTrace, TraceHop } from './trace.ts'

/** A line of the table: the consumer, a function, or content. */
interface Line {
  readonly at: string
  /** Names of what it took. */
  readonly inputs?: readonly string[]
  readonly by?: string
  readonly start?: number
  readonly result?: string
  readonly fetch?: number
  readonly hop?: number
  readonly wait?: number
  readonly run?: number
  readonly bytes?: string
}

/** A request as a table, from the consumer inwards, with a line below that says what the columns are. */
export function formatTrace(trace: RequestTrace, paint: Paint = plain): string {
  const { functions, contents, incomplete } = trace
  const lines: Line[] = [
    {
      at: 'you',
      start: 0,
      fetch: trace.total,
      hop: trace.hop,
      ...(functions[0] === undefined ? {} : { bytes: formatBytes(functions[0].bytes) }),
    },
    ...functions.map((hop) => lineOf(hop, paint)),
    ...contents.map(({ name, bytes }) => ({
      at: printable(formatName(Name.parse(withoutVersion(name)))),
      ...(bytes === undefined ? {} : { bytes: formatBytes(bytes) }),
    })),
  ]
  const numbers = new Map(
    [...functions.map(({ result }) => result), ...contents.map(({ name }) => name)].map((name, i) => [
      name,
      i + 1,
    ]),
  )
  const from = ({ inputs = [] }: Line): number[] => inputs.flatMap((name) => numbers.get(name) ?? [])
  const isChain = functions.every((_, i) => from(lines[i + 1] as Line).every((number) => number === i + 2))
  const columns: Column<Line & { number: number }>[] = [
    { head: 'hop', align: 'right', cell: ({ number }) => String(number) },
    ...(isChain ? [] : [{ head: 'from', cell: (line: Line) => formatNumbers(from(line)) }]),
    { head: 'at', cell: ({ at }) => at },
    { head: 'made by', cell: ({ by = '' }) => paint('dim', by) },
    {
      head: 'received',
      align: 'right',
      cell: ({ start }) => (start === undefined ? '' : formatOffset(start)),
    },
    { head: 'result', cell: ({ result = '' }) => result },
    { head: 'fetch', align: 'right', cell: ({ fetch }) => maybeTime(fetch) },
    { head: 'way', align: 'right', cell: ({ hop }) => maybeTime(hop) },
    { head: 'wait', align: 'right', cell: ({ wait }) => maybeTime(wait) },
    { head: 'run', align: 'right', cell: ({ run }) => maybeTime(run) },
    { head: 'bytes', cell: ({ bytes = '' }) => bytes },
  ]
  const table = formatTable(
    columns,
    lines.map((line, number) => ({ ...line, number })),
  )
  const note = incomplete === undefined ? '' : `${paint('yellow', printable(incomplete))}\n`
  const legend = isChain ? LEGEND : `${FROM_LEGEND}${LEGEND}`
  return `${table}${note}${paint('dim', legend)}\n`
}

const FROM_LEGEND = 'from: the hops whose results it took; '
const LEGEND =
  'fetch: until the input was there; way: the part of it spent between this hop and the next; wait: for a free slot'

function lineOf(hop: TraceHop, paint: Paint): Line {
  const taken = hop.inputs.reduce((sum, { bytes }) => sum + bytes, 0)
  return {
    at: printable(formatFunction(hop)),
    inputs: hop.inputs.map(({ name }) => name),
    by: formatInstance(hop.by),
    start: hop.start,
    result: formatSource(hop, paint),
    fetch: hop.fetch,
    hop: hop.hop,
    wait: hop.wait,
    run: hop.run,
    bytes: `${formatBytes(taken)} → ${formatBytes(hop.bytes)}`,
  }
}

/** With its parameters, which tell apart what is one function. */
function formatFunction({ function: name, result }: TraceHop): string {
  try {
    const [call] = chainOf(Name.parse(result)).functions
    return call === undefined ? name : formatCall(call)
  } catch {
    return name
  }
}

/** `1, 3–6` for 1, 3, 4, 5, 6. */
function formatNumbers(numbers: readonly number[]): string {
  const runs: [first: number, last: number][] = []
  for (const number of numbers) {
    const run = runs.at(-1)
    if (run?.[1] === number - 1) run[1] = number
    else runs.push([number, number])
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(', ')
}

function formatInstance(identity: string): string {
  const party = partyOfInstance(identity)
  return party === undefined ? printable(identity) : `${party.node}/${party.digest.slice(0, 12)}`
}

function formatSource({ source }: TraceHop, paint: Paint): string {
  if (source === 'new') return 'new'
  return paint('cyan', source === 'cache' ? 'from cache' : 'shared')
}

function withoutVersion(name: string): string {
  return name.replace(/\/v=\d+$/, '')
}

/** Nodes tell the time in whole milliseconds. */
function formatOffset(ms: number): string {
  const size = Math.abs(ms) < 1000 ? `${Math.round(Math.abs(ms))} ms` : formatTime(Math.abs(ms))
  return ms < 0 ? `${size} before` : `+${size}`
}

function maybeTime(ms: number | undefined): string {
  return ms === undefined ? '' : formatTime(ms)
}
