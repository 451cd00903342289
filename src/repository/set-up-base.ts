import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rm, symlink } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, pack } from 'tar-stream'
import { CONTAINER_FUNCTION, digestFolder, EngineError, setUpImage } from '../engine/index.ts'
import type { BaseImage, BaseLayer } from './base.ts'
import { savedFiles, unpacked } from './base-file.ts'
import { describeBase, storedBase } from './base-image.ts'
import { openLayer } from './base-programs.ts'
import type { BlobIdentity, BlobStore } from './blob-store.ts'
import { digitsOf, sha256 } from './digest.ts'
import { MEDIA_TYPES } from './oci.ts'
import { type LayerNote, packLayer } from './pack-layer.ts'

const FUNCTION = CONTAINER_FUNCTION.slice(1)

export interface SetUpBaseOptions {
  readonly store: BlobStore
  /** The node's state folder, absolute. */
  readonly home: string
  readonly progress?: ((step: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** What setup commands made. */
interface SetUpNote {
  /** Undefined if they changed nothing but the function's folder. */
  readonly layer?: LayerNote | undefined
  /** Archive of the function's folder. */
  readonly files: BlobIdentity
}

/**
 * Runs setup commands on a base image in a container: what they make in the function's folder is in that folder then, all else
 * is a layer on the base. The same commands on the same base and folder are run but once; what they made is kept.
 * @returns the base with that layer
 * @throws EngineError `engine-unreachable`, `build-failed`; RepositoryError
 */
export async function setUpBase(
  base: BaseImage,
  lines: readonly string[],
  folder: string,
  options: SetUpBaseOptions,
): Promise<BaseImage> {
  const { store } = options
  const key = digitsOf(sha256(JSON.stringify([base.digest, lines, await digestFolder(folder)])))
  const known = await store.note<SetUpNote>('setups', key)
  const isKept =
    known !== undefined &&
    (await store.has(known.files)) &&
    (known.layer === undefined || (await store.has(known.layer)))
  const { files, layer } = isKept ? known : await setUp(base, lines, folder, key, options)
  if (!isKept) await store.writeNote('setups', key, { files, layer })
  await replaceFolder(createReadStream(store.path(files.digest)), folder)
  if (layer === undefined) return base
  const { digest, size, diffId } = layer
  const added: BaseLayer = {
    kind: 'setup',
    descriptor: { mediaType: MEDIA_TYPES.layer, digest, size },
    diffId,
  }
  return await describeBase(base, [...base.layers, added], store)
}

async function setUp(
  base: BaseImage,
  lines: readonly string[],
  folder: string,
  key: string,
  { store, home, progress, signal }: SetUpBaseOptions,
): Promise<SetUpNote> {
  const what = `the base image ${base.name}`
  let files: BlobIdentity | undefined
  let layer: LayerNote | undefined
  await setUpImage(
    {
      image: storedBase(base, store),
      name: what,
      lines,
      folder,
      progress,
      signal,
      onFolder: async (archive) => {
        files = await store.write(archive)
      },
      onImage: async (archive) => {
        layer = await unpacked(archive, what, home, async (unpackedTo) => {
          const { layers } = await savedFiles(unpackedTo, what)
          const top = layers[base.layers.length]
          return top === undefined ? undefined : await keepChanges(top, key, store)
        })
      },
    },
    home,
  )
  return { files: files as BlobIdentity, layer }
}

/** A layer without what is in the function's folder, which comes with the function; undefined if nothing is left. */
async function keepChanges(file: string, key: string, store: BlobStore): Promise<LayerNote | undefined> {
  const isOther = (name: string): boolean => join('/', name).split('/')[1] !== FUNCTION
  let others = 0
  const layer = await packLayer(`setup-${key}`, store, () => {
    const target = pack()
    const copy = async (): Promise<void> => {
      const source = extract()
      const reading = pipeline(await openLayer(file), source)
      reading.catch(() => {})
      for await (const entry of source) {
        const { header } = entry
        if (!isOther(header.name)) {
          entry.resume()
          continue
        }
        others++
        await new Promise<void>((resolve, reject) => {
          const sink = target.entry(header, (error) => (error ? reject(error) : resolve()))
          if (header.type === 'file') entry.pipe(sink)
          else entry.resume()
        })
      }
      await reading
      target.finalize()
    }
    copy().catch((error: Error) => target.destroy(error))
    return Readable.from(target, { objectMode: false })
  })
  return others === 0 ? undefined : layer
}

/** Puts the files of an archive in place of those in a folder. All names begin with `function/`. */
async function replaceFolder(archive: Readable, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const source = extract()
  const reading = pipeline(archive, source)
  reading.catch(() => {})
  for await (const entry of source) {
    const { name, type, mode = 0, linkname = '' } = entry.header
    const inside = posix.relative(FUNCTION, posix.join('/', name).slice(1))
    const target = join(folder, posix.join('/', inside))
    if (type === 'file') {
      await mkdir(dirname(target), { recursive: true })
      await pipeline(entry, createWriteStream(target, { mode: (mode & 0o111) === 0 ? 0o644 : 0o755 }))
      continue
    }
    entry.resume()
    if (type === 'directory') await mkdir(target, { recursive: true })
    else {
      const to = join(dirname(target), linkname)
      if (type !== 'symlink' || posix.isAbsolute(linkname) || !to.startsWith(`${folder}/`)) {
        const message = `a setup command made ${name}, which is no file or leads out of the function's folder: have it make a copy`
        throw new EngineError('build-failed', message)
      }
      await mkdir(dirname(target), { recursive: true })
      await symlink(linkname, target)
    }
  }
  await reading
}
