import { checkEdges, type PlacedEdge, type ProblemList } from '../../files/index.ts'
import type { Edge } from '../model/index.ts'

/** An edge and where it is in its file. */
export type FileEdge = Edge & PlacedEdge

/** The edges that are right, as `checkEdges` has them. */
export function readEdges(
  tasks: readonly string[],
  edges: readonly FileEdge[],
  problems: ProblemList,
): Edge[] {
  return checkEdges(tasks, edges, problems).map(({ from, to, data }) => ({ from, to, data }))
}
