import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { Component, type Name, TT } from '../packet/index.ts'

/** Most files that are looked at to tell what a folder holds; all are served. */
const MAX_LISTED_FILES = 10_000

/** Deepest folder that is looked into. */
const MAX_DEPTH = 64

/** What a folder holds, under the names by which it is served. */
export interface Listing {
  readonly names: readonly Name[]
  /** Bytes of all that is listed. */
  readonly bytes: number
  /** Links that lead out of the folder, and so are not served. */
  readonly refused: readonly string[]
  /** False where there is more than was looked at. */
  readonly isComplete: boolean
}

/** A folder whose files are served as `<prefix>/<path in the folder>`. Hidden files, and what lies outside, are not. */
export class Folder {
  readonly prefix: Name
  readonly #root: string

  private constructor(prefix: Name, root: string) {
    this.prefix = prefix
    this.#root = root
  }

  /** @throws the system's error where there is no such folder */
  static async open(prefix: Name, path: string): Promise<Folder> {
    return new Folder(prefix, await realpath(path))
  }

  /** Path of the file that a name stands for; undefined where it stands for none that may be served. */
  async locate(name: Name): Promise<string | undefined> {
    if (!this.prefix.isPrefixOf(name)) return undefined
    const parts: string[] = []
    for (const component of name.components.slice(this.prefix.length)) {
      const part = fileName(component)
      if (part === undefined) return undefined
      parts.push(part)
    }
    return parts.length === 0 ? undefined : this.#inside(join(this.#root, ...parts))
  }

  /** Where a path really leads; undefined where that is nowhere or outside. */
  async #inside(path: string): Promise<string | undefined> {
    const real = await realpath(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ENAMETOOLONG')
        return undefined
      throw error
    })
    return real?.startsWith(withSeparator(this.#root)) === true ? real : undefined
  }

  /** Looks at what there is now. @throws the system's error where a folder cannot be read */
  async list(): Promise<Listing> {
    const names: Name[] = []
    const refused: string[] = []
    let bytes = 0
    let isComplete = true
    // Folders on the way down to each, so that a link to one of them does not lead round and round.
    const pending = [{ path: this.#root, name: this.prefix, above: [this.#root] }]
    for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
      for (const entry of await readdir(folder.path)) {
        const component = Component.generic(entry)
        if (fileName(component) === undefined) continue
        const path = await this.#inside(join(folder.path, entry))
        if (path === undefined) {
          refused.push(join(folder.path, entry))
          continue
        }
        const found = await stat(path)
        const name = folder.name.append(component)
        if (found.isDirectory()) {
          if (folder.above.includes(path) || folder.above.length >= MAX_DEPTH) continue
          pending.push({ path, name, above: [...folder.above, path] })
        } else if (found.isFile()) {
          if (names.length >= MAX_LISTED_FILES) {
            isComplete = false
            continue
          }
          names.push(name)
          bytes += found.size
        }
      }
    }
    return { names, bytes, refused, isComplete }
  }
}

/** The one name in a folder that a component stands for; undefined where it is none, or that of a hidden file. */
function fileName(component: Component): string | undefined {
  const { text } = component
  // `..` and `.` begin with a period; a separator or a zero octet would lead elsewhere.
  if (component.type !== TT.GenericNameComponent || text === '' || text.startsWith('.')) return undefined
  if (text.includes('\0') || basename(text) !== text || text.includes(sep)) return undefined
  // Octets that are not UTF-8 read as others than they are.
  return Component.generic(text).equals(component) ? text : undefined
}

function withSeparator(path: string): string {
  return path.endsWith(sep) ? path : path + sep
}
