import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Pack, pack } from 'tar-stream'
import { listFolder } from '../folder.ts'
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

  constructor(archive: Pack) {
    this.#pack = archive
  }

  folder(name: string, mode = 0o755): void {
    this.#pack.entry({ name, type: 'directory', mode, mtime: MTIME })
  }

  text(name: string, content: string, mode = 0o644): void {
    this.#pack.entry({ name, mode, mtime: MTIME }, content)
  }

  async file(name: string, source: string, mode: number): Promise<void> {
    const { size } = await stat(source)
    const entry = this.#pack.entry({ name, mode, size, mtime: MTIME })
    await pipeline(createReadStream(source, { highWaterMark: 2 ** 20 }), entry)
  }

  /** Files of this host below the folder `prefix`, which is empty or ends in `/`. */
  async hostFiles(prefix: string, files: readonly HostFile[]): Promise<void> {
    const written = new Set<string>()
    for (const { source, target, mode } of files) {
      if (written.has(target)) continue
      written.add(target)
      await this.file(prefix + target.slice(1), source, mode)
    }
  }

  /** A folder's files below `prefix`; readable for everyone, whatever they are on this host. */
  async tree(prefix: string, directory: string, leaveOut?: (path: string) => boolean): Promise<void> {
    for (const { path, isExecutable } of await listFolder(directory, leaveOut)) {
      await this.file(prefix + path, join(directory, path), isExecutable ? 0o755 : 0o644)
    }
  }
}
