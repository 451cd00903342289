import type { Occupation, Problem, ScheduledDownload } from '../model/index.ts'

/** A layer that a node fetches, by number. Seconds. */
interface Fetch {
  readonly layer: number
  readonly type: number
  readonly start: number
  readonly finish: number
}

/**
 * When the images of types are on nodes, given when they were first asked for there. Requests of a node are played in order of
 * time, whatever the order in which they become known: a request that becomes known later may still bring forward what was known
 * before, never put it off.
 */
export class Images {
  readonly #problem: Problem
  readonly #layerCount: number
  readonly #nodeCount: number
  /** Seconds, at `node * layerCount + layer`: Infinity where a layer is not on its way before the search begins. */
  readonly #there: Float64Array
  /** First request of a type at a node, at `type * nodeCount + node`. */
  readonly request: Float64Array
  /** Whether a node lacks a layer of a type before the search begins, at `type * nodeCount + node`. */
  readonly lacks: Uint8Array
  /** Of each type, those that it shares layers with, be it by way of others: itself among them. */
  readonly family: readonly Int32Array[]
  /** Whether any node lacks anything. */
  readonly matter: boolean
  // What `ask` has overwritten.
  readonly #undoAt: number[] = []
  readonly #undoTime: number[] = []
  // Of the play: when layers are there, and each type's time and next layer.
  readonly #played: Float64Array
  readonly #time: Float64Array
  readonly #next: Int32Array

  constructor(problem: Problem, known: Occupation['layers'] = []) {
    this.#problem = problem
    this.#layerCount = problem.layers.length
    this.#nodeCount = problem.machine.nodes.length
    this.#there = Float64Array.from(problem.holds, (held) =>
      held === 1 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
    )
    const numbers = new Map(problem.layers.map((name, number) => [name, number]))
    for (const { node, layer, finish } of known) {
      const number = numbers.get(layer)
      if (number === undefined) continue
      const at = problem.machine.nodeNumber(node) * this.#layerCount + number
      this.#there[at] = Math.min(this.#there[at] as number, finish)
    }
    const types = problem.typeLayers.length
    this.request = new Float64Array(types * this.#nodeCount).fill(Number.POSITIVE_INFINITY)
    this.lacks = new Uint8Array(types * this.#nodeCount)
    for (let at = 0; at < this.lacks.length; at++) {
      const node = at % this.#nodeCount
      const layers = problem.typeLayers[(at - node) / this.#nodeCount] as Int32Array
      if (layers.some((layer) => this.initially(layer, node) !== Number.NEGATIVE_INFINITY)) this.lacks[at] = 1
    }
    this.matter = this.lacks.includes(1)
    this.family = familiesOf(problem)
    this.#played = new Float64Array(this.#layerCount)
    this.#time = new Float64Array(types)
    this.#next = new Int32Array(types)
  }

  /** When a layer is on a node if nothing is asked for. */
  initially(layer: number, node: number): number {
    return this.#there[node * this.#layerCount + layer] as number
  }

  /** Seconds that a node takes to fetch a layer. */
  duration(layer: number, node: number): number {
    const size = this.#problem.layerSize[layer] as number
    return size === 0 ? 0 : size * (this.#problem.downloadSecondsPerMb[node] as number)
  }

  /** How many requests can be undone. */
  get mark(): number {
    return this.#undoAt.length
  }

  ask(type: number, node: number, time: number): void {
    const at = type * this.#nodeCount + node
    const before = this.request[at] as number
    if (this.lacks[at] === 0 || before <= time) return
    this.#undoAt.push(at)
    this.#undoTime.push(before)
    this.request[at] = time
  }

  undoTo(mark: number): void {
    while (this.#undoAt.length > mark)
      this.request[this.#undoAt.pop() as number] = this.#undoTime.pop() as number
  }

  /** When a type's image is on a node for a task that asks for it at `time`, with all that has been asked for. */
  whenReady(type: number, node: number, time: number): number {
    const at = type * this.#nodeCount + node
    if (this.lacks[at] === 0) return time
    const before = this.request[at] as number
    if (time < before) this.request[at] = time
    this.#play(type, node)
    this.request[at] = before
    return Math.max(time, this.#time[type] as number)
  }

  /** All that is fetched for what has been asked for, by time. */
  downloads(): ScheduledDownload[] {
    const { machine, layers, workflow } = this.#problem
    const all: ScheduledDownload[] = []
    for (const [node, name] of machine.nodes.entries()) {
      for (const [type, family] of this.family.entries()) {
        if (family[0] !== type) continue
        const fetches: Fetch[] = []
        this.#play(type, node, fetches)
        for (const { layer, type: by, start, finish } of fetches) {
          all.push({
            node: name,
            layer: layers[layer] as string,
            type: workflow.types[by]?.name as string,
            start,
            finish,
          })
        }
      }
    }
    return all.sort((a, b) => a.start - b.start || a.finish - b.finish)
  }

  /** Fetches what was asked for of a type's family: of all types, the one that could go on first does its next step. */
  #play(type: number, node: number, fetches?: Fetch[]): void {
    const family = this.family[type] as Int32Array
    const layersOf = this.#problem.typeLayers
    for (const member of family) {
      this.#time[member] = this.request[member * this.#nodeCount + node] as number
      this.#next[member] = 0
      for (const layer of layersOf[member] as Int32Array) this.#played[layer] = this.initially(layer, node)
    }
    for (;;) {
      let first = -1
      let time = Number.POSITIVE_INFINITY
      for (const member of family) {
        const own = this.#time[member] as number
        if (own >= time || (this.#next[member] as number) >= (layersOf[member] as Int32Array).length) continue
        time = own
        first = member
      }
      if (first < 0) return
      const next = this.#next[first] as number
      this.#next[first] = next + 1
      const layer = layersOf[first]?.[next] as number
      const there = this.#played[layer] as number
      if (there <= time) continue
      const finish = time + this.duration(layer, node)
      // What is on its way for another workflow may come later than if it is fetched again.
      if (finish < there) {
        this.#played[layer] = finish
        fetches?.push({ layer, type: first, start: time, finish })
      }
      this.#time[first] = Math.min(there, finish)
    }
  }
}

function familiesOf({ typeLayers, layers }: Problem): Int32Array[] {
  const head = Int32Array.from(typeLayers.keys())
  const headOfLayer = new Int32Array(layers.length).fill(-1)
  for (const [type, own] of typeLayers.entries()) {
    for (const layer of own) {
      const other = headOfLayer[layer] as number
      if (other < 0) headOfLayer[layer] = head[type] as number
      else {
        const [from, to] = [head[type] as number, head[other] as number]
        const low = Math.min(from, to)
        for (let i = 0; i < head.length; i++) if (head[i] === from || head[i] === to) head[i] = low
      }
    }
  }
  return Array.from(head, (own) => Int32Array.from(head.keys()).filter((type) => head[type] === own))
}
