/** One thing that is wrong in a file. */
export interface FileProblem {
  readonly file: string
  /** From 1; undefined where it is the file as a whole, as when it cannot be read. */
  readonly line: number | undefined
  /** From 1. */
  readonly column: number | undefined
  readonly reason: string
}

/** A file that cannot be used. The message has one line for each problem: `FILE:LINE: REASON`. */
export class FileError extends Error {
  override readonly name = 'FileError'
  readonly code = 'bad-file'
  /** By line; the first of them where there are very many. */
  readonly problems: readonly FileProblem[]
  /** Of the message. */
  readonly lines: readonly string[]

  /** @param more problems that are not told of */
  constructor(problems: readonly FileProblem[], more = 0, cause?: unknown) {
    const lines = problems.map(describe)
    if (more > 0) lines.push(`and ${more} more`)
    super(lines.join('\n'), { cause })
    this.problems = problems
    this.lines = lines
  }
}

function describe({ file, line, reason }: FileProblem): string {
  return `${file}${line === undefined ? '' : `:${line}`}: ${reason}`
}
