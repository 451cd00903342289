import { basename, extname } from 'node:path'

/** What a file is called without its folder and its last extension: the name of what it holds, where it says none. */
export function baseName(file: string): string {
  return basename(file, extname(file))
}
