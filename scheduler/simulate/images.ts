import type { Problem } from '../model/index.ts'

/** What a node has of a layer. */
const ABSENT = 0
const ASKED_FOR = 1
const THERE = 2

/** A node's way through the layers of a type. */
interface Fetch {
  readonly type: number
  readonly node: number
  /** Of the layer that is waited for, in the type. */
  at: number
}

/**
 * The images of nodes. A node fetches the layers of one type one after another in their order and waits for a layer that it is
 * already fetching for another type. A layer's place is `node * layers + layer`.
 */
export class Images {
  readonly #problem: Problem
  readonly #layerCount: number
  readonly #typeCount: number
  readonly #states: Uint8Array
  readonly #fetches = new Map<number, Fetch>()
  readonly #waiting = new Map<number, Fetch[]>()
  readonly #fetchLayer: (place: number, type: number) => void
  readonly #isComplete: (node: number) => void

  /**
   * @param fetchLayer begins to bring a layer for a type
   * @param isComplete is told when a node has another whole image
   */
  constructor(
    problem: Problem,
    fetchLayer: (place: number, type: number) => void,
    isComplete: (node: number) => void,
  ) {
    this.#problem = problem
    this.#layerCount = problem.layers.length
    this.#typeCount = problem.typeLayers.length
    this.#states = problem.holds.map((held) => (held === 1 ? THERE : ABSENT))
    this.#fetchLayer = fetchLayer
    this.#isComplete = isComplete
  }

  isThere(type: number, node: number): boolean {
    for (const layer of this.#problem.typeLayers[type] as Int32Array) {
      if (this.#states[node * this.#layerCount + layer] !== THERE) return false
    }
    return true
  }

  isLayerThere(place: number): boolean {
    return this.#states[place] === THERE
  }

  request(type: number, node: number): void {
    const key = node * this.#typeCount + type
    if (this.#fetches.has(key)) return
    const fetch = { type, node, at: 0 }
    this.#fetches.set(key, fetch)
    this.#goOn(fetch)
  }

  /** A layer has come to its node. */
  arrived(place: number): void {
    this.#states[place] = THERE
    const waiting = this.#waiting.get(place) ?? []
    this.#waiting.delete(place)
    for (const fetch of waiting) {
      fetch.at++
      this.#goOn(fetch)
    }
  }

  /** A layer that was asked for is not to come. */
  failed(place: number): void {
    this.#states[place] = ABSENT
  }

  /** Drops all requests. Layers that are on their way still arrive. */
  forgetRequests(): void {
    this.#fetches.clear()
    this.#waiting.clear()
  }

  #goOn(fetch: Fetch): void {
    const layers = this.#problem.typeLayers[fetch.type] as Int32Array
    for (; fetch.at < layers.length; fetch.at++) {
      const place = fetch.node * this.#layerCount + (layers[fetch.at] as number)
      const state = this.#states[place] as number
      if (state === THERE) continue
      const waiting = this.#waiting.get(place)
      if (waiting === undefined) this.#waiting.set(place, [fetch])
      else waiting.push(fetch)
      if (state === ABSENT) {
        this.#states[place] = ASKED_FOR
        this.#fetchLayer(place, fetch.type)
      }
      return
    }
    this.#isComplete(fetch.node)
  }
}
