import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type Artifact, ArtifactCache, imageName, MANIFEST_JSON, type StoredLayer } from '../engine/index.ts'
import { parseManifest } from '../function/index.ts'
import type { BlobStore } from './blob-store.ts'
import { digitsOf } from './digest.ts'
import { explainDisk, RepositoryError } from './errors.ts'
import { fetchBlob } from './fetch-blob.ts'
import type { LayerFacts } from './image.ts'
import { checkConfigSize, LocalImage } from './local-image.ts'
import type { LocalImages } from './local-images.ts'
import { type Descriptor, parseImageManifest } from './oci.ts'
import type { TransferProgress } from './push.ts'
import { formatReference, type Reference } from './reference.ts'
import type { Repository } from './repository.ts'
import { unpackFunction } from './unpack.ts'

export interface PullOptions {
  readonly store: BlobStore
  readonly images: LocalImages
  /** The node's state folder, absolute. */
  readonly home: string
  readonly progress?: TransferProgress | undefined
}

export interface PullResult {
  /** Ready for any engine. */
  readonly artifact: Artifact
  readonly name: string
  readonly version: string
  /** Of the version. */
  readonly digest: string
  readonly bytesFetched: number
  /** Bytes of blobs that were on this host already. */
  readonly bytesThere: number
}

/**
 * Pulls a function for this machine's architecture: its blobs into the store, each verified, then the artifact that they hold,
 * and last the entry under which it is found. What fails before leaves blobs at most, which the next pull uses.
 * @throws RepositoryError
 */
export async function pull(
  repository: Repository,
  reference: Reference | string,
  options: PullOptions,
): Promise<PullResult> {
  const { store, images, home, progress = {} } = options
  await store.prune()
  const resolved = await repository.resolve(reference)
  const wanted = repository.imageFor(resolved)
  progress.step?.(`pulling ${formatReference(resolved.reference)}`)
  const { bytes, digest, mediaType } = await repository.imageManifest(resolved, wanted.digest)
  const { config, layers } = parseImageManifest(bytes, `the manifest ${digest}`)
  checkConfigSize(config)

  let bytesFetched = 0
  let bytesThere = 0
  for (const blob of [config, ...layers]) {
    const bytes = await fetchBlob(repository.registry, resolved.repository, blob, store, progress)
    bytesFetched += bytes
    bytesThere += blob.size - bytes
  }
  const descriptor = { mediaType, digest, size: bytes.length }
  await store.write(once(bytes), descriptor)
  const image = await LocalImage.open(store, descriptor)
  if (!image.isOfThisMachine) {
    const { os, architecture } = image.config
    throw new RepositoryError(
      'bad-image',
      `${digest} says in the index that it is for this machine, but it is for ${os}/${architecture}`,
    )
  }
  if (imageName(image.manifest.name) !== imageName(resolved.reference.name)) {
    const message = `what ${repository.address} has as ${resolved.reference.name} is the function ${image.manifest.name}`
    throw new RepositoryError('bad-image', message)
  }
  const artifact = await install(image, store, home)
  await images.put(image)
  await store.writeNote('versions', digitsOf(resolved.manifest.digest), descriptor)
  const { name, version } = image.manifest
  return { artifact, name, version, digest: resolved.manifest.digest, bytesFetched, bytesThere }
}

/** Unpacks an image's function to where artifacts are. */
async function install(image: LocalImage, store: BlobStore, home: string): Promise<Artifact> {
  const { manifest, artifactDigest, stored, facts } = image
  const folder = join(home, 'artifacts')
  try {
    const directory = await new ArtifactCache(folder).adopt(manifest.name, artifactDigest, async (empty) => {
      for (const [index, layer] of stored.layers.entries()) {
        const { kind, digest } = facts.layers[index] as LayerFacts
        // In what is below there is nothing of the function's.
        if (kind === undefined || kind === 'packages' || kind === 'function')
          await unpack(layer, digest, empty, store)
      }
      await checkManifest(empty, image)
    })
    if (directory !== undefined) return { directory, digest: artifactDigest, manifest, image: stored }
  } catch (error) {
    throw explainDisk(error, folder)
  }
  throw new RepositoryError(
    'bad-image',
    `the image ${image.descriptor.digest} holds something else than the artifact ${artifactDigest}: push ${manifest.name} again`,
  )
}

async function unpack(layer: StoredLayer, digest: string, folder: string, store: BlobStore): Promise<void> {
  try {
    await unpackFunction(layer, folder)
  } catch (error) {
    // It was right when it came, so something changed it here; the next pull fetches it again.
    if (error instanceof RepositoryError) await store.remove(digest)
    throw error
  }
}

/**
 * What an earlier pull has brought, without asking the repository; undefined where not all of it is here any more.
 * @param digest of the version
 */
export async function pulled(
  digest: string,
  { store, home }: Pick<PullOptions, 'store' | 'home'>,
): Promise<PullResult | undefined> {
  const descriptor = await store.note<Descriptor>('versions', digitsOf(digest))
  if (descriptor === undefined) return undefined
  try {
    const image = await LocalImage.open(store, descriptor)
    const artifact = await install(image, store, home)
    const { name, version } = image.manifest
    const bytesThere = image.blobs.reduce((sum, blob) => sum + blob.descriptor.size, 0)
    return { artifact, name, version, digest, bytesFetched: 0, bytesThere }
  } catch (error) {
    if (error instanceof RepositoryError && error.code !== 'disk-full') return undefined
    throw error
  }
}

/** The repository must not say one thing of a function and the function another. */
async function checkManifest(folder: string, { manifest, descriptor }: LocalImage): Promise<void> {
  const text = await readFile(join(folder, MANIFEST_JSON), 'utf8').catch(() => '{}')
  const inside = ((): unknown => {
    try {
      return parseManifest(JSON.parse(text))
    } catch {
      return undefined
    }
  })()
  if (isDeepStrictEqual(inside, manifest)) return
  throw new RepositoryError(
    'bad-image',
    `the image ${descriptor.digest} holds another ${MANIFEST_JSON} than its annotations say: push ${manifest.name} again`,
  )
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}
