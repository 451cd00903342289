import type { Occupation, Problem, ScheduledDownload } from '../model/index.ts'

/**
 * When the layers of images are on each node. A node fetches the layers of one type one after another in their order, at the
 * bandwidth to the SF repository; it waits for a layer that it is already fetching for another type.
 */
export class ImageStore {
  readonly #problem: Problem
  readonly #layerCount: number
  /** Seconds, at `node * layerCount + layer`: Infinity where a layer is not asked for, -Infinity where it is held. */
  readonly #there: Float64Array
  /** The same when nothing is fetched yet. */
  readonly #initial: Float64Array
  /** The type that a layer is fetched for. */
  readonly #askedFor: Int32Array
  /** Where a fetched layer stands in the arrays above. */
  #fetched: number[] = []
  /** Whether something came earlier than was said before. */
  #isEarlier = false

  /** @param known layers that are there, or on their way, beside those that nodes hold at the start */
  constructor(problem: Problem, known: Occupation['layers'] = []) {
    this.#problem = problem
    this.#layerCount = problem.layers.length
    this.#there = Float64Array.from(problem.holds, (held) =>
      held === 1 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
    )
    this.#askedFor = new Int32Array(this.#there.length)
    const numbers = new Map(problem.layers.map((name, number) => [name, number]))
    for (const { node, layer, finish } of known) {
      const number = numbers.get(layer)
      // It may be of other workflows only.
      if (number === undefined) continue
      const at = problem.machine.nodeNumber(node) * this.#layerCount + number
      this.#there[at] = Math.min(this.#there[at] as number, finish)
    }
    this.#initial = this.#there.slice()
  }

  /** When a node has a type's whole image, if it is asked for at `request`; `request` itself if it has it by then. */
  whenReady(type: number, node: number, request: number): number {
    let time = request
    for (const layer of this.#problem.typeLayers[type] as Int32Array) {
      const there = this.#there[node * this.#layerCount + layer] as number
      if (there > time) time = Math.min(there, time + this.#duration(layer, node))
    }
    return time
  }

  /** Makes it so. A layer that would have come later for another type comes now, which spoils nothing for that. */
  fetch(type: number, node: number, request: number): void {
    let time = request
    for (const layer of this.#problem.typeLayers[type] as Int32Array) {
      const at = node * this.#layerCount + layer
      const there = this.#there[at] as number
      if (there <= time) continue
      const own = time + this.#duration(layer, node)
      if (own < there) {
        if (there === this.#initial[at]) this.#fetched.push(at)
        else this.#isEarlier = true
        this.#there[at] = own
        this.#askedFor[at] = type
      }
      time = Math.min(there, own)
    }
  }

  /** Whether a node has, or is to have, all of a type's image. */
  has(type: number, node: number): boolean {
    for (const layer of this.#problem.typeLayers[type] as Int32Array) {
      if (this.#there[node * this.#layerCount + layer] === Number.POSITIVE_INFINITY) return false
    }
    return true
  }

  /** Whether layers have come earlier, since this was last asked, than had been said before. */
  takeEarlier(): boolean {
    const isEarlier = this.#isEarlier
    this.#isEarlier = false
    return isEarlier
  }

  clear(): void {
    for (const at of this.#fetched) this.#there[at] = this.#initial[at] as number
    this.#fetched = []
    this.#isEarlier = false
  }

  /** All that is fetched, by time. */
  downloads(): ScheduledDownload[] {
    const { machine, layers, workflow } = this.#problem
    return this.#fetched
      .map((at) => {
        const layer = at % this.#layerCount
        const node = (at - layer) / this.#layerCount
        const finish = this.#there[at] as number
        return {
          node: machine.nodes[node] as string,
          layer: layers[layer] as string,
          type: workflow.types[this.#askedFor[at] as number]?.name as string,
          start: finish - this.#duration(layer, node),
          finish,
        }
      })
      .sort((a, b) => a.start - b.start || a.finish - b.finish)
  }

  #duration(layer: number, node: number): number {
    const size = this.#problem.layerSize[layer] as number
    return size === 0 ? 0 : size * (this.#problem.downloadSecondsPerMb[node] as number)
  }
}
