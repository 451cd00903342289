import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { lookup } from 'mime-types'
import type { ByteSource } from '../endpoint/index.ts'

/** Files that are open at the same time; who wants to open one more waits. */
const MAX_OPEN_FILES = 64

let openFiles = 0
const waiting: (() => void)[] = []

/** A file that is open for reading, as it was when it was opened. To be closed. */
export interface OpenFile extends ByteSource {
  /** Time of its last change, in microseconds since the epoch. */
  readonly version: number
  readonly mediaType: string
  /** False once somebody has written to it. */
  isUnchanged(): Promise<boolean>
  close(): Promise<void>
}

/** Opens a file; undefined where there is none at this path, or it is no regular file. */
export async function openFile(path: string): Promise<OpenFile | undefined> {
  if (openFiles >= MAX_OPEN_FILES) await new Promise<void>((resolve) => waiting.push(resolve))
  else openFiles++
  let file: OpenFile | undefined
  try {
    file = await openNow(path)
    return file
  } finally {
    if (file === undefined) release()
  }
}

/** Hands the place to whoever waits for one. */
function release(): void {
  const next = waiting.shift()
  if (next === undefined) openFiles--
  else next()
}

async function openNow(path: string): Promise<OpenFile | undefined> {
  // Not to wait for someone to write, where the path is that of a named pipe.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ENXIO') return undefined
      throw error
    },
  )
  if (handle === undefined) return undefined
  const opened = await handle.stat({ bigint: true }).catch(() => undefined)
  if (!opened?.isFile()) {
    await handle.close()
    return undefined
  }
  return {
    size: Number(opened.size),
    version: versionOf(opened),
    mediaType: lookup(path) || 'application/octet-stream',
    read: (offset, length) => readFully(handle, offset, length),
    isUnchanged: async () => {
      const now = await handle.stat({ bigint: true })
      return now.mtimeNs === opened.mtimeNs && now.size === opened.size
    },
    close: async () => {
      await handle.close().finally(release)
    },
  }
}

function versionOf({ mtimeNs }: BigIntStats): number {
  // A version cannot be negative, as the time of a file from before 1970 is.
  return Math.max(0, Number(mtimeNs / 1000n))
}

/** Fewer bytes only where the file ends before. */
async function readFully(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(length)
  let have = 0
  while (have < length) {
    const { bytesRead } = await handle.read(bytes, have, length - have, offset + have)
    if (bytesRead === 0) break
    have += bytesRead
  }
  return bytes.subarray(0, have)
}
