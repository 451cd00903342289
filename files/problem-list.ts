import { FileError, type FileProblem } from './errors.ts'

/** A place in a text, from 1. */
export interface Position {
  readonly line: number
  readonly column?: number | undefined
}

/** Fields from the top of a file down to one. */
export type Path = readonly PropertyKey[]

/** Problems that one error tells of. */
const MAX_PROBLEMS = 20

/** Gathers what is wrong in a file, so that all of it is told at once. */
export class ProblemList {
  readonly file: string
  readonly #locate: (path: Path) => Position | undefined
  readonly #problems: FileProblem[] = []
  #count = 0

  /** @param locate where in the text a field is, or what is there of the way to it */
  constructor(file: string, locate: (path: Path) => Position | undefined = () => undefined) {
    this.file = file
    this.#locate = locate
  }

  /** An empty list for the same file. */
  again(): ProblemList {
    return new ProblemList(this.file, this.#locate)
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** Adds what is wrong with a field. */
  addAt(path: Path, reason: string): void {
    // To find a line takes time in proportion to the file.
    if (this.#count >= MAX_PROBLEMS) this.#count++
    else this.add(this.#locate(path), path.length === 0 ? reason : `${path.join('.')}: ${reason}`)
  }

  add(position: Position | undefined, reason: string): void {
    this.#count++
    if (this.#problems.length >= MAX_PROBLEMS) return
    this.#problems.push({ file: this.file, line: position?.line, column: position?.column, reason })
  }

  /** @throws FileError */
  throwIfAny(): void {
    if (this.isEmpty) return
    const sorted = this.#problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
    throw new FileError(sorted, this.#count - sorted.length)
  }
}

/** @throws FileError */
export function fail(file: string, position: Position | undefined, reason: string, cause?: unknown): never {
  throw new FileError([{ file, line: position?.line, column: position?.column, reason }], 0, cause)
}

/** The position of an offset in a text. */
export function positionAt(text: string, offset: number): Position {
  let line = 1
  let start = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++
    start = at + 1
  }
  return { line, column: offset - start + 1 }
}
