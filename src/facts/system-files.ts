import { readFileSync } from 'node:fs'

/** Gives the text of a file of the kernel; undefined where there is none, or it cannot be read. */
export type ReadText = (path: string) => string | undefined

/** These files are made as they are read, from memory: to wait for them takes longer than to read them. */
export const readSystemFile: ReadText = (path) => {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}
