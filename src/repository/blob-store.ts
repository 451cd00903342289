import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DIGEST, digestOf, digitsOf } from './digest.ts'
import { explainDisk, RepositoryError } from './errors.ts'
import { BLOB_BYTES_MAX, type Descriptor } from './oci.ts'

/** How long a blob that nobody asked for is kept, in milliseconds: 90 days. */
export const BLOB_KEEP = 90 * 86_400_000
/** How long an unfinished file is kept, in milliseconds: after that, whoever wrote it must have crashed. */
export const UNFINISHED_KEEP = 3_600_000

const UNFINISHED = '.unfinished-'

export interface BlobStoreOptions {
  /** Opens a file for writing. @defaultValue node:fs's createWriteStream */
  readonly openFile?: ((path: string) => Writable) | undefined
  /** Milliseconds since the epoch. */
  readonly now?: (() => number) | undefined
}

/**
 * What is noted: which blob a layer became when it was made, repositories that have a blob, programs in a base image's layer, and
 * what setup commands made; and versions that were pulled.
 */
export type NoteKind = 'layers' | 'sources' | 'versions' | 'programs' | 'setups'

/** A descriptor's part that says which bytes are meant. */
export type BlobIdentity = Pick<Descriptor, 'digest' | 'size'>

/**
 * Blobs by their digest in files of this host, `HOME/blobs/sha256/DIGITS`. A blob is there whole and verified, or not at all.
 */
export class BlobStore {
  readonly #folder: string
  readonly #openFile: (path: string) => Writable
  readonly #now: () => number

  /** @param home - the node's folder, absolute */
  constructor(home: string, { openFile = createWriteStream, now = Date.now }: BlobStoreOptions = {}) {
    this.#folder = join(home, 'blobs')
    this.#openFile = openFile
    this.#now = now
  }

  /** Where a blob is, or would be. */
  path(digest: string): string {
    if (!DIGEST.test(digest)) throw new RepositoryError('bad-image', `'${digest}' is no digest`)
    return join(this.#folder, 'sha256', digitsOf(digest))
  }

  /** Whether a blob is there; if so, it is kept for longer. */
  async has({ digest, size }: BlobIdentity): Promise<boolean> {
    const path = this.path(digest)
    const stats = await stat(path).catch(() => undefined)
    if (stats?.size !== size) return false
    const now = new Date(this.#now())
    await utimes(path, now, now).catch(() => {})
    return true
  }

  /** Digests of all blobs that are there. */
  async list(): Promise<string[]> {
    const names = await readdir(join(this.#folder, 'sha256')).catch(() => [])
    return names.map((name) => `sha256:${name}`).filter((digest) => DIGEST.test(digest))
  }

  /** A small blob's bytes. */
  async read(digest: string): Promise<Buffer> {
    return await readFile(this.path(digest))
  }

  /** For one whose bytes turned out to be wrong. */
  async remove(digest: string): Promise<void> {
    await rm(this.path(digest), { force: true })
  }

  /**
   * Keeps bytes under their digest.
   * @param expected - what they have to be. Default: whatever they are, at most {@link BLOB_BYTES_MAX} of them.
   * @throws RepositoryError `wrong-digest`, `too-large`, `disk-full`
   */
  async write(bytes: AsyncIterable<Uint8Array>, expected?: BlobIdentity): Promise<BlobIdentity> {
    const hash = createHash('sha256')
    const max = expected?.size ?? BLOB_BYTES_MAX
    let size = 0
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        size += chunk.length
        hash.update(chunk)
        if (size <= max) done(undefined, chunk)
        else if (expected === undefined)
          done(new RepositoryError('too-large', `a layer is larger than ${max} bytes`))
        else done(wrong(expected, `more than ${max} bytes`))
      },
    })
    return await this.#finish(async (temporary) => {
      await pipeline(bytes, meter, this.#openFile(temporary))
      const digest = digestOf(hash)
      if (expected !== undefined && (digest !== expected.digest || size !== expected.size)) {
        throw wrong(expected, `${size} bytes of ${digest}`)
      }
      return { path: this.path(digest), result: { digest, size } }
    })
  }

  /** What is written down of a layer that was made, by the key of its content, of a version that was pulled, by its digest, and so on. */
  async note<T>(kind: NoteKind, key: string): Promise<T | undefined> {
    const text = await readFile(join(this.#folder, kind, `${key}.json`), 'utf8').catch(() => undefined)
    try {
      return text === undefined ? undefined : (JSON.parse(text) as T)
    } catch {
      return undefined
    }
  }

  async writeNote(kind: NoteKind, key: string, value: object): Promise<void> {
    await this.#finish(async (temporary) => {
      await mkdir(join(this.#folder, kind), { recursive: true })
      await writeFile(temporary, JSON.stringify(value))
      return { path: join(this.#folder, kind, `${key}.json`), result: undefined }
    })
  }

  /** Removes what nobody asked for in a long time, and what was never finished. */
  async prune(): Promise<void> {
    for (const folder of [this.#folder, join(this.#folder, 'sha256')]) {
      for (const name of await readdir(folder).catch(() => [])) {
        const path = join(folder, name)
        const stats = await stat(path).catch(() => undefined)
        const keep = name.startsWith(UNFINISHED) ? UNFINISHED_KEEP : BLOB_KEEP
        if (stats?.isFile() && this.#now() - stats.mtimeMs > keep) await rm(path, { force: true })
      }
    }
  }

  /** Makes a file elsewhere and renames it, so that neither an error nor a crash leaves half of it at its place. */
  async #finish<T>(make: (temporary: string) => Promise<{ path: string; result: T }>): Promise<T> {
    const temporary = join(this.#folder, `${UNFINISHED}${randomUUID()}`)
    try {
      await mkdir(join(this.#folder, 'sha256'), { recursive: true })
      const { path, result } = await make(temporary)
      await rename(temporary, path)
      return result
    } catch (error) {
      await rm(temporary, { force: true })
      throw explainDisk(error, this.#folder)
    }
  }
}

function wrong({ digest, size }: BlobIdentity, found: string): RepositoryError {
  return new RepositoryError(
    'wrong-digest',
    `instead of the ${size} bytes of ${digest} there came ${found}: something changed them on the way or in the registry; push it again`,
    // On the way is more likely than in the registry, and then it may come right.
    { retry: true },
  )
}
