import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import type { BaseLayer } from './base.ts'
import type { BlobStore } from './blob-store.ts'
import { digitsOf } from './digest.ts'
import { RepositoryError } from './errors.ts'
import { ENTRIES_MAX } from './unpack.ts'

/** In a layer: what it takes away from those below (OCI Image Specification, "Whiteouts"). */
const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'

/** What one layer does to the programs of an image. Paths are absolute. */
interface ProgramsNote {
  readonly added: readonly string[]
  /** Files and folders. */
  readonly removed: readonly string[]
}

/**
 * Where an image has its programs: what can be run in the folders of its PATH, the first of each name.
 * @param path - folders, absolute
 */
export async function findPrograms(
  layers: readonly BaseLayer[],
  path: readonly string[],
  store: BlobStore,
): Promise<Map<string, string>> {
  const there = new Set<string>()
  for (const { descriptor } of layers) {
    const { added, removed } = await programsIn(descriptor.digest, store)
    for (const gone of removed) {
      for (const file of there) if (file === gone || file.startsWith(`${gone}/`)) there.delete(file)
    }
    for (const file of added) there.add(file)
  }
  const programs = new Map<string, string>()
  for (const file of there) {
    const name = file.slice(dirname(file).length + 1)
    const place = path.indexOf(dirname(file))
    const other = programs.get(name)
    if (place >= 0 && (other === undefined || place < path.indexOf(dirname(other)))) programs.set(name, file)
  }
  return programs
}

/** Of one layer; written down, since a layer stays what it is. */
async function programsIn(digest: string, store: BlobStore): Promise<ProgramsNote> {
  const known = await store.note<ProgramsNote>('programs', digitsOf(digest))
  if (known !== undefined) return known
  const added: string[] = []
  const removed: string[] = []
  const archive = extract()
  const reading = pipeline(await openLayer(store.path(digest)), archive)
  reading.catch(() => {})
  let entries = 0
  try {
    for await (const entry of archive) {
      const { name, type, mode = 0 } = entry.header
      entry.resume()
      if (++entries > ENTRIES_MAX) throw new Error(`more than ${ENTRIES_MAX} entries`)
      const path = join('/', name)
      const file = path.slice(dirname(path).length).replace(/^\//, '')
      if (file === OPAQUE) removed.push(dirname(path))
      else if (file.startsWith(WHITEOUT)) removed.push(join(dirname(path), file.slice(WHITEOUT.length)))
      // What a link leads to is not looked at.
      else if (type === 'symlink' || type === 'link' || (type === 'file' && (mode & 0o111) !== 0)) {
        if (/\/s?bin$/.test(dirname(path))) added.push(path)
      }
    }
    await reading
  } catch (cause) {
    const message = `the layer ${digest} of the base image cannot be read: ${(cause as Error).message}`
    throw new RepositoryError('bad-image', message, { cause })
  } finally {
    archive.destroy()
  }
  const note = { added, removed }
  await store.writeNote('programs', digitsOf(digest), note)
  return note
}

/** A layer's archive, whether it is compressed or not. */
export async function openLayer(file: string): Promise<Readable> {
  const source = createReadStream(file)
  if (!(await isGzip(file))) return source
  const unzipped = createGunzip()
  source.on('error', (error) => unzipped.destroy(error))
  return source.pipe(unzipped)
}

export async function isGzip(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return buffer.readUInt16BE() === 0x1f8b
  } finally {
    await file.close()
  }
}
