import { imageArchitecture } from '../engine/index.ts'
import { sha256 } from './digest.ts'
import { RepositoryError } from './errors.ts'
import { type ArchitectureFacts, architectureFacts, type FunctionFacts, functionOf } from './image.ts'
import { checkConfigSize } from './local-image.ts'
import {
  CONFIG_BYTES_MAX,
  type Descriptor,
  isIndexType,
  parseConfig,
  parseImageManifest,
  parseIndex,
} from './oci.ts'
import {
  compareVersions,
  formatReference,
  parseReference,
  type Reference,
  repositoryOf,
  tagOf,
  versionOf,
} from './reference.ts'
import { Registry, type RegistryOptions } from './registry.ts'
import { type FetchedManifest, RegistryContents } from './registry-contents.ts'

/** Functions that are looked up at a time. */
const LOOK_UPS = 8

/** A version of a function, as its tag or digest leads to it. */
export interface Resolved {
  readonly reference: Reference
  readonly repository: string
  readonly manifest: FetchedManifest
  /** What the index has for each architecture; for an image that is not in one, that image. */
  readonly images: readonly (Descriptor & { readonly architecture: string })[]
  readonly annotations: Readonly<Record<string, string>>
}

/** The SF repository: functions in a registry. */
export class Repository {
  readonly registry: Registry
  readonly contents: RegistryContents

  constructor(options: RegistryOptions = {}) {
    this.registry = new Registry(options)
    this.contents = new RegistryContents(this.registry)
  }

  /** Ends every connection. */
  close(): void {
    this.registry.close()
  }

  get address(): string {
    return this.registry.address
  }

  /**
   * Whether a registry answers and lets us in: before something is made that takes long, and that could not be pushed.
   * @throws RepositoryError
   */
  async check(): Promise<void> {
    const request = { method: 'GET', target: '/v2/', scope: '', expected: [200], what: 'answer' } as const
    await this.registry.ask(request, CONFIG_BYTES_MAX)
  }

  repositoryOf(name: string): string {
    return repositoryOf(this.registry.namespace, name)
  }

  /** Names of the functions in it; with images that are no functions among them. */
  async names(): Promise<string[]> {
    const prefix = `${this.registry.namespace}/`
    const all = await this.contents.repositories()
    return all
      .filter((name) => name.startsWith(prefix) && !name.slice(prefix.length).includes('/'))
      .map((name) => name.slice(prefix.length))
      .sort()
  }

  /** Versions of a function from new to old; none if it is not there. */
  async versions(name: string): Promise<string[]> {
    const tags = await this.contents.tags(this.repositoryOf(name))
    return tags.map(versionOf).sort((a, b) => compareVersions(b, a))
  }

  /** The newest version of each function, and the names of its others from new to old. */
  async list(): Promise<(FunctionFacts & { readonly versions: readonly string[] })[]> {
    const names = await this.names()
    const found: (FunctionFacts & { versions: string[] })[] = []
    const next = async (): Promise<void> => {
      for (let name = names.shift(); name !== undefined; name = names.shift()) {
        const versions = await this.versions(name)
        if (versions.length === 0) continue
        const facts = await this.find({ name, version: versions[0] }).catch((error) => {
          // Somebody else's image, or one that was removed since.
          const { code } = error as RepositoryError
          if (code === 'bad-image' || code === 'not-found') return undefined
          throw error
        })
        if (facts !== undefined) found.push({ ...facts, versions })
      }
    }
    await Promise.all(Array.from({ length: LOOK_UPS }, next))
    return found.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** All that is known of one version. @throws RepositoryError `not-found`, `bad-image` */
  async find(reference: Reference | string): Promise<FunctionFacts> {
    const resolved = await this.resolve(reference)
    const what = `${formatReference(resolved.reference)} at ${this.address}`
    const manifest = functionOf(resolved.annotations, what)
    const architectures: ArchitectureFacts[] = []
    for (const { architecture, digest } of resolved.images) {
      const { bytes } = await this.imageManifest(resolved, digest)
      architectures.push(architectureFacts(architecture, digest, parseImageManifest(bytes, what)))
    }
    architectures.sort((a, b) => (a.architecture < b.architecture ? -1 : 1))
    return {
      name: manifest.name,
      version: manifest.version,
      digest: resolved.manifest.digest,
      manifest,
      architectures,
    }
  }

  /** @throws RepositoryError `not-found`, with the versions that there are; `bad-image` */
  async resolve(wanted: Reference | string): Promise<Resolved> {
    const reference = typeof wanted === 'string' ? parseReference(wanted) : wanted
    const repository = this.repositoryOf(reference.name)
    const version =
      reference.version ?? (reference.digest === undefined ? await this.#newest(reference) : undefined)
    const target = reference.digest ?? tagOf(version ?? '')
    const manifest = await this.contents.manifest(repository, target)
    if (manifest === undefined) throw await this.#notFound(reference)
    const what = `${formatReference(reference)} at ${this.address}`
    const known = { reference: { ...reference, version }, repository, manifest }
    if (isIndexType(manifest.mediaType)) {
      const { manifests, annotations } = parseIndex(manifest.bytes, what)
      const images = manifests
        .filter(({ platform }) => platform?.os === 'linux')
        .map(({ platform, ...descriptor }) => ({ ...descriptor, architecture: platform?.architecture ?? '' }))
      return { ...known, images, annotations }
    }
    const image = parseImageManifest(manifest.bytes, what)
    const { digest, mediaType, bytes } = manifest
    const architecture = await this.#architectureOf(repository, image.config)
    const images = [{ mediaType, digest, size: bytes.length, architecture }]
    return { ...known, images, annotations: image.annotations }
  }

  /** @throws RepositoryError `not-found` */
  async imageManifest({ repository, manifest }: Resolved, digest: string): Promise<FetchedManifest> {
    if (manifest.digest === digest) return manifest
    const found = await this.contents.manifest(repository, digest)
    if (found !== undefined) return found
    throw new RepositoryError(
      'not-found',
      `${repository} at ${this.address} lists the image ${digest}, but does not have it: push the function again`,
    )
  }

  /** The image of a version for this machine. @throws RepositoryError `no-such-architecture` */
  imageFor(resolved: Resolved, architecture: string = imageArchitecture()): Descriptor {
    const found = resolved.images.find((image) => image.architecture === architecture)
    if (found !== undefined) return found
    const has = resolved.images.map((image) => image.architecture).join(', ') || 'none'
    throw new RepositoryError(
      'no-such-architecture',
      `${formatReference(resolved.reference)} at ${this.address} has no image for ${architecture}, only for ${has}: push it from a ${architecture} machine`,
    )
  }

  /**
   * Removes a version. Layers that no other image has stay until the registry collects its garbage.
   * @returns digests of the manifests that were removed
   * @throws RepositoryError `not-found`; `registry-refused` if the registry does not delete
   */
  async remove(reference: Reference | string): Promise<string[]> {
    const resolved = await this.resolve(reference)
    const { repository, manifest } = resolved
    const kept = await this.#keptBeside(resolved)
    const removed: string[] = []
    for (const digest of [manifest.digest, ...resolved.images.map((image) => image.digest)]) {
      if (kept.has(digest) || removed.includes(digest)) continue
      if (await this.contents.deleteManifest(repository, digest)) removed.push(digest)
    }
    return removed
  }

  /** Images that other versions have, too. */
  async #keptBeside({ reference, repository, manifest }: Resolved): Promise<Set<string>> {
    const kept = new Set<string>()
    for (const tag of await this.contents.tags(repository)) {
      const other = await this.resolve({ name: reference.name, version: versionOf(tag) }).catch(
        () => undefined,
      )
      if (other === undefined || other.manifest.digest === manifest.digest) continue
      for (const { digest } of other.images) kept.add(digest)
    }
    return kept
  }

  async #newest(reference: Reference): Promise<string> {
    const [newest] = await this.versions(reference.name)
    if (newest === undefined) throw await this.#notFound(reference)
    return newest
  }

  async #notFound(reference: Reference): Promise<RepositoryError> {
    const versions = await this.versions(reference.name)
    const has =
      versions.length === 0
        ? 'it has no function of that name; see ndn-sfc function ls'
        : `it has the versions ${versions.join(', ')}`
    return new RepositoryError('not-found', `${formatReference(reference)} is not at ${this.address}: ${has}`)
  }

  async #architectureOf(repository: string, config: Descriptor): Promise<string> {
    checkConfigSize(config)
    const request = {
      method: 'GET',
      target: `/v2/${repository}/blobs/${config.digest}`,
      scope: `repository:${repository}:pull`,
      expected: [200],
      what: `send a configuration of ${repository}`,
    } as const
    const { bytes } = await this.registry.ask(request, CONFIG_BYTES_MAX)
    if (sha256(bytes) !== config.digest) {
      throw new RepositoryError(
        'wrong-digest',
        `the configuration ${config.digest} of ${repository} is not what its digest says`,
      )
    }
    return parseConfig(bytes, `the configuration of ${repository}`).architecture
  }
}
