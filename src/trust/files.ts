import { randomBytes } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { Certificate } from './certificate.ts'
import { TrustError } from './errors.ts'

/** Most of a key's, certificate's or identity's file that is read, in bytes. */
export const MAX_FILE_BYTES = 65_536

const OPEN_TO_OTHERS = 0o077

export interface WriteOptions {
  /** Permissions. */
  readonly mode: number
  /** Owner; whoever writes it by default. Changing it takes the rights of root. */
  readonly uid?: number | undefined
  readonly gid?: number | undefined
}

/**
 * Reads a small text file.
 * @param secret refuses a file that other users may read
 * @throws TrustError unavailable-file | bad-file | unsafe-permissions
 */
export async function readSmallFile(path: string, secret = false): Promise<string> {
  const file = await open(path).catch((cause: unknown) => {
    throw unavailable('read', path, cause)
  })
  try {
    // Of the open file, so that what is checked is what is read.
    const { size, mode } = await file.stat()
    if (size > MAX_FILE_BYTES) {
      throw new TrustError('bad-file', `${path} has ${size} bytes, more than any key or certificate`)
    }
    if (secret && process.platform !== 'win32' && (mode & OPEN_TO_OTHERS) !== 0) {
      throw new TrustError(
        'unsafe-permissions',
        `other users may read or change the private key ${path}: run chmod 600 on it, and make a new key if it may have been read`,
      )
    }
    return await file.readFile('utf8')
  } catch (cause) {
    throw cause instanceof TrustError ? cause : unavailable('read', path, cause)
  } finally {
    await file.close()
  }
}

/**
 * Writes a file that is there whole or not at all, and takes the place of one that is there.
 * @throws TrustError unavailable-file
 */
export async function writeWhole(path: string, content: string, options: WriteOptions): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await writeNew(temporary, content, options)
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw unavailable('write', path, cause)
  }
}

/** Writes a file that must not be there yet, and waits until the disk has it. */
export async function writeNew(path: string, content: string, options: WriteOptions): Promise<void> {
  // Exclusive, so that a link planted at this path is not followed; closed to others until it is complete.
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await own(file, options)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function own(file: FileHandle, { mode, uid, gid }: WriteOptions): Promise<void> {
  // -1 leaves an owner as it is.
  if (uid !== undefined || gid !== undefined) await file.chown(uid ?? -1, gid ?? -1)
  await file.chmod(mode)
}

/**
 * Reads a certificate from a file in text form, such as `exportAnchor` writes.
 * @throws TrustError unavailable-file | bad-file
 */
export async function readCertificateFile(path: string): Promise<Certificate> {
  const text = await readSmallFile(path)
  try {
    return Certificate.parse(text)
  } catch (cause) {
    throw new TrustError('bad-file', `${path} is damaged or not a certificate: ${(cause as Error).message}`, {
      cause,
    })
  }
}

export function unavailable(doing: 'read' | 'write', path: string, cause: unknown): TrustError {
  const reason = (cause as Error).message
  return new TrustError(
    'unavailable-file',
    `cannot ${doing} ${path} (${reason}): check that it is there and that this user may ${doing} it`,
    { cause },
  )
}
