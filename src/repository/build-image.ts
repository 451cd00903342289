import { createHash } from 'node:crypto'
import { Readable, Transform } from 'node:stream'
import { createGzip } from 'node:zlib'
import {
  type Artifact,
  IMAGE_SETTINGS,
  type ImageLayer,
  ImageLayers,
  imageArchitecture,
  imageLabels,
  tarStream,
} from '../engine/index.ts'
import type { BlobStore } from './blob-store.ts'
import { digestOf } from './digest.ts'
import { LocalImage } from './local-image.ts'
import { ANNOTATIONS, type Descriptor, MEDIA_TYPES } from './oci.ts'

/** How hard layers are compressed: 1 to 9. Zlib's default; 1 saves 2 s of the base's 4, and costs 5 MB at each pull. */
const GZIP_LEVEL = 6

export interface BuildImageOptions {
  readonly store: BlobStore
  /** The node's state folder, absolute. */
  readonly home: string
  /** Is told each step that takes time, in words for a person. */
  readonly progress?: ((step: string) => void) | undefined
}

/** What is remembered of a layer that was made. */
interface LayerNote {
  readonly digest: string
  readonly size: number
  readonly diffId: string
}

/**
 * Makes the OCI image of an artifact for this machine's architecture, without a Docker Engine. Nothing in it depends on when
 * or where it is made: the same artifact on the same Node.js gives the same digest.
 * @throws EngineError `build-failed`; RepositoryError `disk-full`, `too-large`
 */
export async function buildImage(artifact: Artifact, options: BuildImageOptions): Promise<LocalImage> {
  const { store, home, progress } = options
  const { manifest } = artifact
  await store.prune()
  const contents = new ImageLayers(home)
  const platform = await contents.platformOf(artifact)
  const layers: { kind: string; note: LayerNote }[] = []
  for (const layer of await contents.of(artifact, platform)) {
    layers.push({ kind: layer.kind, note: await makeLayer(layer, store, progress) })
  }

  const labels = imageLabels(manifest.name, artifact.digest, platform.digest)
  const config = {
    architecture: imageArchitecture(),
    os: 'linux',
    config: { ...IMAGE_SETTINGS, Labels: labels },
    rootfs: { type: 'layers', diff_ids: layers.map(({ note }) => note.diffId) },
    history: layers.map(({ kind }) => ({ created_by: `ndn-sfc: ${kind}` })),
  }
  const image = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: { mediaType: MEDIA_TYPES.config, ...(await writeJson(store, config)) },
    layers: layers.map(({ kind, note: { digest, size } }): Descriptor => {
      return { mediaType: MEDIA_TYPES.layer, digest, size, annotations: { [ANNOTATIONS.layer]: kind } }
    }),
    annotations: {
      'org.opencontainers.image.title': manifest.name,
      'org.opencontainers.image.version': manifest.version,
      'org.opencontainers.image.description': manifest.description,
      [ANNOTATIONS.artifact]: artifact.digest,
      [ANNOTATIONS.function]: JSON.stringify(manifest),
    },
  }
  const descriptor = { mediaType: MEDIA_TYPES.manifest, ...(await writeJson(store, image)) }
  return await LocalImage.open(store, descriptor)
}

async function makeLayer(
  layer: ImageLayer,
  store: BlobStore,
  progress: BuildImageOptions['progress'],
): Promise<LayerNote> {
  const key = `${layer.key}-${imageArchitecture()}`
  const known = await store.note<LayerNote>('layers', key)
  if (known !== undefined && (await store.has(known))) return known
  progress?.(`packing ${layer.holds}`)
  const hash = createHash('sha256')
  const tee = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(undefined, chunk)
    },
  })
  const archive = tarStream((tar) => layer.write(tar))
  const zipped = archive.pipe(tee).pipe(createGzip({ level: GZIP_LEVEL }))
  // An error of a source does not come through a pipe.
  archive.on('error', (error) => zipped.destroy(error))
  const note = { ...(await store.write(zipped)), diffId: digestOf(hash) }
  await store.writeNote('layers', key, note)
  return note
}

async function writeJson(store: BlobStore, value: object): Promise<{ digest: string; size: number }> {
  return await store.write(Readable.from([Buffer.from(JSON.stringify(value))]))
}
