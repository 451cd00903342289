import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'
import { z } from 'zod'
import type { BaseImage, BaseSource } from './base.ts'
import { isGzip, openLayer } from './base-programs.ts'
import type { BlobStore } from './blob-store.ts'
import { digitsOf, sha256 } from './digest.ts'
import { explainDisk, RepositoryError } from './errors.ts'
import { MEDIA_TYPES, parseConfig, parseIndex } from './oci.ts'
import { packLayer } from './pack-layer.ts'
import type { FetchedManifest } from './registry-contents.ts'

/** Largest image in a file, in bytes: 8 GiB. */
export const IMAGE_FILE_BYTES_MAX = 2 ** 33
/** Most files in one: each layer and image has some. */
export const IMAGE_FILE_ENTRIES_MAX = 10_000

/** What `docker save` writes of images. */
const savedImages = z.array(z.object({ Config: z.string(), Layers: z.array(z.string()).min(1) }))

type Read = (source: BaseSource, target: string) => Promise<BaseImage>

/**
 * Opens an image in a folder of the OCI Image Layout or in a file that `docker save` wrote, with or without gzip.
 * @param read - what reads the image
 */
export async function openBaseFile(
  path: string,
  home: string,
  store: BlobStore,
  read: Read,
): Promise<BaseImage> {
  if ((await stat(path)).isDirectory()) return await openFolder(path, path, store, read)
  return await unpacked(await openLayer(path), path, home, (folder) => openFolder(path, folder, store, read))
}

/** Does something with the files of an archive that holds an image. */
export async function unpacked<T>(
  archive: Readable,
  path: string,
  home: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  await mkdir(home, { recursive: true })
  const folder = await mkdtemp(join(home, '.unpacked-'))
  try {
    await unpackImage(archive, path, folder)
    return await use(folder)
  } catch (error) {
    throw explainDisk(error, home)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function openFolder(path: string, folder: string, store: BlobStore, read: Read): Promise<BaseImage> {
  const isSaved = (await stat(join(folder, 'manifest.json')).catch(() => undefined)) !== undefined
  if (isSaved) return await read(...(await savedSource(path, folder, store)))
  const index = await readFile(join(folder, 'index.json')).catch(() => undefined)
  if (index === undefined) {
    const message = `${path} holds no image: name a file that docker save wrote, or a folder of the OCI Image Layout`
    throw new RepositoryError('bad-image', message)
  }
  return await read(layoutSource(path, folder, index, store), 'index.json')
}

/** OCI Image Specification, "Image Layout". */
function layoutSource(path: string, folder: string, index: Buffer, store: BlobStore): BaseSource {
  const file = (digest: string): string => join(folder, 'blobs', 'sha256', digitsOf(digest))
  const types = new Map<string, string>()
  const open = async (digest: string): Promise<FetchedManifest | undefined> => {
    const bytes = await readFile(file(digest)).catch(() => undefined)
    if (bytes === undefined) return undefined
    if (sha256(bytes) !== digest) throw new RepositoryError('wrong-digest', `${file(digest)} was changed`)
    return { mediaType: types.get(digest) ?? MEDIA_TYPES.manifest, digest, bytes }
  }
  return {
    manifest: async (target) => {
      if (target !== 'index.json') return await open(target)
      const { manifests } = parseIndex(index, path)
      for (const { digest, mediaType } of manifests) types.set(digest, mediaType)
      const [only] = manifests
      // One entry may lead to an index in its turn.
      if (manifests.length === 1 && only?.mediaType === MEDIA_TYPES.index) return await open(only.digest)
      return { mediaType: MEDIA_TYPES.index, digest: sha256(index), bytes: index }
    },
    fetch: async (blob) => {
      if (!(await store.has(blob))) await store.write(createReadStream(file(blob.digest)), blob)
    },
  }
}

/** Makes the image that `docker save` took apart anew. */
async function savedSource(path: string, folder: string, store: BlobStore): Promise<[BaseSource, string]> {
  const files = await savedFiles(folder, path)
  const { rootfs } = parseConfig(await readFile(files.config), path)
  const config = await store.write(createReadStream(files.config))
  const layers: object[] = []
  for (const [index, file] of files.layers.entries()) {
    const diffId = rootfs.diff_ids[index] ?? ''
    layers.push({ mediaType: MEDIA_TYPES.layer, ...(await keepLayer(file, diffId, path, store)) })
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: { mediaType: MEDIA_TYPES.config, ...config },
    layers,
  }
  const bytes = Buffer.from(JSON.stringify(manifest))
  const fetched = { mediaType: MEDIA_TYPES.manifest, digest: sha256(bytes), bytes }
  return [{ manifest: async () => fetched, fetch: async () => {} }, fetched.digest]
}

/** A layer that is not compressed becomes so, once. */
async function keepLayer(file: string, diffId: string, path: string, store: BlobStore) {
  if (await isGzip(file)) return await store.write(createReadStream(file))
  const layer = await packLayer(`saved-${diffId.replace(':', '-')}`, store, () => createReadStream(file))
  if (layer.diffId === diffId) return { digest: layer.digest, size: layer.size }
  throw new RepositoryError(
    'wrong-digest',
    `a layer in ${path} is not what its configuration says: save it again`,
  )
}

/** Files of the layers of the one image in a folder that `docker save` wrote, from the bottom up, and of its configuration. */
export async function savedFiles(
  folder: string,
  path: string,
): Promise<{ config: string; layers: string[] }> {
  const saved = await readFile(join(folder, 'manifest.json'), 'utf8')
  const images = savedImages.safeParse(JSON.parse(saved))
  const [image] = images.data ?? []
  if (image === undefined || images.data?.length !== 1) {
    const has = images.data === undefined ? 'what docker save does not write' : `${images.data.length} images`
    throw new RepositoryError('bad-image', `${path} holds ${has}: save one image`)
  }
  const inside = (name: string): string => join(folder, join('/', name))
  return { config: inside(image.Config), layers: image.Layers.map(inside) }
}

/** Writes an archive's files into a folder. Those of `docker save` may be links to others in it. */
async function unpackImage(from: Readable, path: string, folder: string): Promise<void> {
  const archive = extract()
  const reading = pipeline(from, archive)
  reading.catch(() => {})
  const links: [at: string, to: string][] = []
  let entries = 0
  let bytes = 0
  try {
    for await (const entry of archive) {
      const { name, type, size = 0, linkname } = entry.header
      const at = join('/', name)
      bytes += size
      if (++entries > IMAGE_FILE_ENTRIES_MAX || bytes > IMAGE_FILE_BYTES_MAX) {
        const bound = `${IMAGE_FILE_ENTRIES_MAX} files, or ${IMAGE_FILE_BYTES_MAX} bytes`
        throw new RepositoryError('too-large', `${path} holds more than ${bound}`)
      }
      if (type === 'symlink') links.push([at, join(dirname(at), linkname ?? '')])
      if (type === 'file') {
        await mkdir(join(folder, dirname(at)), { recursive: true })
        await pipeline(entry, createWriteStream(join(folder, at)))
      } else entry.resume()
    }
    await reading
  } catch (cause) {
    if (cause instanceof RepositoryError || (cause as NodeJS.ErrnoException).code === 'ENOSPC') throw cause
    const message = `${path} is no archive that can be read (${(cause as Error).message}): docker save writes one`
    throw new RepositoryError('bad-image', message, { cause })
  } finally {
    archive.destroy()
  }
  for (const [at, to] of links) {
    await mkdir(join(folder, dirname(at)), { recursive: true })
    await copyFile(join(folder, to), join(folder, at))
  }
}
