import type { Readable } from 'node:stream'
import type { StoredImage } from './engine.ts'

/** How long all setup commands of one function may take in a container, in milliseconds: half an hour. */
export const SET_UP_TIMEOUT = 1_800_000

/** Commands that are run in a container of an image, and where goes what they leave. */
export interface SetUp {
  readonly image: StoredImage
  /** How error messages call the image. */
  readonly name: string
  /** Shell commands, run one after the other in the function's folder, by root and with the engine's network. */
  readonly lines: readonly string[]
  /** The function's folder on this host. It is copied into the container. */
  readonly folder: string
  /** Takes an archive of the function's folder as the commands left it; all names begin with `function/`. */
  readonly onFolder: (archive: Readable) => Promise<void>
  /** Takes what `docker save` writes of the image with what the commands made on top. */
  readonly onImage: (archive: Readable) => Promise<void>
  /** @defaultValue {@link SET_UP_TIMEOUT} */
  readonly timeout?: number | undefined
  readonly progress?: ((step: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}
