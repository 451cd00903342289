import { didYouMean } from './nearest.ts'
import type { Path, Position, ProblemList } from './problem-list.ts'

/** An edge and where it is in its file. */
export interface PlacedEdge {
  /** Names of tasks. */
  readonly from: string
  readonly to: string
  readonly place: Path | Position
}

/** Tasks of a circle that are named. */
const SHOWN_TASKS = 10

/**
 * Finds edges that name no task, stand there twice or lead round.
 * @returns the right ones: by the number of the task that they lead to, those to one task as they came
 */
export function checkEdges<Edge extends PlacedEdge>(
  names: readonly string[],
  edges: readonly Edge[],
  problems: ProblemList,
): Edge[] {
  const add = (place: Path | Position, reason: string): void =>
    'line' in place ? problems.add(place, reason) : problems.addAt(place, reason)
  const numbers = new Map(names.map((name, number) => [name, number]))
  const into: Edge[][] = names.map(() => [])
  for (const edge of edges) {
    const missing = [edge.from, edge.to].find((name) => !numbers.has(name))
    if (missing === undefined) into[numbers.get(edge.to) as number]?.push(edge)
    else add(edge.place, `there is no task ${missing}${didYouMean(missing, names)}`)
  }
  for (const group of into) {
    const seen = new Set<string>()
    for (const { from, to, place } of group) {
      if (seen.has(from)) add(place, `there are two edges from ${from} to ${to}`)
      seen.add(from)
    }
  }
  for (const circle of circles(into, numbers)) add((circle[0] as PlacedEdge).place, describe(circle))
  return into.flat()
}

/** The first edge of a circle closes it; the others come in the order in which they are followed back. */
function describe(circle: readonly PlacedEdge[]): string {
  const [first, ...back] = circle.map(({ from }) => from)
  const round = [first, ...back.reverse()]
  if (round.length === 1) return `task ${first} comes after itself`
  const shown = round.length > SHOWN_TASKS ? [...round.slice(0, SHOWN_TASKS), '…'] : round
  return `the edges lead round in a circle: ${[...shown, first].join(' -> ')}`
}

/**
 * Circles such that the graph has none without the first edge of each: a search in depth against the direction of the edges,
 * where an edge to a task that is on the way closes one.
 */
function circles(into: readonly PlacedEdge[][], numbers: ReadonlyMap<string, number>): PlacedEdge[][] {
  const found: PlacedEdge[][] = []
  const next = new Int32Array(into.length)
  const state = new Uint8Array(into.length)
  for (let start = 0; start < into.length; start++) {
    if (state[start] !== NEW) continue
    const way: number[] = [start]
    const followed: PlacedEdge[] = []
    state[start] = ON_THE_WAY
    while (way.length > 0) {
      const task = way.at(-1) as number
      const position = next[task] as number
      next[task] = position + 1
      const edge = into[task]?.[position]
      if (edge === undefined) {
        state[task] = DONE
        way.pop()
        followed.pop()
        continue
      }
      const before = numbers.get(edge.from) as number
      if (state[before] === ON_THE_WAY) found.push([edge, ...followed.slice(way.indexOf(before))])
      if (state[before] !== NEW) continue
      state[before] = ON_THE_WAY
      way.push(before)
      followed.push(edge)
    }
  }
  return found
}

const NEW = 0
const ON_THE_WAY = 1
const DONE = 2
