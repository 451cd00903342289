import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { imageArchitecture } from '../engine/index.ts'
import type { BlobStore } from './blob-store.ts'
import { explainDisk, RepositoryError } from './errors.ts'
import { LocalImage } from './local-image.ts'
import type { Descriptor } from './oci.ts'
import { compareVersions, formatReference, type Reference, tagOf, versionOf } from './reference.ts'

/**
 * Images that were built or pulled on this host, `HOME/images/NAME/TAG.json`; those for another architecture than this host's in
 * `HOME/images/NAME/ARCHITECTURE/`.
 */
export class LocalImages {
  readonly #folder: string
  readonly #store: BlobStore

  /** @param home - the node's folder, absolute */
  constructor(home: string, store: BlobStore) {
    this.#folder = join(home, 'images')
    this.#store = store
  }

  /** Puts an image under its function's name and version. */
  async put({ manifest, descriptor, config }: LocalImage): Promise<void> {
    const folder = this.#folderOf(manifest.name, config.architecture)
    const file = join(folder, `${tagOf(manifest.version)}.json`)
    const temporary = `${file}.${randomUUID()}.tmp`
    const { mediaType, digest, size } = descriptor
    try {
      await mkdir(folder, { recursive: true })
      await writeFile(temporary, JSON.stringify({ mediaType, digest, size }))
      await rename(temporary, file)
    } catch (error) {
      await rm(temporary, { force: true })
      throw explainDisk(error, this.#folder)
    }
  }

  /**
   * @param architecture - as images have it @defaultValue this host's
   * @throws RepositoryError `not-found`
   */
  async get(reference: Reference, architecture = imageArchitecture()): Promise<LocalImage> {
    const folder = this.#folderOf(reference.name, architecture)
    const versions = await this.#versions(folder)
    for (const version of reference.version === undefined ? versions : [reference.version]) {
      const descriptor = await this.#read(folder, version)
      if (descriptor === undefined) continue
      if (reference.digest !== undefined && reference.digest !== descriptor.digest) continue
      return await LocalImage.open(this.#store, descriptor)
    }
    const has = versions.length === 0 ? '' : `; there are versions ${versions.join(', ')}`
    throw new RepositoryError(
      'not-found',
      `${formatReference(reference)} for ${architecture} was neither built nor pulled here${has}: build it with ndn-sfc function build DIR`,
    )
  }

  #folderOf(name: string, architecture: string): string {
    const folder = join(this.#folder, name)
    return architecture === imageArchitecture() ? folder : join(folder, architecture)
  }

  /** From new to old. */
  async #versions(folder: string): Promise<string[]> {
    const files = await readdir(folder).catch(() => [])
    const tags = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length))
    return tags.map(versionOf).sort((a, b) => compareVersions(b, a))
  }

  async #read(folder: string, version: string): Promise<Descriptor | undefined> {
    const path = join(folder, `${tagOf(version)}.json`)
    const text = await readFile(path, 'utf8').catch(() => undefined)
    return text === undefined ? undefined : (JSON.parse(text) as Descriptor)
  }
}
