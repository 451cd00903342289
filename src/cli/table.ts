import Table from 'cli-table3'

export interface Column<Row> {
  readonly head: string
  readonly align?: 'left' | 'right'
  /** The cell; it may hold colours. */
  readonly cell: (row: Row) => string
}

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

/** Rows under their heads, aligned, without borders. Ends in a line end. */
export function formatTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const table = new Table({
    head: columns.map(({ head }) => head),
    colAligns: columns.map(({ align = 'left' }) => align),
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  table.push(...rows.map((row) => columns.map(({ cell }) => cell(row))))
  return lines(table.toString())
}

/** Labels and what they stand for, one pair a line. Ends in a line end. */
export function formatPairs(pairs: readonly (readonly [label: string, value: string])[]): string {
  const width = Math.max(...pairs.map(([label]) => label.length))
  return lines(pairs.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join('\n'))
}

function lines(text: string): string {
  return text
    .split('\n')
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}
