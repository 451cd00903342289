import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Draws lots from a seed. */
export class Lots {
  readonly #generator

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed)
  }

  /** From 0 to below 1. */
  fraction(): number {
    return (this.#generator.next() >>> 0) / 2 ** 32
  }

  /** A whole number from 0 to below `count`. */
  below(count: number): number {
    return Math.floor(this.fraction() * count)
  }

  pick<T>(from: ArrayLike<T>): T {
    return from[this.below(from.length)] as T
  }

  happens(probability: number): boolean {
    return this.fraction() < probability
  }
}
