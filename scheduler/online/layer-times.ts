import type { Occupation, ScheduledDownload, Workflow } from '../model/index.ts'

/** When nodes have the layers that were fetched for earlier workflows. It grows with what nodes hold, not with time. */
export class LayerTimes {
  /** By layer and node, in seconds. */
  readonly #finish = new Map<string, Map<string, number>>()

  /** Pairs of layer and node. */
  get size(): number {
    let sum = 0
    for (const nodes of this.#finish.values()) sum += nodes.size
    return sum
  }

  add({ layer, node, finish }: ScheduledDownload): void {
    const nodes = this.#finish.get(layer) ?? new Map<string, number>()
    this.#finish.set(layer, nodes)
    nodes.set(node, Math.min(finish, nodes.get(node) ?? finish))
  }

  /** Of the layers that a workflow has. */
  of({ types }: Workflow): Occupation['layers'] {
    const names = new Set(types.flatMap(({ layers }) => layers.map(({ name }) => name)))
    return [...names].flatMap((layer) =>
      [...(this.#finish.get(layer) ?? [])].map(([node, finish]) => ({ node, layer, finish })),
    )
  }
}
