import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobStore } from './blob-store.ts'
import { explainDisk, RepositoryError } from './errors.ts'
import { LocalImage } from './local-image.ts'
import type { Descriptor } from './oci.ts'
import { compareVersions, formatReference, type Reference, tagOf, versionOf } from './reference.ts'

/** Images that were built or pulled on this host, `HOME/images/NAME/TAG.json`. */
export class LocalImages {
  readonly #folder: string
  readonly #store: BlobStore

  /** @param home - the node's folder, absolute */
  constructor(home: string, store: BlobStore) {
    this.#folder = join(home, 'images')
    this.#store = store
  }

  /** Puts an image under its function's name and version. */
  async put({ manifest, descriptor }: LocalImage): Promise<void> {
    const folder = join(this.#folder, manifest.name)
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

  /** @throws RepositoryError `not-found` */
  async get(reference: Reference): Promise<LocalImage> {
    const versions = await this.versions(reference.name)
    for (const version of reference.version === undefined ? versions : [reference.version]) {
      const descriptor = await this.#read(reference.name, version)
      if (descriptor === undefined) continue
      if (reference.digest !== undefined && reference.digest !== descriptor.digest) continue
      return await LocalImage.open(this.#store, descriptor)
    }
    const has = versions.length === 0 ? '' : `; there are versions ${versions.join(', ')}`
    throw new RepositoryError(
      'not-found',
      `${formatReference(reference)} was neither built nor pulled here${has}: build it with ndn-sfc function build DIR`,
    )
  }

  /** From new to old. */
  async versions(name: string): Promise<string[]> {
    const files = await readdir(join(this.#folder, name)).catch(() => [])
    const tags = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length))
    return tags.map(versionOf).sort((a, b) => compareVersions(b, a))
  }

  async #read(name: string, version: string): Promise<Descriptor | undefined> {
    const path = join(this.#folder, name, `${tagOf(version)}.json`)
    const text = await readFile(path, 'utf8').catch(() => undefined)
    return text === undefined ? undefined : (JSON.parse(text) as Descriptor)
  }
}
