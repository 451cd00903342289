import { createHash } from 'node:crypto'
import { type Readable, Transform } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { BlobStore } from './blob-store.ts'
import { digestOf } from './digest.ts'

/** How hard layers are compressed: 1 to 9. Zlib's default; 1 saves 2 s of the base's 4, and costs 5 MB at each pull. */
const GZIP_LEVEL = 6

/** What is remembered of a layer that was made. */
export interface LayerNote {
  readonly digest: string
  readonly size: number
  readonly diffId: string
}

/**
 * Makes a layer of an archive, unless one was made of the same.
 * @param key - of its content; part of a file's name
 * @param open - what is in it, not compressed
 */
export async function packLayer(key: string, store: BlobStore, open: () => Readable): Promise<LayerNote> {
  const known = await store.note<LayerNote>('layers', key)
  if (known !== undefined && (await store.has(known))) return known
  const hash = createHash('sha256')
  const tee = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(undefined, chunk)
    },
  })
  const archive = open()
  const zipped = archive.pipe(tee).pipe(createGzip({ level: GZIP_LEVEL }))
  // An error of a source does not come through a pipe.
  archive.on('error', (error) => zipped.destroy(error))
  const note = { ...(await store.write(zipped)), diffId: digestOf(hash) }
  await store.writeNote('layers', key, note)
  return note
}
