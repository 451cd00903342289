import type { BlobStore } from './blob-store.ts'
import { digitsOf } from './digest.ts'
import type { Descriptor } from './oci.ts'
import type { TransferProgress } from './push.ts'
import type { Registry } from './registry.ts'
import { RegistryContents } from './registry-contents.ts'

/**
 * Fetches a blob into the store, verified, and notes where it is from: a push to another place of that registry need not send it.
 * @returns bytes that came; 0 if it is in the store already
 */
export async function fetchBlob(
  registry: Registry,
  repository: string,
  blob: Descriptor,
  store: BlobStore,
  progress: TransferProgress = {},
): Promise<number> {
  if (await store.has(blob)) return 0
  const contents = new RegistryContents(registry)
  await registry.retrying(() =>
    registry.reading(async () => {
      progress.bytes?.(blob.digest, 0, blob.size)
      const body = await contents.blob(repository, blob)
      await store.write(
        counted(body, (bytes) => progress.bytes?.(blob.digest, bytes, blob.size)),
        blob,
      )
    }),
  )
  const key = digitsOf(blob.digest)
  const sources = await store.note<Record<string, string>>('sources', key)
  await store.writeNote('sources', key, { ...sources, [registry.address]: repository })
  return blob.size
}

async function* counted(bytes: AsyncIterable<Buffer>, tell: (bytes: number) => void): AsyncGenerator<Buffer> {
  let count = 0
  for await (const chunk of bytes) {
    count += chunk.length
    tell(count)
    yield chunk
  }
}
