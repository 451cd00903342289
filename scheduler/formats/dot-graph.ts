import type { ClusterStatementASTNode, EdgeTargetASTNode, GraphASTNode } from '@ts-graphviz/ast'
import type { Position } from '../../files/index.ts'

/** Value and place of an attribute. */
export interface DotAttribute {
  readonly value: string
  readonly position: Position
}

type Attributes = ReadonlyMap<string, DotAttribute>

export interface DotNode {
  readonly position: Position
  readonly attributes: Map<string, DotAttribute>
}

export interface DotEdge {
  readonly from: string
  readonly to: string
  readonly position: Position
  readonly attributes: Attributes
}

/** What `node [...]` and `edge [...]` say in a graph and the subgraphs in it. */
interface Defaults {
  readonly node: Map<string, DotAttribute>
  readonly edge: Map<string, DotAttribute>
}

/** The nodes and edges of a graph in the order in which they come, with the attributes that they have at the end. */
export class DotGraph {
  readonly nodes = new Map<string, DotNode>()
  readonly edges: DotEdge[] = []

  constructor(graph: GraphASTNode) {
    this.#read(graph.children, { node: new Map(), edge: new Map() })
  }

  #read(statements: readonly ClusterStatementASTNode[], defaults: Defaults): void {
    for (const statement of statements) {
      if (statement.type === 'AttributeList') {
        if (statement.kind === 'Node') addTo(defaults.node, statement.children)
        if (statement.kind === 'Edge') addTo(defaults.edge, statement.children)
      } else if (statement.type === 'Node') {
        addTo(this.#node(statement.id.value, positionOf(statement), defaults).attributes, statement.children)
      } else if (statement.type === 'Edge') {
        this.#chain(statement.targets, addTo(new Map(defaults.edge), statement.children), defaults)
      } else if (statement.type === 'Subgraph') {
        this.#read(statement.children, { node: new Map(defaults.node), edge: new Map(defaults.edge) })
      }
    }
  }

  #chain(targets: readonly EdgeTargetASTNode[], attributes: Attributes, defaults: Defaults): void {
    const groups = targets.map((target) => (target.type === 'NodeRefGroup' ? target.children : [target]))
    for (const [index, group] of groups.entries()) {
      for (const ref of group) this.#node(ref.id.value, positionOf(ref), defaults)
      for (const from of groups[index - 1] ?? []) {
        for (const to of group)
          this.edges.push({ from: from.id.value, to: to.id.value, position: positionOf(to), attributes })
      }
    }
  }

  /** A node comes to be where it is first named, with the attributes that are the default there. */
  #node(name: string, position: Position, { node }: Defaults): DotNode {
    const known = this.nodes.get(name)
    if (known !== undefined) return known
    const made = { position, attributes: new Map(node) }
    this.nodes.set(name, made)
    return made
  }
}

type Statement = { readonly location?: { readonly start: Position } }

export function positionOf({ location }: Statement): Position {
  return { line: location?.start.line ?? 1, column: location?.start.column }
}

function addTo(
  attributes: Map<string, DotAttribute>,
  statements: readonly ClusterStatementASTNode[],
): Map<string, DotAttribute> {
  for (const statement of statements) {
    if (statement.type === 'Attribute')
      attributes.set(statement.key.value, { value: statement.value.value, position: positionOf(statement) })
  }
  return attributes
}
