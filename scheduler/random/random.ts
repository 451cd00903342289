import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { mersenne } from 'pure-rand/generator/mersenne'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

/** From the first to the second; both may come. */
export type Range = readonly [least: number, most: number]

/** Draws that are the same for the same seed. */
export class Random {
  readonly #generator: RandomGenerator

  /** @param seed a whole number */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed must be a whole number, and is ${seed}`)
    // Of the generators, the one whose first draws differ much between seeds that follow on one another.
    this.#generator = mersenne(seed)
  }

  /** A whole number, uniformly. */
  whole([least, most]: Range): number {
    return uniformInt(this.#generator, least, most)
  }

  /** A number from 0 to below 1, uniformly. */
  fraction(): number {
    return uniformFloat64(this.#generator)
  }

  /** A number, uniformly. */
  number([least, most]: Range): number {
    return least + (most - least) * this.fraction()
  }

  /** A whole number from 0 to below `count`, uniformly. */
  below(count: number): number {
    return Math.floor(this.fraction() * count)
  }

  /** One of some things, all as likely. There is at least one. */
  pick<T>(from: ArrayLike<T>): T {
    return from[this.below(from.length)] as T
  }

  /** Whether something happens that does with this probability. */
  happens(probability: number): boolean {
    return this.fraction() < probability
  }

  /** A value that differs from `middle` by a share of it, uniformly. @param spread greatest share */
  around(middle: number, spread: number): number {
    return middle * this.number([1 - spread, 1 + spread])
  }

  /** Different whole numbers from a range, in ascending order; the whole range if it has no more. */
  some(count: number, [least, most]: Range): number[] {
    const size = most - least + 1
    const chosen = new Set<number>()
    // Floyd's method: each choice of so many is as likely as any other.
    for (let last = Math.max(0, size - count); last < size; last++) {
      const one = least + this.whole([0, last])
      chosen.add(chosen.has(one) ? least + last : one)
    }
    return [...chosen].sort((a, b) => a - b)
  }
}
