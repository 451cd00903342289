import type { Manifest } from '../function/index.ts'

/** A function made ready to run, the same for every engine: a folder with `main.mjs` and all that it needs. */
export interface Artifact {
  /** The folder, absolute. */
  readonly directory: string
  /** SHA-256 over the folder's paths and bytes, lower-case hexadecimal. */
  readonly digest: string
  readonly manifest: Manifest
  /** The image that it came in from a repository. Without one, whoever needs an image makes it of this host's Node.js. */
  readonly image?: StoredImage | undefined
}

/** An image in files of this host. */
export interface StoredImage {
  /** Of its manifest: `sha256:` and lower-case hexadecimal. */
  readonly digest: string
  /** File of the image's configuration. */
  readonly config: string
  /** From the bottom up. */
  readonly layers: readonly StoredLayer[]
}

export interface StoredLayer {
  /** Tar archive, compressed or not. */
  readonly file: string
  /** SHA-256 of the archive when it is not compressed: `sha256:` and lower-case hexadecimal. */
  readonly diffId: string
}

/** One instance to be started. */
export interface InstanceSpec {
  /** Unique on this node; also the container's name. `[a-z0-9-]{1,64}` */
  readonly id: string
  readonly artifact: Artifact
  /**
   * Folder on this host that the instance sees as its only door: it holds the Unix socket `router.sock`
   * and the instance's `identity.json`.
   */
  readonly doorDirectory: string
  /** CPUs that it may run on, by the system's numbers. @defaultValue any */
  readonly cpus?: readonly number[] | undefined
  /**
   * Share of its time that each of these CPUs gives it, above 0 and at most 1; the manifest's limit holds as well.
   * @defaultValue 1
   */
  readonly cpuShare?: number | undefined
  /** Told when all that it needs is made (docker: its container), and it is about to run. */
  readonly onCreated?: (() => void) | undefined
}

export interface InstanceStatus {
  readonly id: string
  /** Name of the function, from its manifest. */
  readonly function: string
  readonly digest: string
  readonly state: 'running' | 'stopped'
  /** Milliseconds since the epoch. */
  readonly startedAt: number
}

export interface InstanceStats {
  /** Resident memory, bytes. */
  readonly memory: number
  /** CPU time used since the start, milliseconds. */
  readonly cpu: number
}

/** A function's image, or what an engine has in the place of one. */
export interface HeldImage {
  /** Name of the function. */
  readonly function: string
  /** Of the artifact that is in it. */
  readonly digest: string
  /** Octets, layers that it shares with others included. */
  readonly size: number
  /** Digests of its layers, the lowest first; none where it has no layers. */
  readonly layers: readonly string[]
}

export interface HeldImages {
  readonly images: readonly HeldImage[]
  /** Digests of all layers that are there, those beside `images` included. */
  readonly layers: readonly string[]
}

/** What an engine tells those who watch it. */
export type EngineEvent =
  | {
      readonly type: 'exit'
      readonly id: string
      readonly exitCode: number | null
      readonly signal: string | null
      readonly outOfMemory: boolean
      /** Last lines that the instance wrote to stderr, for the error message. At most {@link LAST_WORDS_BYTES}. */
      readonly lastWords: string
    }
  /** The engine itself stopped answering; every instance counts as gone. */
  | { readonly type: 'lost'; readonly cause: Error }
  /** The engine answers again. */
  | { readonly type: 'found' }

/** Most of an instance's stderr that is kept for an error message, in bytes. */
export const LAST_WORDS_BYTES = 2048

/** Where instances run. One compliance suite (test/engine/compliance.ts) that each implementation passes. */
export interface Engine {
  readonly kind: 'docker' | 'process'

  /**
   * Makes ready, once, what instances of this artifact need (docker: the base image and the function's image).
   * @param progress is told each step that takes time, in words for a person.
   */
  prepare(artifact: Artifact, progress?: (step: string) => void): Promise<void>

  /** Starts an instance; resolves when it runs (it is ready only once it has connected to its socket). */
  start(spec: InstanceSpec): Promise<void>

  /** Asks an instance to finish its work and exit; kills it after `grace` milliseconds. Nothing happens if it is gone. */
  stop(id: string, grace?: number): Promise<void>

  /** Instances of this node that the engine knows, also those left behind by a node that crashed. */
  list(): Promise<InstanceStatus[]>

  /** Calls `listener` for each event until the returned function is called. An exit asked for by `stop` is an event too. */
  watch(listener: (event: EngineEvent) => void): () => void

  stats(id: string): Promise<InstanceStats>

  /** What it need not make again: images of functions, and layers to make others of. */
  images(): Promise<HeldImages>

  /** Stops every instance of this node and lets go of everything held. */
  close(): Promise<void>
}

export type EngineErrorCode =
  /** No engine answers at the given address. */
  | 'engine-unreachable'
  /** The image is not there: `prepare` was not called, or it was removed since. */
  | 'image-missing'
  | 'build-failed'
  | 'already-running'
  | 'no-such-instance'
  | 'start-failed'
  | 'disk-full'

/** What every engine throws. `message` names the cause and what to do next. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: EngineErrorCode

  constructor(code: EngineErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}
