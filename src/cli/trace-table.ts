import { partyOfInstance } from './made-by.ts'
import { type Paint, plain } from './paint.ts'
import { type Column, formatTable } from './table.ts'
import { formatBytes, formatTime, printable } from './text.ts'
import type { RequestTrace, TraceHop } from './trace.ts'

/** A line of the table: the consumer, a function, or the content. */
interface Line {
  readonly at: string
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
  const { functions } = trace
  const lines: Line[] = [
    {
      at: 'you',
      start: 0,
      fetch: trace.total,
      hop: trace.hop,
      ...(functions[0] === undefined ? {} : { bytes: formatBytes(functions[0].bytes) }),
    },
    ...functions.map((hop) => lineOf(hop, paint)),
    {
      at: printable(withoutVersion(trace.content)),
      ...(functions.length === 0 ? {} : { bytes: formatBytes((functions.at(-1) as TraceHop).input.bytes) }),
    },
  ]
  const columns: Column<Line & { number: number }>[] = [
    { head: 'hop', align: 'right', cell: ({ number }) => String(number) },
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
  const note = trace.incomplete === undefined ? '' : `${paint('yellow', printable(trace.incomplete))}\n`
  return `${table}${note}${paint('dim', LEGEND)}\n`
}

const LEGEND =
  'fetch: until the input was there; way: the part of it spent between this hop and the next; wait: for a free slot'

function lineOf(hop: TraceHop, paint: Paint): Line {
  return {
    at: printable(hop.function),
    by: formatInstance(hop.by),
    start: hop.start,
    result: formatSource(hop, paint),
    fetch: hop.fetch,
    hop: hop.hop,
    wait: hop.wait,
    run: hop.run,
    bytes: `${formatBytes(hop.input.bytes)} → ${formatBytes(hop.bytes)}`,
  }
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
