import { Readable } from 'node:stream'
import {
  type Artifact,
  IMAGE_SETTINGS,
  ImageLayers,
  imageArchitecture,
  imageLabels,
  type LayerKind,
  layersOverBase,
  type OverBase,
  tarStream,
} from '../engine/index.ts'
import type { BaseImage } from './base.ts'
import type { BlobStore } from './blob-store.ts'
import { LocalImage } from './local-image.ts'
import { ANNOTATIONS, type Descriptor, MEDIA_TYPES } from './oci.ts'
import { type LayerNote, packLayer } from './pack-layer.ts'

export interface BuildImageOptions {
  readonly store: BlobStore
  /** The node's state folder, absolute. */
  readonly home: string
  /** What it stands on; its architecture is that of the image. Default: nothing, and this host's Node.js with its libraries. */
  readonly base?: BaseImage | undefined
  /** Is told each step that takes time, in words for a person. */
  readonly progress?: ((step: string) => void) | undefined
}

/** A layer of the image that is made. */
interface Placed {
  readonly kind: LayerKind
  readonly mediaType: string
  readonly note: LayerNote
}

/**
 * Makes the OCI image of an artifact, without a Docker Engine: for this machine's architecture, or that of its base image. Nothing
 * in it depends on when or where it is made: the same artifact on the same Node.js or base gives the same digest.
 * @throws EngineError `build-failed`; RepositoryError `disk-full`, `too-large`
 */
export async function buildImage(artifact: Artifact, options: BuildImageOptions): Promise<LocalImage> {
  const { store, home, base, progress } = options
  const { manifest } = artifact
  await store.prune()
  const architecture = base?.architecture ?? imageArchitecture()
  const own =
    base === undefined ? await ownLayers(artifact, home) : await layersOverBase(artifact, base, home)
  const layers = (base?.layers ?? []).map(
    ({ kind, diffId, descriptor: { mediaType, digest, size } }): Placed => {
      return { kind, mediaType, note: { digest, size, diffId } }
    },
  )
  for (const { kind, key, holds, write } of own.layers) {
    const note = await packLayer(`${key}-${architecture}`, store, () => {
      progress?.(`packing ${holds}`)
      return tarStream(write)
    })
    layers.push({ kind, mediaType: MEDIA_TYPES.layer, note })
  }

  const Labels = imageLabels(manifest.name, artifact.digest, own.digest)
  const Env = base === undefined ? IMAGE_SETTINGS.Env : environmentOf(base)
  const config = {
    architecture,
    os: 'linux',
    config: { ...IMAGE_SETTINGS, Env, Entrypoint: own.entrypoint, Labels },
    rootfs: { type: 'layers', diff_ids: layers.map(({ note }) => note.diffId) },
    history: layers.map(({ kind }) => ({ created_by: `ndn-sfc: ${kind}` })),
  }
  const image = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: { mediaType: MEDIA_TYPES.config, ...(await writeJson(store, config)) },
    layers: layers.map(({ kind, mediaType, note: { digest, size } }): Descriptor => {
      return { mediaType, digest, size, annotations: { [ANNOTATIONS.layer]: kind } }
    }),
    annotations: {
      'org.opencontainers.image.title': manifest.name,
      'org.opencontainers.image.version': manifest.version,
      'org.opencontainers.image.description': manifest.description,
      ...(base && { [ANNOTATIONS.baseName]: base.name, [ANNOTATIONS.baseDigest]: base.digest }),
      [ANNOTATIONS.artifact]: artifact.digest,
      [ANNOTATIONS.function]: JSON.stringify(manifest),
    },
  }
  const descriptor = { mediaType: MEDIA_TYPES.manifest, ...(await writeJson(store, image)) }
  return await LocalImage.open(store, descriptor)
}

async function ownLayers(artifact: Artifact, home: string): Promise<OverBase> {
  const contents = new ImageLayers(home)
  const platform = await contents.platformOf(artifact)
  const layers = await contents.of(artifact, platform)
  return { layers, entrypoint: IMAGE_SETTINGS.Entrypoint, digest: platform.digest }
}

function environmentOf({ environment }: BaseImage): readonly string[] {
  return environment.some((one) => one.startsWith('PATH='))
    ? environment
    : [...environment, ...IMAGE_SETTINGS.Env]
}

async function writeJson(store: BlobStore, value: object): Promise<{ digest: string; size: number }> {
  return await store.write(Readable.from([Buffer.from(JSON.stringify(value))]))
}
