import { createHash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { EngineError } from './engine.ts'

/** Deepest nesting of folders that is followed; beyond it there must be a symbolic link that leads back. */
export const FOLDER_DEPTH_MAX = 64

/** A file in a folder. */
export interface FolderFile {
  /** Relative to the folder, with `/`. */
  readonly path: string
  /** Bytes. */
  readonly size: number
  readonly isExecutable: boolean
}

/**
 * Every file of a folder, sorted by path; symbolic links are followed, sockets and devices left out.
 * @param leaveOut - whether a file, or a folder with all in it, is left out.
 * @throws EngineError `build-failed` if folders nest deeper than {@link FOLDER_DEPTH_MAX}.
 */
export async function listFolder(
  directory: string,
  leaveOut: (path: string) => boolean = () => false,
): Promise<FolderFile[]> {
  const found: FolderFile[] = []
  const visit = async (path: string, depth: number): Promise<void> => {
    if (depth > FOLDER_DEPTH_MAX) {
      const message = `${join(directory, path)}: more than ${FOLDER_DEPTH_MAX} folders deep; does a link lead back?`
      throw new EngineError('build-failed', message)
    }
    for (const name of await readdir(join(directory, path))) {
      const inner = path === '' ? name : `${path}/${name}`
      if (leaveOut(inner)) continue
      const stats = await stat(join(directory, inner))
      if (stats.isDirectory()) await visit(inner, depth + 1)
      else if (stats.isFile()) {
        found.push({ path: inner, size: stats.size, isExecutable: (stats.mode & 0o111) !== 0 })
      }
    }
  }
  await visit('', 0)
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Copies files from one folder to another, making folders as needed. */
export async function copyFiles(from: string, to: string, files: readonly FolderFile[]): Promise<void> {
  const made = new Set<string>()
  for (const { path } of files) {
    const target = join(to, path)
    if (!made.has(dirname(target))) await mkdir(dirname(target), { recursive: true })
    made.add(dirname(target))
    // Where the file system can, the copy shares the original's blocks until one of them changes.
    await copyFile(join(from, path), target, constants.COPYFILE_FICLONE)
  }
}

/** SHA-256 over a folder's paths and bytes, and over which files can be executed; lower-case hexadecimal. */
export async function digestFolder(directory: string): Promise<string> {
  const hash = createHash('sha256')
  for (const { path, size, isExecutable } of await listFolder(directory)) {
    // Path and size in front of the bytes, so that no two folders give the same stream of bytes.
    hash.update(`${JSON.stringify([path, size, isExecutable])}\n`)
    for await (const chunk of createReadStream(join(directory, path))) hash.update(chunk)
  }
  return hash.digest('hex')
}

/** SHA-256 of a file, lower-case hexadecimal; undefined if it cannot be read. */
export async function digestFile(path: string): Promise<string | undefined> {
  const bytes = await readFile(path).catch(() => undefined)
  return bytes && createHash('sha256').update(bytes).digest('hex')
}
