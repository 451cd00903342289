/** How tiles lie: row by row from the top, each row from the left. */
export interface Grid {
  readonly columns: number
  readonly rows: number
}

/**
 * The grid of so many tiles, all of them full.
 * @param columns as near as can be to as many as there are rows, and no fewer, unless they are given
 * @throws RangeError where that many columns leave a row that is not full
 */
export function gridOf(tiles: number, columns = nearSquare(tiles)): Grid {
  const rows = tiles / columns
  if (Number.isInteger(rows)) return { columns, rows }
  throw new RangeError(`${tiles} tiles do not fill rows of ${columns}`)
}

/** The least divisor that is not below the square root. */
function nearSquare(tiles: number): number {
  let columns = Math.ceil(Math.sqrt(tiles))
  while (tiles % columns !== 0) columns++
  return columns
}

/** Where the parts of a side of so many pixels begin, and where the last ends: they differ by one pixel at most. */
export function cuts(pixels: number, parts: number): number[] {
  return Array.from({ length: parts + 1 }, (_, i) => Math.round((i * pixels) / parts))
}
