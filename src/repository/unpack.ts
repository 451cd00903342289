import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { ARTIFACT_BYTES_MAX, CONTAINER_FUNCTION, type StoredLayer } from '../engine/index.ts'
import { digestOf } from './digest.ts'
import { RepositoryError } from './errors.ts'

/** Most entries of one layer. */
export const ENTRIES_MAX = 200_000
/** Most bytes of one layer when it is not compressed: 4 GiB. */
export const LAYER_BYTES_MAX = 2 ** 32

const PREFIX = `${CONTAINER_FUNCTION.slice(1)}/`

/**
 * Writes what a layer holds of the function into a folder.
 * @returns bytes that were written.
 * @throws RepositoryError `bad-image` if it holds something else there than files and folders; `wrong-digest`
 */
export async function unpackFunction({ file, diffId }: StoredLayer, folder: string): Promise<number> {
  const hash = createHash('sha256')
  let bytes = 0
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      hash.update(chunk)
      if (bytes <= LAYER_BYTES_MAX) done(undefined, chunk)
      else done(new RepositoryError('too-large', `a layer unpacks to more than ${LAYER_BYTES_MAX} bytes`))
    },
  })
  const archive = extract()
  const reading = pipeline(createReadStream(file), createGunzip(), meter, archive)
  // Whoever reads the entries is told, too.
  reading.catch(() => {})
  let written = 0
  let entries = 0
  try {
    for await (const entry of archive) {
      const { name, type, size = 0, mode = 0 } = entry.header
      if (++entries > ENTRIES_MAX) throw bad(file, `more than ${ENTRIES_MAX} entries`)
      const path = name.replace(/^(\.?\/)+/, '')
      if (!path.startsWith(PREFIX) || type === 'directory') {
        entry.resume()
        continue
      }
      const inner = path.slice(PREFIX.length)
      if (type !== 'file') throw bad(file, `${name}, which is no file`)
      if (
        inner
          .split('/')
          .some((part) => part === '' || part === '.' || part === '..' || part.startsWith('.wh.'))
      ) {
        throw bad(file, `${name}, which has no place in a function`)
      }
      written += size
      if (written > ARTIFACT_BYTES_MAX) {
        throw new RepositoryError(
          'too-large',
          `the function is larger than the ${ARTIFACT_BYTES_MAX} bytes that are taken`,
        )
      }
      const target = join(folder, inner)
      await mkdir(dirname(target), { recursive: true })
      await pipeline(entry, createWriteStream(target, { mode: (mode & 0o111) === 0 ? 0o644 : 0o755 }))
    }
    await reading
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (error instanceof RepositoryError || !(code?.startsWith('Z_') ?? /tar|unexpected end/i.test(message)))
      throw error
    throw bad(file, `bytes that are no archive (${message})`, error)
  } finally {
    archive.destroy()
  }
  if (digestOf(hash) === diffId) return written
  throw new RepositoryError(
    'wrong-digest',
    `the layer ${file} unpacks to other bytes than its image says: pull it again`,
  )
}

function bad(file: string, what: string, cause?: unknown): RepositoryError {
  return new RepositoryError('bad-image', `the layer ${file} holds ${what}`, { cause })
}
