import { z } from 'zod'
import { DIGEST } from './digest.ts'
import { RepositoryError } from './errors.ts'

/** Media types of the OCI Image Specification, and Docker's for the same. */
export const MEDIA_TYPES = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  plainLayer: 'application/vnd.oci.image.layer.v1.tar',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const

/** Annotations of ours. Their values are text. */
export const ANNOTATIONS = {
  /** On index and manifest: the resolved function.yaml as JSON. */
  function: 'io.ndn-sfc.function',
  /** On a manifest: digest of the artifact, lower-case hexadecimal. */
  artifact: 'io.ndn-sfc.artifact',
  /** On a layer: `system`, `setup`, `base`, `packages` or `function`. */
  layer: 'io.ndn-sfc.layer',
  /** On a manifest: the base image, as it was asked for (OCI Image Specification, "Annotations"). */
  baseName: 'org.opencontainers.image.base.name',
  /** On a manifest: digest of the base image. */
  baseDigest: 'org.opencontainers.image.base.digest',
} as const

/** Largest manifest or index, in bytes: what registries take. */
export const MANIFEST_BYTES_MAX = 4 * 2 ** 20
/** Largest configuration of an image, in bytes. */
export const CONFIG_BYTES_MAX = 2 ** 20
/** Largest blob, in bytes: 2 GiB. */
export const BLOB_BYTES_MAX = 2 ** 31
/** Most layers of an image: what Docker can stack. */
export const LAYERS_MAX = 127
/** Most architectures of one version. */
export const ARCHITECTURES_MAX = 64

const annotations = z.record(z.string(), z.string()).default({})

const descriptor = z.object({
  mediaType: z.string().max(255),
  digest: z.string().regex(DIGEST, 'must be sha256: and 64 hexadecimal digits'),
  size: z.int().min(0).max(BLOB_BYTES_MAX),
  annotations: annotations.optional(),
})

const platform = z.object({ architecture: z.string(), os: z.string(), variant: z.string().optional() })

const imageIndex = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  manifests: z.array(descriptor.extend({ platform: platform.optional() })).max(ARCHITECTURES_MAX),
  annotations,
})

const imageManifest = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  config: descriptor,
  layers: z.array(descriptor).min(1).max(LAYERS_MAX),
  annotations,
})

const imageConfig = z.object({
  architecture: z.string(),
  os: z.string(),
  config: z
    .object({
      Labels: z.record(z.string(), z.string()).nullish(),
      Env: z.array(z.string()).nullish(),
    })
    .nullish(),
  rootfs: z.object({
    type: z.literal('layers'),
    diff_ids: z.array(z.string().regex(DIGEST)).min(1).max(LAYERS_MAX),
  }),
})

export type Descriptor = z.infer<typeof descriptor>
export type ImageIndex = z.infer<typeof imageIndex>
export type ImageManifest = z.infer<typeof imageManifest>
export type ImageConfig = z.infer<typeof imageConfig>

export function isIndexType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPES.index || mediaType === MEDIA_TYPES.dockerIndex
}

/** @throws RepositoryError `bad-image`, with what is wrong where */
export const parseIndex = (bytes: Uint8Array, what: string): ImageIndex => parse(imageIndex, bytes, what)
export const parseImageManifest = (bytes: Uint8Array, what: string): ImageManifest =>
  parse(imageManifest, bytes, what)
export const parseConfig = (bytes: Uint8Array, what: string): ImageConfig => parse(imageConfig, bytes, what)

function parse<T>(schema: z.ZodType<T>, bytes: Uint8Array, what: string): T {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes).toString())
  } catch (cause) {
    throw new RepositoryError('bad-image', `${what} is no JSON`, { cause })
  }
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  const where = issue?.path.join('.') ?? ''
  throw new RepositoryError(
    'bad-image',
    `${what} cannot be used: ${where === '' ? '' : `${where}: `}${issue?.message}`,
    {
      cause: error,
    },
  )
}
