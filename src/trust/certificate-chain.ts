import type { Data, Name } from '../packet/index.ts'
import { Certificate, parseKeyLocator } from './certificate.ts'
import { VerificationError, type VerificationErrorCode } from './errors.ts'
import { formatParty, issuerOf, type Party, partyOf } from './naming.ts'
import { verifySignature } from './verify-signature.ts'

/** Most certificates that are followed from a packet to the anchor, the anchor's included. */
export const MAX_CHAIN_LENGTH = 4
/** Most verified certificates that are kept; the one that was not used for longest goes first. */
export const CERTIFICATE_CACHE_SIZE = 256

export interface CertificateChainOptions {
  /** The one certificate that is trusted for itself. */
  readonly anchor: Certificate
  /**
   * Gets a certificate by its name, or by the name of the key that it is for (so: with CanBePrefix).
   * Rejects where it cannot be had, in a time of its own: nothing here waits for less than that.
   */
  readonly fetchCertificate: (name: Name) => Promise<Data>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** {@link MAX_CHAIN_LENGTH} by default. */
  readonly maxChainLength?: number | undefined
  /** {@link CERTIFICATE_CACHE_SIZE} by default. */
  readonly cacheSize?: number | undefined
}

/** A certificate that was followed to the anchor. */
export interface TrustedKey {
  readonly certificate: Certificate
  readonly party: Party
  /** None at the anchor. */
  readonly issuer: TrustedKey | undefined
}

/** Follows KeyLocators to the trust anchor, and remembers the certificates that led there. */
export class CertificateChain {
  readonly #options: CertificateChainOptions
  readonly #operator: Name
  readonly #anchorKey: TrustedKey
  readonly #maxLength: number
  readonly #cacheSize: number
  /** By KeyLocator, the one used longest ago first. */
  readonly #trusted = new Map<string, TrustedKey>()
  /** Certificates that are being fetched, so that many packets by one signer ask for it once. */
  readonly #pending = new Map<string, Promise<TrustedKey>>()

  constructor(options: CertificateChainOptions) {
    const { anchor, maxChainLength = MAX_CHAIN_LENGTH, cacheSize = CERTIFICATE_CACHE_SIZE } = options
    this.#options = options
    this.#operator = anchor.identity
    this.#anchorKey = { certificate: anchor, party: { kind: 'operator' }, issuer: undefined }
    this.#maxLength = maxChainLength
    this.#cacheSize = cacheSize
  }

  /**
   * The key that a KeyLocator names, followed to the anchor.
   * Names are judged before anything is fetched, so a packet cannot make us ask for whatever it likes.
   * @param length certificates up to and with this one
   * @throws VerificationError
   */
  async find(keyLocator: Name, length = 1): Promise<TrustedKey> {
    const known = this.#recall(keyLocator)
    if (known !== undefined) return known
    const party = this.#identify(keyLocator)
    if (length > this.#maxLength) {
      throw new VerificationError(
        'too-deep',
        `more than ${this.#maxLength} certificates lie between it and the trust anchor`,
      )
    }
    if (party.kind === 'operator') return this.#anchor(keyLocator)
    const { key } = keyLocator
    const pending = this.#pending.get(key)
    if (pending !== undefined) return pending
    const fetching = this.#fetch(keyLocator, party, length).finally(() => this.#pending.delete(key))
    if (this.#pending.size < this.#cacheSize) this.#pending.set(key, fetching)
    return fetching
  }

  /** From the cache, if every certificate up to the anchor is valid now. */
  #recall(keyLocator: Name): TrustedKey | undefined {
    const { key } = keyLocator
    const trusted = this.#trusted.get(key)
    if (trusted === undefined) return undefined
    this.#trusted.delete(key)
    const now = this.#options.now()
    for (let at: TrustedKey | undefined = trusted; at !== undefined; at = at.issuer) {
      if (!at.certificate.isValidAt(now)) return undefined
    }
    this.#trusted.set(key, trusted)
    return trusted
  }

  #identify(keyLocator: Name): Party {
    const parts = parseKeyLocator(keyLocator)
    if (parts === undefined) {
      throw new VerificationError(
        'no-key-locator',
        `its KeyLocator ${keyLocator} is not the name of a key or certificate`,
      )
    }
    if (!this.#operator.isPrefixOf(parts.identity)) {
      throw new VerificationError(
        'not-under-anchor',
        `${keyLocator} is not a key of operator ${this.#operator}, whose trust anchor is held here`,
      )
    }
    const party = partyOf(this.#operator, parts.identity)
    if (party !== undefined) return party
    throw new VerificationError(
      'not-allowed',
      `${parts.identity} is not the name of a node, an instance or a producer of ${this.#operator}`,
    )
  }

  #anchor(keyLocator: Name): TrustedKey {
    const { anchor } = this.#options
    if (!anchor.keyName.isPrefixOf(keyLocator)) {
      throw new VerificationError(
        'not-under-anchor',
        `${keyLocator} is another key of ${this.#operator} than the trust anchor held here, ${anchor.keyName}`,
      )
    }
    this.#checkTime(anchor)
    return this.#anchorKey
  }

  async #fetch(keyLocator: Name, party: Party, length: number): Promise<TrustedKey> {
    const certificate = await this.#fetchCertificate(keyLocator)
    this.#checkTime(certificate)
    this.#checkIssuerName(certificate, party)
    const issuer = await this.find(certificate.issuer, length + 1)
    if (!verifySignature(certificate.data, issuer.certificate.publicKey)) {
      throw new VerificationError(
        'bad-signature',
        `certificate ${certificate.name} was not signed by ${issuer.certificate.name}, or was changed since`,
      )
    }
    const trusted = { certificate, party, issuer }
    this.#remember(keyLocator, trusted)
    return trusted
  }

  async #fetchCertificate(name: Name): Promise<Certificate> {
    try {
      const certificate = Certificate.decode(await this.#options.fetchCertificate(name))
      const isIt = certificate.keyName.equals(parseKeyLocator(name)?.keyName ?? name)
      if (isIt && name.isPrefixOf(certificate.name)) return certificate
      throw new Error(`${certificate.name} came instead`)
    } catch (cause) {
      throw new VerificationError(
        'certificate-unavailable',
        `certificate ${name} cannot be had: ${(cause as Error).message}`,
        { cause },
      )
    }
  }

  #checkTime(certificate: Certificate): void {
    const now = this.#options.now()
    if (certificate.isValidAt(now)) return
    const { notBefore, notAfter } = certificate.validity
    const [said, time] = now < notBefore ? ['is not valid before', notBefore] : ['expired on', notAfter]
    throw new VerificationError(
      'certificate-expired',
      `certificate ${certificate.name} ${said} ${new Date(time).toISOString()}`,
    )
  }

  #checkIssuerName({ name, identity, issuer }: Certificate, party: Party): void {
    const expected = issuerOf(this.#operator, identity, party)
    const parts = parseKeyLocator(issuer)
    if (parts?.identity.equals(expected)) return
    const code: VerificationErrorCode =
      parts !== undefined && this.#operator.isPrefixOf(parts.identity) ? 'not-allowed' : 'not-under-anchor'
    throw new VerificationError(
      code,
      `certificate ${name} of ${formatParty(party)} must be issued by ${expected}, and its issuer is ${issuer}`,
    )
  }

  #remember(keyLocator: Name, trusted: TrustedKey): void {
    this.#trusted.set(keyLocator.key, trusted)
    if (this.#trusted.size <= this.#cacheSize) return
    const oldest = this.#trusted.keys().next()
    if (!oldest.done) this.#trusted.delete(oldest.value)
  }
}

/** Names of the certificates from a key's own to the anchor's. */
export function chainNames(key: TrustedKey): Name[] {
  const names: Name[] = []
  for (let at: TrustedKey | undefined = key; at !== undefined; at = at.issuer) names.push(at.certificate.name)
  return names
}
