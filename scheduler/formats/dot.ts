import { parse } from '@ts-graphviz/ast'
import { checkCount, checkSize, fail, type Position, ProblemList } from '../../files/index.ts'
import { DEFAULT_USAGE, NO_DEMANDS, type SfType, type Task, type Workflow } from '../model/index.ts'
import { baseName } from './base-name.ts'
import { type DotAttribute, DotGraph, type DotNode, positionOf } from './dot-graph.ts'
import { type FileEdge, readEdges } from './edges.ts'
import { MAX_QUANTITY } from './fields.ts'
import { ANY_TYPE, DEFAULT_IMPORT_IMAGE, type ImportOptions } from './import-options.ts'
import { limitsOf } from './limits.ts'

/** Names of attributes that hold the same, the first that is there counts. */
const WORK = ['work', 'size', 'weight']
const DATA = ['data', 'size', 'weight']

/**
 * Reads a directed graph in the language of GraphViz. Attributes of a node: `type` (default: `task`), `work` or `size` or
 * `weight` (million instructions; it must be there), `usage` (%), `input` (MB), and `image` (MB of its type; default: `image` of
 * the options, and 0 for the type `task`). Of an edge: `data` or `size` or `weight`, or else the number that its `label` begins with
 * (MB; default 0). `node [...]` and `edge [...]` hold for what follows in their graph or subgraph.
 * @param file its name, for what is said of it
 * @throws FileError
 */
export function parseDot(text: string, file: string, options: ImportOptions = {}): Workflow {
  const limits = limitsOf(options)
  checkSize(text, file, limits.markupBytes)
  const problems = new ProblemList(file)
  const { name, graph, strict } = graphIn(text, file)
  checkCount(graph.nodes.size, limits.tasks, 'tasks', problems)
  checkCount(graph.edges.length, limits.edges, 'edges', problems)
  const types = new DotTypes(options.image ?? DEFAULT_IMPORT_IMAGE, problems)
  const tasks = [...graph.nodes].map(([id, node]) => taskOf(id, node, types, problems))
  const edges = graph.edges.map(
    ({ from, to, position, attributes }): FileEdge => ({
      from,
      to,
      data: numberOf(attributes, DATA, problems) ?? labelNumber(attributes.get('label')) ?? 0,
      place: position,
    }),
  )
  const sorted = readEdges([...graph.nodes.keys()], strict ? withoutDoubles(edges) : edges, problems)
  problems.throwIfAny()
  return { name: name ?? baseName(file), types: types.all(), tasks, edges: sorted }
}

function graphIn(text: string, file: string): { name: string | undefined; graph: DotGraph; strict: boolean } {
  try {
    // Sizes are bounded before and after.
    const { children } = parse(text, {
      maxInputSize: 0,
      maxASTNodes: 0,
      maxEdgeChainDepth: Number.MAX_SAFE_INTEGER,
    })
    const graph = children.find((child) => child.type === 'Graph')
    if (graph === undefined) return fail(file, { line: 1 }, 'there is no graph in it')
    if (!graph.directed)
      return fail(file, positionOf(graph), 'the graph has no directions: write digraph, and -> between tasks')
    return { name: graph.id?.value, graph: new DotGraph(graph), strict: graph.strict }
  } catch (error) {
    if (error instanceof RangeError)
      return fail(file, undefined, 'its subgraphs stand too deep in one another', error)
    const place = (error as { cause?: { location?: { start: Position } } }).cause?.location?.start
    if (place === undefined) throw error
    return fail(file, { line: place.line, column: place.column }, (error as Error).message, error)
  }
}

function taskOf(
  name: string,
  { position, attributes }: DotNode,
  types: DotTypes,
  problems: ProblemList,
): Task {
  const work = numberOf(attributes, WORK, problems)
  if (work === undefined && !WORK.some((key) => attributes.has(key)))
    problems.add(position, `task ${name} has no work: write ${name} [work=1000], in million instructions`)
  const usage = numberOf(attributes, ['usage'], problems) ?? DEFAULT_USAGE
  if (usage <= 0 || usage > 100)
    problems.add(
      attributes.get('usage')?.position,
      `usage must be more than 0 and at most 100, and is ${usage}`,
    )
  const type = attributes.get('type')?.value ?? ANY_TYPE
  types.add(type, attributes.get('image'), numberOf(attributes, ['image'], problems))
  return {
    name,
    type,
    work: work ?? 0,
    times: undefined,
    usage,
    input: numberOf(attributes, ['input'], problems) ?? 0,
    demands: NO_DEMANDS,
  }
}

/** The types in the order in which they come, with the sizes of their images. */
class DotTypes {
  readonly #sizes = new Map<string, number | undefined>()
  readonly #otherwise: number
  readonly #problems: ProblemList

  constructor(otherwise: number, problems: ProblemList) {
    this.#otherwise = otherwise
    this.#problems = problems
  }

  add(type: string, attribute: DotAttribute | undefined, size: number | undefined): void {
    const other = this.#sizes.get(type)
    if (other !== undefined && size !== undefined && other !== size)
      this.#problems.add(
        attribute?.position,
        `type ${type} has an image of ${size} MB here and of ${other} MB elsewhere`,
      )
    this.#sizes.set(type, other ?? size)
  }

  all(): SfType[] {
    return [...this.#sizes].map(([name, known]) => {
      const size = known ?? (name === ANY_TYPE ? 0 : this.#otherwise)
      return { name, layers: size === 0 ? [] : [{ name, size }], architectures: undefined }
    })
  }
}

function numberOf(
  attributes: ReadonlyMap<string, DotAttribute>,
  keys: readonly string[],
  problems: ProblemList,
): number | undefined {
  const key = keys.find((one) => attributes.has(one))
  const attribute = key === undefined ? undefined : attributes.get(key)
  if (attribute === undefined) return undefined
  const { value, position } = attribute
  const number = value.trim() === '' ? Number.NaN : Number(value)
  if (number >= 0 && number <= MAX_QUANTITY) return number
  const rule =
    number < 0 ? 'must be at least 0' : number > 0 ? `must be at most ${MAX_QUANTITY}` : 'must be a number'
  problems.add(position, `${key} ${rule}, and is ${value === '' ? 'empty' : value}`)
  return undefined
}

/** Labels are for people, too: what has no number says nothing of data. */
function labelNumber(label: DotAttribute | undefined): number | undefined {
  const text = label?.value.match(/^\s*(\d+(?:\.\d*)?(?:e[+-]?\d+)?)/i)?.[1]
  return text === undefined ? undefined : Number(text)
}

/** In a strict graph, an edge that stands there again is the same one; the last counts. */
function withoutDoubles(edges: readonly FileEdge[]): FileEdge[] {
  return [...new Map(edges.map((edge) => [JSON.stringify([edge.from, edge.to]), edge])).values()]
}
