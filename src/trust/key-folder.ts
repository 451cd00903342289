import { createPrivateKey, type KeyObject } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Certificate } from './certificate.ts'
import { TrustError } from './errors.ts'
import { readCertificateFile, readSmallFile, unavailable, writeNew, writeWhole } from './files.ts'
import { createIdentity, type Identity } from './identity.ts'

const KEY_FILE = 'private.pem'
const CERTIFICATE_FILE = 'certificate.ndncert'
const PRIVATE_FOLDER = 0o700
const PRIVATE_FILE = 0o600
const PUBLIC_FILE = 0o644

/**
 * A folder that holds one private key and the certificate for it. It is made under another name and renamed when
 * complete, so that of several processes that make it at the same time one wins and all have the same key.
 */
export class KeyFolder {
  readonly path: string
  readonly #keyPath: string
  readonly #certificatePath: string

  constructor(path: string) {
    this.path = path
    this.#keyPath = join(path, KEY_FILE)
    this.#certificatePath = join(path, CERTIFICATE_FILE)
  }

  /** @throws TrustError unavailable-file */
  async exists(): Promise<boolean> {
    return isThere(this.path)
  }

  /** Whether the private key is here too. @throws TrustError unavailable-file */
  async hasKey(): Promise<boolean> {
    return isThere(this.#keyPath)
  }

  /** @throws TrustError */
  async readCertificate(): Promise<Certificate> {
    try {
      return await readCertificateFile(this.#certificatePath)
    } catch (error) {
      throw this.#withAdvice(error)
    }
  }

  /** @throws TrustError */
  async readIdentity(): Promise<Identity> {
    const certificate = await this.readCertificate()
    try {
      return createIdentity(certificate, await readPrivateKey(this.#keyPath))
    } catch (error) {
      throw this.#withAdvice(error)
    }
  }

  /** Puts a key and its certificate here, unless another process was first. @throws TrustError unavailable-file */
  async create(privateKey: KeyObject, certificate: Certificate): Promise<void> {
    const parent = dirname(this.path)
    try {
      await mkdir(parent, { recursive: true, mode: PRIVATE_FOLDER })
      // A folder from mkdtemp is closed to other users.
      const temporary = await mkdtemp(join(parent, '.new-'))
      try {
        const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
        await writeNew(join(temporary, KEY_FILE), pem, { mode: PRIVATE_FILE })
        await writeNew(join(temporary, CERTIFICATE_FILE), certificate.toString(), { mode: PUBLIC_FILE })
        await rename(temporary, this.path)
      } catch (error) {
        await rm(temporary, { recursive: true, force: true })
        throw error
      }
    } catch (error) {
      if (!isAlreadyThere(error)) throw unavailable('write', this.path, error)
    }
  }

  /** Replaces the certificate by a newer one for the same key. @throws TrustError unavailable-file */
  async replaceCertificate(certificate: Certificate): Promise<void> {
    await writeWhole(this.#certificatePath, certificate.toString(), { mode: PUBLIC_FILE })
  }

  #withAdvice(error: unknown): unknown {
    if (!(error instanceof TrustError) || error.code === 'unsafe-permissions') return error
    return new TrustError(
      error.code,
      `${error.message}. Put both files of ${this.path} back from a copy, or move that folder away to have new ones made`,
      { cause: error },
    )
  }
}

/** A folder that a full one is renamed to says so in one of two ways. */
function isAlreadyThere(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOTEMPTY' || code === 'EEXIST'
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw unavailable('read', path, error)
  }
}

async function readPrivateKey(path: string): Promise<KeyObject> {
  const pem = await readSmallFile(path, true)
  try {
    return createPrivateKey({ key: pem, format: 'pem' })
  } catch (cause) {
    throw new TrustError('bad-file', `${path} is damaged or not a private key in PEM`, { cause })
  }
}
