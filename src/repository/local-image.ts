import { imageArchitecture, type LayerKind, type StoredImage } from '../engine/index.ts'
import type { Manifest } from '../function/index.ts'
import type { BlobStore } from './blob-store.ts'
import { RepositoryError } from './errors.ts'
import { type ArchitectureFacts, architectureFacts, functionOf } from './image.ts'
import {
  ANNOTATIONS,
  CONFIG_BYTES_MAX,
  type Descriptor,
  type ImageConfig,
  type ImageManifest,
  parseConfig,
  parseImageManifest,
} from './oci.ts'

/** An image whose blobs are all in a store of this host. */
export class LocalImage {
  readonly descriptor: Descriptor
  readonly manifest: Manifest
  readonly image: ImageManifest
  readonly config: ImageConfig
  /** Digest of the artifact that its upper layers hold. */
  readonly artifactDigest: string
  /** Bytes of the image's manifest. */
  readonly bytes: Buffer
  readonly #store: BlobStore

  private constructor(
    store: BlobStore,
    descriptor: Descriptor,
    bytes: Buffer,
    image: ImageManifest,
    config: ImageConfig,
  ) {
    const what = `the image ${descriptor.digest}`
    this.#store = store
    this.descriptor = descriptor
    this.bytes = bytes
    this.image = image
    this.config = config
    this.manifest = functionOf(image.annotations, what)
    const digest = image.annotations[ANNOTATIONS.artifact]
    if (digest === undefined || !/^[0-9a-f]{64}$/.test(digest)) {
      throw new RepositoryError(
        'bad-image',
        `${what} does not say which artifact it holds, in ${ANNOTATIONS.artifact}`,
      )
    }
    this.artifactDigest = digest
    if (config.rootfs.diff_ids.length !== image.layers.length) {
      throw new RepositoryError(
        'bad-image',
        `${what} has ${image.layers.length} layers, and its configuration ${config.rootfs.diff_ids.length}`,
      )
    }
  }

  /** @throws RepositoryError `bad-image` if it is none of a function; `not-found` if a blob of it is missing */
  static async open(store: BlobStore, descriptor: Descriptor): Promise<LocalImage> {
    const bytes = await store.read(descriptor.digest).catch((cause) => {
      throw missing(descriptor.digest, cause)
    })
    const image = parseImageManifest(bytes, `the manifest ${descriptor.digest}`)
    for (const blob of [image.config, ...image.layers])
      if (!(await store.has(blob))) throw missing(blob.digest)
    checkConfigSize(image.config)
    const config = parseConfig(
      await store.read(image.config.digest),
      `the configuration ${image.config.digest}`,
    )
    return new LocalImage(store, descriptor, bytes, image, config)
  }

  get facts(): ArchitectureFacts {
    return architectureFacts(this.config.architecture, this.descriptor.digest, this.image)
  }

  /** Whether it can run on this machine. */
  get isOfThisMachine(): boolean {
    return this.config.os === 'linux' && this.config.architecture === imageArchitecture()
  }

  /** As an engine takes it. */
  get stored(): StoredImage {
    const { diff_ids } = this.config.rootfs
    return {
      digest: this.descriptor.digest,
      config: this.#store.path(this.image.config.digest),
      layers: this.image.layers.map(({ digest }, index) => {
        return { file: this.#store.path(digest), diffId: diff_ids[index] as string }
      }),
    }
  }

  /** Blobs from the bottom up, and the configuration last. */
  get blobs(): {
    readonly descriptor: Descriptor
    readonly file: string
    readonly kind: LayerKind | undefined
  }[] {
    const kinds = this.facts.layers.map(({ kind }) => kind)
    return [...this.image.layers, this.image.config].map((descriptor, index) => ({
      descriptor,
      file: this.#store.path(descriptor.digest),
      kind: kinds[index],
    }))
  }
}

/** @throws RepositoryError `too-large` */
export function checkConfigSize({ digest, size }: Descriptor): void {
  if (size <= CONFIG_BYTES_MAX) return
  throw new RepositoryError(
    'too-large',
    `the configuration ${digest} is ${size} bytes, more than the ${CONFIG_BYTES_MAX} that are taken`,
  )
}

function missing(digest: string, cause?: unknown): RepositoryError {
  return new RepositoryError(
    'not-found',
    `${digest} of this image is not on this machine any more: build or pull it again`,
    {
      cause,
    },
  )
}
