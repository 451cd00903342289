import type { Aim } from './aims.ts'
import { type Figure, format, median } from './figures.ts'

/** One figure, as `--json` prints it. */
export interface Row {
  readonly bench: string
  readonly case: string
  readonly impl: string
  readonly value: number
  readonly unit: string
}

export function toRow(bench: string, { case: name, impl, unit, samples }: Figure): Row {
  return { bench, case: name, impl, value: round(median(samples)), unit }
}

/** An aligned table: medians, the least and the greatest value over the rounds, and what was aimed at. */
export function formatFigures(figures: readonly Figure[], aims: readonly Aim[] = []): string {
  const cells = figures.map((figure) => [
    figure.case,
    figure.impl,
    format(median(figure.samples)),
    figure.unit,
    figure.samples.length > 1
      ? `${format(Math.min(...figure.samples))}–${format(Math.max(...figure.samples))}`
      : '',
    aims
      .filter((aim) => aim.case === figure.case && aim.impl === figure.impl)
      .map((aim) => aim.judge(figures))
      .join(', '),
  ])
  return formatCells([['case', 'impl', 'median', 'unit', 'min–max', 'aim'], ...cells], new Set([2, 4]))
}

/** @param right columns that are aligned to the right */
function formatCells(rows: readonly (readonly string[])[], right: ReadonlySet<number>): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows
    .map((row) => {
      const cells = row.map((cell, column) => {
        const width = widths[column] ?? 0
        return right.has(column) ? cell.padStart(width) : cell.padEnd(width)
      })
      return `${cells.join('  ').trimEnd()}\n`
    })
    .join('')
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
