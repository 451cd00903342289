import { createReadStream } from 'node:fs'
import { sha256 } from './digest.ts'
import { RepositoryError } from './errors.ts'
import { type Descriptor, MANIFEST_BYTES_MAX, MEDIA_TYPES } from './oci.ts'
import type { Registry } from './registry.ts'

/** Most tags of one function that are listed. */
export const TAGS_MAX = 10_000
/** Most repositories that are listed. */
export const REPOSITORIES_MAX = 10_000
/** Entries that are asked for at a time. */
const PAGE = 1000
/** Largest page, in bytes. */
const PAGE_BYTES_MAX = 2 ** 20

const ACCEPT = [
  MEDIA_TYPES.index,
  MEDIA_TYPES.manifest,
  MEDIA_TYPES.dockerIndex,
  MEDIA_TYPES.dockerManifest,
].join(', ')

export interface FetchedManifest {
  readonly mediaType: string
  readonly digest: string
  readonly bytes: Buffer
}

/** Bytes of a blob that went or came so far. */
export type BlobProgress = (bytes: number) => void

/** Manifests, blobs, tags and repositories of a registry (OCI Distribution Specification 1.1 §3). */
export class RegistryContents {
  readonly #registry: Registry

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** @param reference - tag or digest @returns undefined if there is none @throws RepositoryError `wrong-digest` */
  async manifest(repository: string, reference: string): Promise<FetchedManifest | undefined> {
    const what = `read the manifest of ${repository}:${reference}`
    const { status, headers, bytes } = await this.#registry.ask(
      {
        method: 'GET',
        target: `/v2/${repository}/manifests/${reference}`,
        scope: pull(repository),
        headers: { accept: ACCEPT },
        expected: [200, 404],
        what,
      },
      MANIFEST_BYTES_MAX,
    )
    if (status === 404) return undefined
    const digest = sha256(bytes)
    const claimed = reference.includes(':') ? reference : headers['docker-content-digest']
    if (claimed !== undefined && claimed !== digest) {
      throw new RepositoryError(
        'wrong-digest',
        `the manifest of ${repository}:${reference} from ${this.#registry.address} has the digest ${digest} instead of ${claimed}: something changed it`,
      )
    }
    return { mediaType: (headers['content-type'] ?? '').split(';', 1)[0] as string, digest, bytes }
  }

  /** @param reference - tag or digest */
  async putManifest(
    repository: string,
    reference: string,
    mediaType: string,
    bytes: Uint8Array,
  ): Promise<void> {
    if (bytes.length > MANIFEST_BYTES_MAX) {
      const message = `the manifest of ${repository} is ${bytes.length} bytes, more than the ${MANIFEST_BYTES_MAX} that registries take`
      throw new RepositoryError('too-large', message)
    }
    await this.#registry.ask(
      {
        method: 'PUT',
        target: `/v2/${repository}/manifests/${reference}`,
        scope: push(repository),
        headers: { 'content-type': mediaType, 'content-length': String(bytes.length) },
        body: () => bytes,
        expected: [201],
        what: `keep the manifest of ${repository}:${reference}`,
      },
      PAGE_BYTES_MAX,
    )
  }

  /** @returns whether it was there */
  async deleteManifest(repository: string, digest: string): Promise<boolean> {
    const request = {
      method: 'DELETE',
      target: `/v2/${repository}/manifests/${digest}`,
      scope: `repository:${repository}:delete`,
      expected: [202, 404, 405],
      what: `delete ${repository}@${digest}`,
    } as const
    const { status } = await this.#registry.ask(request, PAGE_BYTES_MAX)
    if (status !== 405) return status === 202
    throw new RepositoryError(
      'registry-refused',
      `the registry at ${this.#registry.address} does not delete: its configuration needs storage.delete.enabled: true`,
    )
  }

  /** The bytes of a blob as they come; not verified, and not tried again. */
  async blob(repository: string, { digest }: Descriptor): Promise<AsyncIterable<Buffer>> {
    const { body } = await this.#registry.send({
      method: 'GET',
      target: `/v2/${repository}/blobs/${digest}`,
      scope: pull(repository),
      expected: [200],
      what: `send the blob ${digest} of ${repository}`,
    })
    return body
  }

  /**
   * Puts a blob into a repository unless it is there, from another repository of the registry if that has it.
   * @returns how it came there, and the bytes that were sent
   */
  async putBlob(
    repository: string,
    { digest, size }: Descriptor,
    file: string,
    from: string | undefined,
    onBytes: BlobProgress = () => {},
  ): Promise<{ how: 'there' | 'mounted' | 'sent'; bytes: number }> {
    // All of it again: a registry that died knows nothing any more of an upload that it had begun.
    return await this.#registry.retrying(async () => {
      onBytes(0)
      if (await this.#hasBlob(repository, digest)) return { how: 'there', bytes: 0 }
      const location = await this.#beginUpload(repository, digest, from)
      if (location === undefined) return { how: 'mounted', bytes: 0 }
      location.searchParams.set('digest', digest)
      const { body } = await this.#registry.send({
        method: 'PUT',
        target: location,
        scope: push(repository),
        headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
        body: () => {
          let sent = 0
          return createReadStream(file).on('data', (chunk) => {
            sent += chunk.length
            onBytes(sent)
          })
        },
        expected: [201],
        what: `keep the blob ${digest} in ${repository}`,
      })
      body.resume()
      return { how: 'sent', bytes: size }
    })
  }

  async #hasBlob(repository: string, digest: string): Promise<boolean> {
    const { status, body } = await this.#registry.send({
      method: 'HEAD',
      target: `/v2/${repository}/blobs/${digest}`,
      scope: push(repository),
      expected: [200, 404],
      what: `look for a blob in ${repository}`,
    })
    body.resume()
    return status === 200
  }

  /** @returns where to send the blob; undefined if it was mounted. */
  async #beginUpload(repository: string, digest: string, from: string | undefined): Promise<URL | undefined> {
    const isMount = from !== undefined && from !== repository
    const query = isMount ? `?${new URLSearchParams({ mount: digest, from })}` : ''
    const { status, headers, body } = await this.#registry.send({
      method: 'POST',
      target: `/v2/${repository}/blobs/uploads/${query}`,
      scope: isMount ? `${push(repository)} ${pull(from)}` : push(repository),
      headers: { 'content-length': '0' },
      expected: isMount ? [201, 202] : [202],
      what: `begin an upload to ${repository}`,
    })
    body.resume()
    return status === 201 ? undefined : this.#registry.resolve(headers.location, 'send a blob')
  }

  /** Tags of a repository; none if there is no such repository. */
  async tags(repository: string): Promise<string[]> {
    return await this.#pages(`/v2/${repository}/tags/list`, 'tags', pull(repository), TAGS_MAX)
  }

  /** Names of all repositories, if the registry has the list of them (Docker Registry HTTP API V2, "Catalog"). */
  async repositories(): Promise<string[]> {
    return await this.#pages('/v2/_catalog', 'repositories', 'registry:catalog:*', REPOSITORIES_MAX)
  }

  async #pages(path: string, key: 'tags' | 'repositories', scope: string, max: number): Promise<string[]> {
    const found: string[] = []
    let target: string | URL | undefined = `${path}?n=${PAGE}`
    while (target !== undefined) {
      const request = { method: 'GET', target, scope, expected: [200, 404], what: `list its ${key}` } as const
      const { status, headers, bytes } = await this.#registry.ask(request, PAGE_BYTES_MAX)
      if (status === 404 && key === 'repositories') {
        const message = `the registry at ${this.#registry.address} has no list of its repositories: ask for a function by its name`
        throw new RepositoryError('registry-refused', message)
      }
      if (status === 404) return []
      const before = found.length
      found.push(...namesIn(bytes, key, this.#registry.address))
      if (found.length > max) {
        throw new RepositoryError('too-large', `${this.#registry.address} lists more than ${max} ${key}`)
      }
      const next = /<([^>]*)>\s*;\s*rel="?next"?/.exec(String(headers.link ?? ''))?.[1]
      // A page without entries that leads to another one could lead round and round.
      target =
        next === undefined || found.length === before ? undefined : this.#registry.resolve(next, 'read on')
    }
    return found
  }
}

function namesIn(bytes: Buffer, key: 'tags' | 'repositories', address: string): string[] {
  try {
    const names = (JSON.parse(bytes.toString()) as Record<string, unknown>)[key] ?? []
    if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names
  } catch {
    // As one that is JSON but no list.
  }
  throw new RepositoryError(
    'registry-refused',
    `what ${address} answers is no list of ${key}: is it a registry?`,
  )
}

const pull = (repository: string): string => `repository:${repository}:pull`
const push = (repository: string): string => `repository:${repository}:pull,push`
