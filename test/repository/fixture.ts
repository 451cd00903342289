import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import type { Artifact } from '../../src/engine/index.ts'
import { type ManifestSource, parseManifest } from '../../src/function/index.ts'
import type { BaseImage } from '../../src/repository/base.ts'
import { BlobStore } from '../../src/repository/blob-store.ts'
import { buildImage } from '../../src/repository/build-image.ts'
import type { LocalImage } from '../../src/repository/local-image.ts'
import { LocalImages } from '../../src/repository/local-images.ts'
import { type PullResult, pull } from '../../src/repository/pull.ts'
import { type PushResult, push } from '../../src/repository/push.ts'
import type { RegistryOptions } from '../../src/repository/registry.ts'
import { Repository } from '../../src/repository/repository.ts'
import { digestFolder, temporaryFolder } from '../engine/fixture.ts'

export { temporaryFolder }

/** A folder of a node's, with what it keeps of images. */
export class Home {
  readonly folder: string
  readonly store: BlobStore
  readonly images: LocalImages

  constructor(folder: string, store = new BlobStore(folder)) {
    this.folder = folder
    this.store = store
    this.images = new LocalImages(folder, store)
  }

  static async make(t: Test): Promise<Home> {
    return new Home(await temporaryFolder(t))
  }

  async build(artifact: Artifact, base?: BaseImage): Promise<LocalImage> {
    return await buildImage(artifact, { store: this.store, home: this.folder, base })
  }

  async push(repository: Repository, artifact: Artifact, base?: BaseImage): Promise<PushResult> {
    return await push(repository, await this.build(artifact, base), this.store)
  }

  async pull(repository: Repository, reference: string): Promise<PullResult> {
    return await pull(repository, reference, { store: this.store, images: this.images, home: this.folder })
  }
}

/** A repository whose retries do not wait; how long they would have is written down. */
export function openRepository(t: Test, registry: string, options: RegistryOptions = {}) {
  const waits: number[] = []
  const wait = async (ms: number) => {
    waits.push(ms)
  }
  const repository = new Repository({ registry, retry: { wait, random: () => 1 }, ...options })
  t.teardown(() => repository.close())
  return Object.assign(repository, { waits })
}

export interface FunctionOptions extends Partial<ManifestSource> {
  /** Path to content. */
  readonly files?: Readonly<Record<string, string | Buffer>>
}

/** An artifact as it would be built; `main.mjs` says hello. */
export async function makeFunction(
  t: Test,
  { files = {}, ...fields }: FunctionOptions = {},
): Promise<Artifact> {
  const manifest = parseManifest({
    name: 'hello',
    version: '1.0.0',
    description: 'Says hello',
    input: 'text/*',
    output: 'text/plain',
    module: 'index.ts',
    parameters: { marks: { type: 'integer', default: 1 } },
    ...fields,
  })
  const directory = await temporaryFolder(t)
  const all = { 'main.mjs': `console.log('hello')\n`, 'manifest.json': JSON.stringify(manifest), ...files }
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), content)
  }
  return { directory, digest: await digestFolder(directory), manifest }
}
