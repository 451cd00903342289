import type { Measures } from '../../scheduler/index.ts'
import type { Paint } from './paint.ts'
import { formatRatio, isOptimal, secondsUpTo } from './schedule-text.ts'
import { type Column, formatTable } from './table.ts'
import { formatBytes, formatTime, printable } from './text.ts'

const MB = 1e6

/** Values of one column that differ less count as equal. */
const RELATIVE_TOLERANCE = 1e-9

/** One scheduler on one workflow. */
export interface Compared {
  readonly title: string
  readonly measures: Measures
  /** What it took, in milliseconds. */
  readonly ms: number
  /** No plan takes less, in seconds; known to a search that proves it. */
  readonly bound?: number | undefined
  /** Response time in a simulation, in seconds; of all rows or of none. */
  readonly simulated?: number | undefined
}

interface Figure {
  readonly head: string
  readonly best: 'lowest' | 'highest'
  readonly value: (row: Compared) => number
  readonly text: (value: number) => string
}

/** Rows by scheduler; the best of each column is bold, or has a `*` where nothing can be bold. */
export function formatComparison(
  workflow: string,
  platform: string,
  rows: readonly Compared[],
  paint: Paint,
): string {
  const seconds = secondsUpTo(
    Math.max(0, ...rows.flatMap(({ measures, simulated = 0 }) => [measures.makespan, simulated])),
  )
  const isSimulated = rows.some(({ simulated }) => simulated !== undefined)
  const figures = figuresOf(seconds, isSimulated)
  const isColoured = paint('bold', '') !== ''
  const columns = figures.map(({ head, best, value, text }): Column<Compared> => {
    const values = rows.map(value)
    const top = best === 'lowest' ? Math.min(...values) : Math.max(...values)
    const isBest = (one: number): boolean => Math.abs(one - top) <= RELATIVE_TOLERANCE * Math.abs(top)
    // That all are equally good needs no mark.
    const isContest = !values.every(isBest)
    return {
      head: isColoured ? head : `${head} `,
      align: 'right',
      cell: (row) => {
        const written = text(value(row))
        const wins = isContest && isBest(value(row))
        if (isColoured) return wins ? paint('bold', written) : written
        return `${written}${wins ? '*' : ' '}`
      },
    }
  })
  const heading = paint('bold', `${printable(workflow)} on ${printable(platform)}`)
  const name: Column<Compared> = { head: 'scheduler', cell: ({ title }) => title }
  const notes = rows
    .filter(({ bound }) => bound !== undefined)
    .map(({ title, bound, measures }) =>
      isOptimal(measures.makespan, bound)
        ? `${title}: ${seconds(measures.makespan)} s is proven optimal.\n`
        : `${title}: no plan takes less than ${seconds(bound as number)} s.\n`,
    )
  return [heading, '\n', formatTable([name, ...columns], rows), ...notes].join('')
}

function figuresOf(seconds: (value: number) => string, isSimulated: boolean): Figure[] {
  const simulated: Figure = {
    head: 'simulated (s)',
    best: 'lowest',
    value: (row) => row.simulated as number,
    text: seconds,
  }
  return [
    { head: 'time (s)', best: 'lowest', value: ({ measures }) => measures.makespan, text: seconds },
    ...(isSimulated ? [simulated] : []),
    { head: 'SLR', best: 'lowest', value: ({ measures }) => measures.slr, text: formatRatio },
    { head: 'speed-up', best: 'highest', value: ({ measures }) => measures.speedUp, text: formatRatio },
    { head: 'efficiency', best: 'highest', value: ({ measures }) => measures.efficiency, text: formatRatio },
    { head: 'vCPUs', best: 'lowest', value: ({ measures }) => measures.vcpusUsed, text: String },
    { head: 'hosts', best: 'lowest', value: ({ measures }) => measures.hostsUsed, text: String },
    { head: 'instances', best: 'lowest', value: ({ measures }) => measures.instances, text: String },
    { head: 'sharing', best: 'highest', value: ({ measures }) => measures.sharing, text: formatRatio },
    {
      head: 'downloaded',
      best: 'lowest',
      value: ({ measures }) => measures.downloaded,
      text: (value) => formatBytes(Math.round(value * MB)),
    },
    { head: 'planning', best: 'lowest', value: ({ ms }) => ms, text: formatTime },
  ]
}
