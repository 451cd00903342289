import type { Problem } from '../../model/index.ts'

/** Which tasks come after which, as a table of bits. */
export class Descendants {
  readonly #words: Uint32Array
  readonly #wordsPerRow: number

  constructor({ taskCount, order, successors }: Problem) {
    this.#wordsPerRow = (taskCount + 31) >>> 5
    this.#words = new Uint32Array(taskCount * this.#wordsPerRow)
    for (let at = order.length - 1; at >= 0; at--) {
      const task = order[at] as number
      const row = task * this.#wordsPerRow
      for (let i = successors.first[task] as number; i < (successors.first[task + 1] as number); i++) {
        const next = successors.task[i] as number
        const other = next * this.#wordsPerRow
        for (let word = 0; word < this.#wordsPerRow; word++) {
          this.#words[row + word] =
            (this.#words[row + word] as number) | (this.#words[other + word] as number)
        }
        const word = row + (next >>> 5)
        this.#words[word] = (this.#words[word] as number) | (1 << (next & 31))
      }
    }
  }

  /** Whether there is a way from one task to another. */
  has(task: number, descendant: number): boolean {
    const word = this.#words[task * this.#wordsPerRow + (descendant >>> 5)] as number
    return ((word >>> (descendant & 31)) & 1) === 1
  }
}
