interface Span {
  readonly start: number
  readonly finish: number
}

/** Tasks that overlap by no more come one after the other, in seconds. */
export const UNSEEN_S = 1e-6

/**
 * Lays spans that overlap in time side by side, in as few lanes as can be.
 * @param tolerance by which spans of one lane may overlap. @defaultValue 0
 * @returns of each span its lane, from 0
 */
export function lanesOf(spans: readonly Span[], tolerance = 0): { lane: number[]; count: number } {
  const order = [...spans.keys()].sort((a, b) => {
    const [one, other] = [spans[a] as Span, spans[b] as Span]
    return one.start - other.start || one.finish - other.finish || a - b
  })
  const ends: number[] = []
  const lane = Array<number>(spans.length).fill(0)
  for (const index of order) {
    const { start, finish } = spans[index] as Span
    const free = ends.findIndex((end) => end <= start + tolerance)
    const at = free < 0 ? ends.length : free
    ends[at] = finish
    lane[index] = at
  }
  return { lane, count: ends.length }
}
