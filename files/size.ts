import { readFile, stat } from 'node:fs/promises'
import { fail, type ProblemList } from './problem-list.ts'

const BYTE_ORDER_MARK = /^\uFEFF/

/** By the system's code of an error. */
const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'is a folder; name a file',
  EACCES: 'cannot be read: no permission',
}

/**
 * Reads a file as UTF-8.
 * @param most octets
 * @throws FileError where it cannot be read, or is larger
 */
export async function readText(path: string, most: number): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > most) return fail(path, undefined, tooMany(size, 'octets', most))
    return (await readFile(path, 'utf8')).replace(BYTE_ORDER_MARK, '')
  } catch (cause) {
    if (!(cause instanceof Error) || !('syscall' in cause)) throw cause
    const { code = '' } = cause as NodeJS.ErrnoException
    return fail(path, undefined, WHY[code] ?? `cannot be read: ${cause.message}`, cause)
  }
}

/** @throws FileError where a text is larger than a file may be */
export function checkSize(text: string, file: string, most: number): void {
  // A text has at least as many octets as UTF-16 units: to count them exactly is needed near the bound only.
  const size = text.length > most ? text.length : Buffer.byteLength(text)
  if (size > most) fail(file, undefined, tooMany(size, 'octets', most))
}

/** @throws FileError where there are too many of what a file has: that ends what is done with it */
export function checkCount(count: number, most: number, what: string, problems: ProblemList): void {
  if (count <= most) return
  problems.add({ line: 1, column: 1 }, tooMany(count, what, most))
  problems.throwIfAny()
}

function tooMany(count: number, what: string, most: number): string {
  return `it has ${count} ${what}, and at most ${most} are read`
}
