import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Pack, pack } from 'tar-stream'
import { listFolder } from './folder.ts'
import type { HostFile } from './host-files.ts'

/** Times in images say nothing, so that the same content gives the same layer. */
const MTIME = new Date(0)

/** A tar archive as a stream; `write` adds its entries. Everything in it belongs to root. */
export function tarStream(write: (tar: TarWriter) => Promise<void>): Readable {
  const archive = pack()
  write(new TarWriter(archive)).then(
    () => archive.finalize(),
    (error: Error) => archive.destroy(error),
  )
  return Readable.from(archive, { objectMode: false })
}

export class TarWriter {
  readonly #pack: Pack
  readonly #prefix: string
  readonly #folders = new Set<string>(['.'])

  /** @param prefix - folder that all names are below; empty, or ends in `/`. */
  constructor(archive: Pack, prefix = '') {
    this.#pack = archive
    this.#prefix = prefix
  }

  /** The same archive, with all names below a folder. */
  within(prefix: string): TarWriter {
    return new TarWriter(this.#pack, this.#prefix + prefix)
  }

  folder(name: string, mode = 0o755): void {
    this.#foldersOf(name)
    this.#folders.add(name)
    this.#pack.entry({ name: this.#prefix + name, type: 'directory', mode, mtime: MTIME })
  }

  text(name: string, content: string | Uint8Array, mode = 0o644): void {
    this.#foldersOf(name)
    this.#pack.entry({ name: this.#prefix + name, mode, mtime: MTIME }, Buffer.from(content as string))
  }

  async file(name: string, source: string, mode: number): Promise<void> {
    this.#foldersOf(name)
    const { size } = await stat(source)
    const entry = this.#pack.entry({ name: this.#prefix + name, mode, size, mtime: MTIME })
    await pipeline(createReadStream(source, { highWaterMark: 2 ** 20 }), entry)
  }

  /** Files of this host at their places in an image. */
  async hostFiles(files: readonly HostFile[]): Promise<void> {
    const written = new Set<string>()
    for (const { source, target, mode } of files) {
      if (written.has(target)) continue
      written.add(target)
      await this.file(target.slice(1), source, mode)
    }
  }

  /** A folder's files below `prefix`; readable for everyone, whatever they are on this host. */
  async tree(prefix: string, directory: string, leaveOut?: (path: string) => boolean): Promise<void> {
    for (const { path, isExecutable } of await listFolder(directory, leaveOut)) {
      await this.file(prefix + path, join(directory, path), isExecutable ? 0o755 : 0o644)
    }
  }

  /** Whoever unpacks an archive chooses the mode of folders that it does not name. */
  #foldersOf(name: string): void {
    const parent = dirname(name)
    if (!this.#folders.has(parent)) this.folder(parent)
  }
}
