import { createPublicKey, type KeyObject, randomBytes } from 'node:crypto'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Name } from '../packet/index.ts'
import type { Certificate, Validity } from './certificate.ts'
import { checkAnchor, checkKept } from './check-kept.ts'
import { TrustError } from './errors.ts'
import { unavailable, writeWhole } from './files.ts'
import type { Identity } from './identity.ts'
import { type InstanceKeys, type InstanceOptions, issueInstance } from './instance-identity.ts'
import { issueCertificate, selfSignCertificate } from './issue.ts'
import { KeyFolder } from './key-folder.ts'
import { nodeName, producerName } from './naming.ts'
import { generatePrivateKey } from './signer.ts'
import { CLOCK_SKEW_MS, DAY_MS } from './times.ts'

/** How long a trust anchor is valid, in milliseconds: 20 years. */
export const ANCHOR_VALIDITY_MS = 20 * 365 * DAY_MS
/** How long the certificate of a node or producer is valid, in milliseconds. */
export const IDENTITY_VALIDITY_MS = 90 * DAY_MS
/** A certificate with less than this left is renewed when it is next asked for, in milliseconds. */
export const RENEW_BEFORE_MS = 30 * DAY_MS

const WRITABLE_BY_OTHERS = 0o022

export interface KeychainOptions {
  /** The operator's identity: `/ndn-sfc/<8 random hexadecimal digits>` by default, made up on first use. */
  readonly operator?: Name | undefined
  /** Milliseconds since the epoch; `Date.now` by default. */
  readonly now?: (() => number) | undefined
}

/** The operator's keys on this machine, in `<home>/trust`. They are made on first use, so nothing is to be set up. */
export class Keychain {
  /** The operator's certificate, signed by itself: what whoever verifies must hold. */
  readonly anchor: Certificate
  readonly #folder: string
  readonly #now: () => number

  private constructor(folder: string, anchor: Certificate, now: () => number) {
    this.#folder = folder
    this.anchor = anchor
    this.#now = now
  }

  /**
   * Opens the keychain, and makes the trust anchor if there is none. Safe in several processes at once.
   * @param home folder of the node's state
   * @throws TrustError
   */
  static async open(home: string, options: KeychainOptions = {}): Promise<Keychain> {
    const { operator, now = Date.now } = options
    const folder = await openFolder(home)
    const anchorFolder = anchorFolderIn(folder)
    if (!(await anchorFolder.exists())) {
      const name = operator ?? Name.parse(`/ndn-sfc/${randomBytes(4).toString('hex')}`)
      const privateKey = generatePrivateKey()
      const validity = validityFrom(now(), ANCHOR_VALIDITY_MS)
      await anchorFolder.create(
        privateKey,
        selfSignCertificate({ subject: name, privateKey, validity, issuedAt: now() }),
      )
    }
    const anchor = await anchorFolder.readCertificate()
    checkAnchor(anchor, anchorFolder.path, operator, now())
    return new Keychain(folder, anchor, now)
  }

  /** The operator's own identity, for management commands. @throws TrustError */
  async operatorIdentity(): Promise<Identity> {
    return anchorFolderIn(this.#folder).readIdentity()
  }

  /**
   * Identity of a node: made once, kept, and renewed when near its end.
   * @param node 1 to 64 letters, digits, `.`, `_` and `-`
   * @throws TrustError
   */
  async nodeIdentity(node: string): Promise<Identity> {
    return this.#kept(nodeName(this.anchor.identity, node), join(this.#folder, 'node', node))
  }

  /** Identity of a producer; as `nodeIdentity`. @throws TrustError */
  async producerIdentity(producer: string): Promise<Identity> {
    return this.#kept(producerName(this.anchor.identity, producer), join(this.#folder, 'producer', producer))
  }

  /** A new key for one instance, certified by its node. @throws TrustError bad-label */
  issueInstance(options: Omit<InstanceOptions, 'now'>): InstanceKeys {
    return issueInstance({ ...options, now: this.#now() })
  }

  /** Writes the anchor's certificate for those who verify elsewhere. @throws TrustError unavailable-file */
  async exportAnchor(path: string): Promise<void> {
    await writeWhole(path, this.anchor.toString(), { mode: 0o644 })
  }

  async #kept(name: Name, path: string): Promise<Identity> {
    const folder = new KeyFolder(path)
    if (!(await folder.exists())) {
      const privateKey = generatePrivateKey()
      await folder.create(privateKey, await this.#certify(name, createPublicKey(privateKey)))
    }
    const identity = await folder.readIdentity()
    checkKept(identity.certificate, path, name, this.anchor, this.#now())
    if (!(await this.#isDue(identity.certificate))) return identity
    await folder.replaceCertificate(await this.#certify(name, identity.certificate.publicKey))
    return folder.readIdentity()
  }

  async #certify(subject: Name, publicKey: KeyObject): Promise<Certificate> {
    const now = this.#now()
    const validity = validityFrom(now, IDENTITY_VALIDITY_MS)
    const issuer = await this.operatorIdentity()
    return issueCertificate({ subject, publicKey, issuer, validity, issuedAt: now })
  }

  /** Where the operator's private key is kept elsewhere, a certificate serves to its last day. */
  async #isDue(certificate: Certificate): Promise<boolean> {
    const left = certificate.validity.notAfter - this.#now()
    if (left >= RENEW_BEFORE_MS) return false
    return left < 0 || (await anchorFolderIn(this.#folder).hasKey())
  }
}

function anchorFolderIn(folder: string): KeyFolder {
  return new KeyFolder(join(folder, 'anchor'))
}

function validityFrom(now: number, length: number): Validity {
  return { notBefore: now - CLOCK_SKEW_MS, notAfter: now + length }
}

async function openFolder(home: string): Promise<string> {
  const folder = join(home, 'trust')
  try {
    await mkdir(home, { recursive: true })
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw unavailable('write', folder, cause)
  }
  if (process.platform !== 'win32' && ((await stat(folder)).mode & WRITABLE_BY_OTHERS) !== 0) {
    throw new TrustError(
      'unsafe-permissions',
      `other users may replace the keys in ${folder}: run chmod 700 on it`,
    )
  }
  return folder
}
