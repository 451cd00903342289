import { FileError } from '../../files/index.ts'

/** What is wrong with a file, as `LINE: REASON`. */
export function problemsOf(parse: () => unknown): string[] {
  try {
    parse()
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    return error.problems.map(({ line, reason }) => `${line}: ${reason}`)
  }
  return []
}
