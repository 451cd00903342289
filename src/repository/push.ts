import type { BlobStore } from './blob-store.ts'
import { digitsOf, sha256 } from './digest.ts'
import type { RepositoryError } from './errors.ts'
import { type LayerFacts, sizeOf } from './image.ts'
import type { LocalImage } from './local-image.ts'
import { ANNOTATIONS, MEDIA_TYPES } from './oci.ts'
import { tagOf } from './reference.ts'
import type { Repository, Resolved } from './repository.ts'

/** What moves, as it moves. */
export interface TransferProgress {
  /** Is told each step, in words for a person. */
  readonly step?: ((step: string) => void) | undefined
  /** Bytes of one blob that moved so far. It may begin again. */
  readonly bytes?: ((digest: string, bytes: number, total: number) => void) | undefined
}

export interface PushedBlob extends LayerFacts {
  /** 0 if the registry had it already, in this repository or in another one. */
  readonly bytesSent: number
}

export interface PushResult {
  readonly name: string
  readonly version: string
  /** Of the index: the identity of this version. */
  readonly digest: string
  /** From the bottom up, and the configuration last. */
  readonly blobs: readonly PushedBlob[]
  /** Bytes of them that were sent. */
  readonly bytesSent: number
  /** Bytes that the registry had already, in this repository or another one. */
  readonly bytesThere: number
  /** Architectures whose images were dropped from the index, since they are of another function.yaml. */
  readonly dropped: readonly string[]
}

/**
 * Pushes an image: layers that the registry does not have, then the image's manifest, and last the index, under the
 * version's tag. Until then the tag leads to what it led to before. Images of other architectures stay in the index.
 * @throws RepositoryError
 */
export async function push(
  repository: Repository,
  image: LocalImage,
  store: BlobStore,
  progress: TransferProgress = {},
): Promise<PushResult> {
  const { contents, address } = repository
  const { name, version } = image.manifest
  const place = repository.repositoryOf(name)
  progress.step?.(`pushing ${name}:${version}`)
  const blobs: PushedBlob[] = []
  for (const { descriptor, file, kind } of image.blobs) {
    const { digest, size } = descriptor
    const sources = (await store.note<Record<string, string>>('sources', digitsOf(digest))) ?? {}
    const sent = await contents.putBlob(place, descriptor, file, sources[address], (bytes) =>
      progress.bytes?.(digest, bytes, size),
    )
    blobs.push({ kind, digest, size, bytesSent: sent.bytes })
    if (sources[address] === undefined) {
      await store.writeNote('sources', digitsOf(digest), { ...sources, [address]: place })
    }
  }
  const { mediaType, digest, size } = image.descriptor
  await contents.putManifest(place, digest, mediaType, image.bytes)

  const there = await repository.resolve({ name, version }).catch((error: RepositoryError) => {
    if (error.code === 'not-found' || error.code === 'bad-image') return undefined
    throw error
  })
  const annotation = image.image.annotations[ANNOTATIONS.function] as string
  const { kept, dropped } = others(there, image, annotation)
  const own = { mediaType, digest, size, platform: { architecture: image.config.architecture, os: 'linux' } }
  const manifests = [...kept, own].sort((a, b) =>
    a.platform.architecture < b.platform.architecture ? -1 : 1,
  )
  const index = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.index,
    manifests,
    annotations: { [ANNOTATIONS.function]: annotation },
  }
  const bytes = Buffer.from(JSON.stringify(index))
  await contents.putManifest(place, tagOf(version), MEDIA_TYPES.index, bytes)
  const bytesSent = blobs.reduce((sum, blob) => sum + blob.bytesSent, 0)
  return {
    name,
    version,
    digest: sha256(bytes),
    blobs,
    bytesSent,
    bytesThere: sizeOf(blobs) - bytesSent,
    dropped,
  }
}

/** What the index had for other architectures, as far as it is of the same function. */
function others(there: Resolved | undefined, image: LocalImage, annotation: string) {
  const foreign = (there?.images ?? []).filter(
    ({ architecture }) => architecture !== image.config.architecture,
  )
  const isSame = there?.annotations[ANNOTATIONS.function] === annotation
  const kept = foreign.map(({ architecture, mediaType, digest, size }) => {
    return { mediaType, digest, size, platform: { architecture, os: 'linux' } }
  })
  return isSame
    ? { kept, dropped: [] }
    : { kept: [], dropped: foreign.map(({ architecture }) => architecture) }
}
