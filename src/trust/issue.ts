import { createHash, type KeyObject } from 'node:crypto'
import { Component, ContentType, encodeData, type Name, type Signer } from '../packet/index.ts'
import { Certificate, type Validity } from './certificate.ts'
import { TrustError } from './errors.ts'
import type { Identity } from './identity.ts'
import { createSigner, spkiOf } from './signer.ts'

/** FreshnessPeriod of certificates, in milliseconds (NDN certificate format 2: one hour). */
export const CERTIFICATE_FRESHNESS_MS = 3_600_000

/** The first octets of a key's digest that are its key id. */
const KEY_ID_BYTES = 8

export interface IssueOptions {
  /** Identity that the key is for. */
  readonly subject: Name
  readonly publicKey: KeyObject
  readonly issuer: Identity
  readonly validity: Validity
  /** When it is issued, in milliseconds since the epoch: the certificate's version. Now by default. */
  readonly issuedAt?: number
}

export interface SelfSignOptions {
  /** Identity that the key is for. */
  readonly subject: Name
  readonly privateKey: KeyObject
  readonly validity: Validity
  /** When it is issued, in milliseconds since the epoch: the certificate's version. Now by default. */
  readonly issuedAt?: number
}

/**
 * Issues a certificate, valid for no longer than the issuer's own.
 * @throws TrustError bad-certificate on a key or validity that cannot be certified
 */
export function issueCertificate(options: IssueOptions): Certificate {
  const { subject, publicKey, issuer, validity, issuedAt = Date.now() } = options
  const name = keyName(subject, publicKey).append(
    // The issuer's key id: which key of the issuer it was.
    issuer.certificate.keyName.at(-1) as Component,
    version(issuedAt),
  )
  const notAfter = Math.min(validity.notAfter, issuer.certificate.validity.notAfter)
  return build(name, publicKey, issuer.signer, { ...validity, notAfter })
}

/**
 * Issues a certificate for a key with that key: a trust anchor.
 * @throws TrustError bad-key | bad-certificate
 */
export function selfSignCertificate(options: SelfSignOptions): Certificate {
  const { subject, privateKey, validity, issuedAt = Date.now() } = options
  const name = keyName(subject, privateKey).append(Component.generic('self'), version(issuedAt))
  return build(name, privateKey, createSigner(privateKey, name), validity)
}

/** `/<identity>/KEY/<key id>`; the key id is taken from the key, so that one key has one name. */
function keyName(identity: Name, key: KeyObject): Name {
  const digest = createHash('sha256').update(spkiOf(key)).digest('hex')
  return identity.append(Component.generic('KEY'), Component.generic(digest.slice(0, 2 * KEY_ID_BYTES)))
}

/** Microseconds, as NDN naming conventions rev. 3 ask. */
function version(issuedAt: number): Component {
  return Component.version(Math.round(issuedAt * 1000))
}

function build(name: Name, key: KeyObject, signer: Signer, validity: Validity): Certificate {
  const { notBefore, notAfter } = validity
  // Also false where either is not a number.
  if (!(notBefore <= notAfter)) {
    throw new TrustError('bad-certificate', `${name} cannot be valid: its validity ends before it begins`)
  }
  const { type, keyLocator } = signer
  const wire = encodeData(
    { name, contentType: ContentType.Key, freshnessPeriod: CERTIFICATE_FRESHNESS_MS, content: spkiOf(key) },
    { type, keyLocator, validity, sign: (signedPortion) => signer.sign(signedPortion) },
  )
  return Certificate.decode(wire)
}
