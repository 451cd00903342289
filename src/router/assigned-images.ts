import { readFile } from 'node:fs/promises'
import type { AssignedInstance } from '../control/index.ts'
import type { Artifact, Engine } from '../engine/index.ts'
import {
  BlobStore,
  dockerConfigFile,
  dockerCredentials,
  LocalImages,
  type PullOptions,
  type PullResult,
  pull,
  pulled,
  Repository,
} from '../repository/index.ts'
import type { NodeConfig } from './config.ts'

type Version = AssignedInstance['function']

/** Octets of a pull that were moved, and are to be moved as far as is known. */
export interface PullProgress {
  readonly bytes: number
  readonly total: number
}

export interface AssignedImagesOptions {
  /** The node's folder, absolute. */
  readonly home: string
  readonly engine: Pick<Engine, 'prepare'>
  /** How the repository is reached. */
  readonly registry: () => NodeConfig['registry']
}

/** Gets what instances are made of: each version is pulled once, and made ready once, for however many wait for it. */
export class AssignedImages {
  readonly #options: AssignedImagesOptions
  readonly #place: Pick<PullOptions, 'store' | 'images' | 'home'>
  readonly #pulls = new Map<string, Promise<PullResult>>()
  readonly #prepared = new Map<string, Promise<void>>()
  readonly #progress = new Map<string, PullProgress>()
  readonly #end = new AbortController()

  constructor(options: AssignedImagesOptions) {
    const { home } = options
    const store = new BlobStore(home)
    this.#options = options
    this.#place = { home, store, images: new LocalImages(home, store) }
  }

  /** Of a pull that is under way. */
  progressOf({ digest }: Version): PullProgress | undefined {
    return this.#progress.get(digest)
  }

  /**
   * What a version is, from this host or else from its repository.
   * @param registry URL of the repository
   * @returns octets that were fetched for this very call, and the artifact
   * @throws RepositoryError
   */
  async pull(version: Version, registry: string): Promise<{ artifact: Artifact; bytes: number }> {
    const key = `${registry} ${version.digest}`
    const known = this.#pulls.get(key)
    const pulling = known ?? this.#pull(version, registry)
    if (known === undefined) {
      this.#pulls.set(key, pulling)
      // So that it is looked for again when it is wanted again: somebody may have removed it.
      const forget = (): void => {
        this.#pulls.delete(key)
        this.#progress.delete(version.digest)
      }
      pulling.then(forget, forget)
    }
    const { artifact, bytesFetched } = await pulling
    if (artifact.manifest.name !== version.name)
      throw new Error(
        `${version.digest} is not the function ${version.name}, but ${artifact.manifest.name}: assign what the repository has`,
      )
    return { artifact, bytes: known === undefined ? bytesFetched : 0 }
  }

  async #pull({ name, version, digest }: Version, registry: string): Promise<PullResult> {
    const there = await pulled(digest, this.#place)
    if (there !== undefined) return there
    const { ca: file, insecure } = this.#options.registry()
    const ca = file === undefined ? undefined : await readFile(file, 'utf8')
    const credentials = () => dockerCredentials(dockerConfigFile(), registry)
    const repository = new Repository({ registry, credentials, ca, insecure, signal: this.#end.signal })
    const blobs = new Map<string, PullProgress>()
    const onBytes = (blob: string, bytes: number, total: number): void => {
      blobs.set(blob, { bytes, total })
      const all = [...blobs.values()]
      this.#progress.set(digest, {
        bytes: all.reduce((sum, one) => sum + one.bytes, 0),
        total: all.reduce((sum, one) => sum + one.total, 0),
      })
    }
    try {
      return await pull(
        repository,
        { name, version, digest },
        { ...this.#place, progress: { bytes: onBytes } },
      )
    } finally {
      repository.close()
    }
  }

  /** Makes ready what the engine needs for an artifact. @throws EngineError */
  async prepare(artifact: Artifact): Promise<void> {
    const known = this.#prepared.get(artifact.digest)
    const preparing = known ?? this.#options.engine.prepare(artifact)
    if (known === undefined) {
      this.#prepared.set(artifact.digest, preparing)
      const forget = (): void => void this.#prepared.delete(artifact.digest)
      preparing.then(forget, forget)
    }
    await preparing
  }

  /** Ends what is under way. */
  close(): void {
    this.#end.abort(new Error('the node stops'))
  }
}
