import { stat } from 'node:fs/promises'
import { CONTAINER_PATH, type StoredImage } from '../engine/index.ts'
import type { BaseImage, BaseLayer, BaseSource } from './base.ts'
import { openBaseFile } from './base-file.ts'
import { findPrograms } from './base-programs.ts'
import { parseBaseReference } from './base-reference.ts'
import type { BlobStore } from './blob-store.ts'
import { RepositoryError } from './errors.ts'
import { fetchBlob } from './fetch-blob.ts'
import { checkConfigSize } from './local-image.ts'
import { isIndexType, MEDIA_TYPES, parseConfig, parseImageManifest, parseIndex } from './oci.ts'
import type { TransferProgress } from './push.ts'
import { Registry, type RegistryOptions } from './registry.ts'
import { RegistryContents } from './registry-contents.ts'

/** Archives that layers can be, and as what they go on: Docker's names for them are the same thing. */
const LAYER_TYPES: Readonly<Record<string, string>> = {
  [MEDIA_TYPES.layer]: MEDIA_TYPES.layer,
  [MEDIA_TYPES.plainLayer]: MEDIA_TYPES.plainLayer,
  [MEDIA_TYPES.dockerLayer]: MEDIA_TYPES.layer,
}

export interface OpenBaseOptions {
  readonly store: BlobStore
  /** The node's state folder, absolute. */
  readonly home: string
  /** As images have it (Go's GOARCH). */
  readonly architecture: string
  /** Where it is, unless the reference says so itself. */
  readonly registry: RegistryOptions
  /** Credentials for another registry. */
  readonly credentialsFor?: ((registry: string) => RegistryOptions['credentials']) | undefined
  readonly progress?: TransferProgress | undefined
}

/**
 * Gets a base image: from a registry, a folder of the OCI Image Layout, or a file that `docker save` wrote.
 * @param reference - see {@link parseBaseReference}; or a path
 * @throws RepositoryError `not-found`; `no-such-architecture`; `bad-image` if its layers are of a kind that is not taken; …
 */
export async function openBase(reference: string, options: OpenBaseOptions): Promise<BaseImage> {
  const { store, home, registry, credentialsFor, progress = {} } = options
  if ((await stat(reference).catch(() => undefined)) !== undefined) {
    progress.step?.(`reading the base image ${reference}`)
    return await openBaseFile(reference, home, store, (source, target) =>
      readBase(reference, source, target, options),
    )
  }
  const { registry: host, repository, target } = parseBaseReference(reference)
  const elsewhere = host === undefined ? {} : { registry: host, credentials: credentialsFor?.(host) }
  const there = new Registry({ ...registry, ...elsewhere })
  try {
    progress.step?.(`looking for the base image ${reference}`)
    const contents = new RegistryContents(there)
    const source: BaseSource = {
      manifest: (target) => contents.manifest(repository, target),
      fetch: async (blob) => {
        await fetchBlob(there, repository, blob, store, progress)
      },
    }
    return await readBase(reference, source, target, options)
  } finally {
    there.close()
  }
}

async function readBase(
  name: string,
  source: BaseSource,
  target: string,
  { store, architecture, progress }: OpenBaseOptions,
): Promise<BaseImage> {
  const what = `the base image ${name}`
  let found = await source.manifest(target)
  if (found !== undefined && isIndexType(found.mediaType)) {
    const { manifests } = parseIndex(found.bytes, what)
    // One without a platform may be for any; its configuration tells.
    const own = manifests.find(
      ({ platform }) =>
        platform === undefined || (platform.os === 'linux' && platform.architecture === architecture),
    )
    if (own === undefined) {
      const has = manifests.map(({ platform }) => `${platform?.os}/${platform?.architecture}`)
      throw otherArchitecture(name, architecture, has.join(', ') || 'nothing')
    }
    found = await source.manifest(own.digest)
  }
  if (found === undefined) {
    throw new RepositoryError(
      'not-found',
      `there is no base image ${name}: put it into the registry with docker push, or name a file that docker save wrote`,
    )
  }
  if (isIndexType(found.mediaType)) {
    throw new RepositoryError('bad-image', `${what} is an index of indexes: name one of them by its digest`)
  }
  const { config, layers } = parseImageManifest(found.bytes, what)
  checkConfigSize(config)
  for (const { mediaType } of layers) {
    if (LAYER_TYPES[mediaType] !== undefined) continue
    const message = `${what} has a layer of the type ${mediaType}: only tar archives are taken, as they are or with gzip`
    throw new RepositoryError('bad-image', message)
  }
  await source.fetch(config)
  const { rootfs, config: settings, ...platform } = parseConfig(await store.read(config.digest), what)
  if (platform.os !== 'linux' || platform.architecture !== architecture) {
    throw otherArchitecture(name, architecture, `${platform.os}/${platform.architecture}`)
  }
  if (rootfs.diff_ids.length !== layers.length) {
    throw new RepositoryError(
      'bad-image',
      `${what} has ${layers.length} layers, and its configuration ${rootfs.diff_ids.length}`,
    )
  }
  progress?.step?.(`getting the base image ${name}`)
  for (const layer of layers) await source.fetch(layer)
  const all = layers.map(({ mediaType, digest, size }, index): BaseLayer => {
    const descriptor = { mediaType: LAYER_TYPES[mediaType] as string, digest, size }
    return { kind: 'system', descriptor, diffId: rootfs.diff_ids[index] as string }
  })
  const environment = settings?.Env ?? []
  const known = { name, digest: found.digest, architecture, environment, config: store.path(config.digest) }
  return await describeBase(known, all, store)
}

/** Adds what its layers say: which programs there are. */
export async function describeBase(
  base: Omit<BaseImage, 'layers' | 'programs' | 'nodeVersion'>,
  layers: readonly BaseLayer[],
  store: BlobStore,
): Promise<BaseImage> {
  const { environment } = base
  const programs = await findPrograms(layers, searchPath(environment), store)
  const nodeVersion = variable(environment, 'NODE_VERSION')
  return { ...base, layers, programs, nodeVersion }
}

/** As an engine takes it. */
export function storedBase({ digest, config, layers }: BaseImage, store: BlobStore): StoredImage {
  return {
    digest,
    config,
    layers: layers.map(({ descriptor, diffId }) => ({ file: store.path(descriptor.digest), diffId })),
  }
}

/** Folders in which its programs are looked for. */
function searchPath(environment: readonly string[]): string[] {
  const path = variable(environment, 'PATH') ?? CONTAINER_PATH
  return path.split(':').filter((folder) => folder.startsWith('/'))
}

function variable(environment: readonly string[], key: string): string | undefined {
  return environment.find((one) => one.startsWith(`${key}=`))?.slice(key.length + 1)
}

function otherArchitecture(name: string, architecture: string, has: string): RepositoryError {
  return new RepositoryError(
    'no-such-architecture',
    `the base image ${name} is not for linux/${architecture}, but for ${has}: name one that is`,
  )
}
