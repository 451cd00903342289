import type { BaseFacts } from '../engine/index.ts'
import type { Descriptor } from './oci.ts'
import type { FetchedManifest } from './registry-contents.ts'

/** One layer of a base image; its blob is in the store. */
export interface BaseLayer {
  readonly kind: 'system' | 'setup'
  readonly descriptor: Descriptor
  readonly diffId: string
}

/** An image that functions can stand on. Its blobs are in the store. */
export interface BaseImage extends BaseFacts {
  readonly layers: readonly BaseLayer[]
  /** Environment variables, `KEY=VALUE`. */
  readonly environment: readonly string[]
  /** File of its configuration. */
  readonly config: string
}

/** Where the parts of an image come from. */
export interface BaseSource {
  /** @returns undefined if it is not there */
  manifest(target: string): Promise<FetchedManifest | undefined>
  /** Puts a blob into the store. */
  fetch(blob: Descriptor): Promise<void>
}
