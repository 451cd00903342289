import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { artifactsOf, buildArtifact } from '../../src/engine/index.ts'
import { BlobStore, buildImage, LocalImages, push, Repository } from '../../src/repository/index.ts'

export interface Published {
  readonly buildMs: number
  readonly pushMs: number
  /** Octets that were moved. */
  readonly pushed: number
  /** Of the image: `sha256:…`. */
  readonly digest: string
}

/** Where functions are built and pushed from: a home folder of its own, as an author has. */
export class Workshop {
  readonly #folder: string
  readonly #registry: string
  readonly #store: BlobStore
  readonly #images: LocalImages
  readonly #shouts: { readonly name: string; readonly digest: string }[] = []
  /** An engine that has the images of an earlier run has none of this one's. */
  readonly #run = `${process.pid} at ${Date.now()}`

  constructor(folder: string, registry: string) {
    this.#folder = folder
    this.#registry = registry
    this.#store = new BlobStore(folder)
    this.#images = new LocalImages(folder, this.#store)
  }

  /** Images of `shout` that were made here: no other run has any of them. */
  get shouts(): readonly { readonly name: string; readonly digest: string }[] {
    return this.#shouts
  }

  /** A function `shout` that says in its answer which version it is, and needs nothing but Node.js. */
  async publishShout(version: string): Promise<Published> {
    const published = await this.publish(await this.#writeShout(version))
    this.#shouts.push({ name: 'shout', digest: published.digest.slice('sha256:'.length) })
    return published
  }

  /** @returns its folder */
  async #writeShout(version: string): Promise<string> {
    const source = join(this.#folder, `shout-${version}`)
    await mkdir(source, { recursive: true })
    await writeFile(
      join(source, 'function.yaml'),
      `name: shout
version: ${version}
description: of the run ${this.#run}
input: text/*
output: text/plain
module: index.ts
limits: { memory: 128MiB, concurrency: 4 }
`,
    )
    await writeFile(
      join(source, 'index.ts'),
      `import { defineFunction } from 'ndn-sfc'
export default defineFunction({ apply: (text) => Buffer.from(text).toString().toUpperCase() + ' ${version}' })
`,
    )
    return source
  }

  async publish(source: string): Promise<Published> {
    const began = performance.now()
    const artifact = await buildArtifact(source, { cacheDirectory: artifactsOf(this.#folder) })
    const image = await buildImage(artifact, { store: this.#store, home: this.#folder })
    await this.#images.put(image)
    const built = performance.now()
    const repository = new Repository({ registry: this.#registry, insecure: true })
    try {
      const { bytesSent } = await push(repository, image, this.#store)
      const { digest } = image.descriptor
      return { buildMs: built - began, pushMs: performance.now() - built, pushed: bytesSent, digest }
    } finally {
      await repository.close()
    }
  }
}
