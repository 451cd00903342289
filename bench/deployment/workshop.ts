import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { artifactsOf, buildArtifact } from '../../src/engine/index.ts'
import { BlobStore, buildImage, LocalImages, push, Repository } from '../../src/repository/index.ts'

export interface Published {
  readonly buildMs: number
  readonly pushMs: number
  /** Octets that were moved. */
  readonly pushed: number
}

/** Where functions are built and pushed from: a home folder of its own, as an author has. */
export class Workshop {
  readonly #folder: string
  readonly #registry: string
  readonly #store: BlobStore
  readonly #images: LocalImages

  constructor(folder: string, registry: string) {
    this.#folder = folder
    this.#registry = registry
    this.#store = new BlobStore(folder)
    this.#images = new LocalImages(folder, this.#store)
  }

  /** A function `shout` that says in its answer which version it is, and needs nothing but Node.js. @returns its folder */
  async writeShout(version: string): Promise<string> {
    const source = join(this.#folder, `shout-${version}`)
    await mkdir(source, { recursive: true })
    await writeFile(
      join(source, 'function.yaml'),
      `name: shout
version: ${version}
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
      return { buildMs: built - began, pushMs: performance.now() - built, pushed: bytesSent }
    } finally {
      await repository.close()
    }
  }
}
