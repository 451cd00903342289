import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync, gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { type Artifact, imageArchitecture } from '../../src/engine/index.ts'
import type { BlobStore } from '../../src/repository/blob-store.ts'
import { LocalImage } from '../../src/repository/local-image.ts'
import { ANNOTATIONS, type Descriptor, MEDIA_TYPES } from '../../src/repository/oci.ts'
import type { Repository } from '../../src/repository/repository.ts'

type Json = Record<string, unknown>
type Header = Parameters<ReturnType<typeof pack>['entry']>[0]

/** What is in an archive. */
export type ArchiveEntry = readonly [header: Header, content?: string | Buffer]

/** What is to be wrong with an image. */
export interface Flaws {
  /** Of the one layer, compressed. */
  readonly layer?: Buffer
  readonly annotations?: Json
  readonly config?: Json
  readonly manifest?: Json
  /** Of the index. */
  readonly platform?: Json
}

/** An image by hand, without Node.js in it, so that it is small and can be wrong in many ways. */
export interface CraftedImage {
  readonly descriptor: Descriptor
  readonly blobs: readonly Descriptor[]
  readonly index: Buffer
}

export async function craftImage(
  store: BlobStore,
  artifact: Artifact,
  flaws: Flaws = {},
): Promise<CraftedImage> {
  const layer = flaws.layer ?? gzipSync(await functionArchive(artifact))
  const write = async (bytes: Buffer) => await store.write(Readable.from([bytes]))
  const layerBlob = { mediaType: MEDIA_TYPES.layer, ...(await write(layer)) }
  const config = {
    architecture: imageArchitecture(),
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [diffIdOf(layer)] },
    ...flaws.config,
  }
  const configBlob = { mediaType: MEDIA_TYPES.config, ...(await write(json(config))) }
  const annotations = {
    [ANNOTATIONS.artifact]: artifact.digest,
    [ANNOTATIONS.function]: JSON.stringify(artifact.manifest),
    ...flaws.annotations,
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: configBlob,
    layers: [{ ...layerBlob, annotations: { [ANNOTATIONS.layer]: 'function' } }],
    annotations,
    ...flaws.manifest,
  }
  const descriptor = { mediaType: MEDIA_TYPES.manifest, ...(await write(json(manifest))) }
  const platform = { architecture: imageArchitecture(), os: 'linux', ...flaws.platform }
  const index = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.index,
    manifests: [{ ...descriptor, platform }],
    annotations: { [ANNOTATIONS.function]: annotations[ANNOTATIONS.function] },
  }
  return { descriptor, blobs: [layerBlob, configBlob], index: json(index) }
}

/** A small image that nothing is wrong with, as it is after it was built. */
export async function smallImage(store: BlobStore, artifact: Artifact): Promise<LocalImage> {
  return await LocalImage.open(store, (await craftImage(store, artifact)).descriptor)
}

/** Puts an image into a registry, whatever is wrong with it. */
export async function publish(
  { contents, ...repository }: Pick<Repository, 'contents'> & { place: string },
  tag: string,
  image: CraftedImage,
  store: BlobStore,
): Promise<void> {
  const { place } = repository
  for (const blob of image.blobs) await contents.putBlob(place, blob, store.path(blob.digest), undefined)
  const { digest, mediaType } = image.descriptor
  await contents.putManifest(place, digest, mediaType, await store.read(digest))
  await contents.putManifest(place, tag, MEDIA_TYPES.index, image.index)
}

/** A layer with the given entries. */
export async function archiveOf(...entries: readonly ArchiveEntry[]): Promise<Buffer> {
  const archive = pack()
  for (const [entry, content] of entries) archive.entry(entry, content ?? '')
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

async function functionArchive({ directory }: Artifact): Promise<Buffer> {
  const entries = (await readdir(directory)).sort().map(async (file): Promise<ArchiveEntry> => {
    return [{ name: `function/${file}` }, await readFile(join(directory, file), 'utf8')]
  })
  return await archiveOf(...(await Promise.all(entries)))
}

function diffIdOf(layer: Buffer): string {
  const bytes = ((): Buffer => {
    try {
      return gunzipSync(layer)
    } catch {
      return layer
    }
  })()
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
