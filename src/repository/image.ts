import { LAYER_KINDS, type LayerKind } from '../engine/index.ts'
import type { Manifest } from '../function/index.ts'
import { parseManifest } from '../function/index.ts'
import { RepositoryError } from './errors.ts'
import { ANNOTATIONS, type Descriptor, type ImageManifest } from './oci.ts'

/** A layer of a function's image as the repository has it. */
export interface LayerFacts {
  /** Undefined for a layer that is not of our making. */
  readonly kind?: LayerKind | undefined
  readonly digest: string
  /** Bytes that are moved for it. */
  readonly size: number
}

/** A function's image for one architecture. */
export interface ArchitectureFacts {
  /** As Go names it: `amd64`, `arm64`, … */
  readonly architecture: string
  /** Of the image's manifest. */
  readonly digest: string
  /** From the bottom up. */
  readonly layers: readonly LayerFacts[]
  /** Bytes of all layers. */
  readonly size: number
  /** The base image that it stands on, if any. */
  readonly base?: { readonly name: string; readonly digest: string } | undefined
}

/** All that a repository knows of one version of a function. */
export interface FunctionFacts {
  readonly name: string
  readonly version: string
  /** Identity of this version: digest of its index. */
  readonly digest: string
  readonly manifest: Manifest
  readonly architectures: readonly ArchitectureFacts[]
}

/** @throws RepositoryError `bad-image` if the annotation is missing or no manifest of a function */
export function functionOf(annotations: Readonly<Record<string, string>>, what: string): Manifest {
  const text = annotations[ANNOTATIONS.function]
  if (text === undefined) {
    throw new RepositoryError(
      'bad-image',
      `${what} is no function: it has no annotation ${ANNOTATIONS.function}`,
    )
  }
  try {
    return parseManifest(JSON.parse(text), what)
  } catch (cause) {
    const message = `the annotation ${ANNOTATIONS.function} of ${what} cannot be used: ${(cause as Error).message}`
    throw new RepositoryError('bad-image', message, { cause })
  }
}

export function architectureFacts(
  architecture: string,
  digest: string,
  { layers, annotations }: Pick<ImageManifest, 'layers' | 'annotations'>,
): ArchitectureFacts {
  const { [ANNOTATIONS.baseName]: name, [ANNOTATIONS.baseDigest]: baseDigest } = annotations
  const base = name === undefined || baseDigest === undefined ? {} : { base: { name, digest: baseDigest } }
  return { architecture, digest, layers: layers.map(layerFacts), size: sizeOf(layers), ...base }
}

export function sizeOf(blobs: readonly { readonly size: number }[]): number {
  return blobs.reduce((sum, { size }) => sum + size, 0)
}

function layerFacts({ digest, size, annotations }: Descriptor): LayerFacts {
  const kind = LAYER_KINDS.find((one) => one === annotations?.[ANNOTATIONS.layer])
  return { digest, size, ...(kind === undefined ? {} : { kind }) }
}
