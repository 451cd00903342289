import type { KeyObject } from 'node:crypto'
import type { Name, Signer } from '../packet/index.ts'
import type { Certificate } from './certificate.ts'
import { TrustError } from './errors.ts'
import { createSigner, spkiOf } from './signer.ts'

/** Someone who can sign: a name, the certificate for its key, and the key inside a signer. */
export interface Identity {
  readonly name: Name
  readonly certificate: Certificate
  /** Its KeyLocator is the certificate's name. */
  readonly signer: Signer
}

/**
 * Joins a certificate and the private key that it is for.
 * @throws TrustError bad-key where they do not belong together
 */
export function createIdentity(certificate: Certificate, privateKey: KeyObject): Identity {
  const signer = createSigner(privateKey, certificate.name)
  if (!spkiOf(privateKey).equals(certificate.data.content)) {
    throw new TrustError('bad-key', `the private key is not the one that ${certificate.name} is for`)
  }
  return { name: certificate.identity, certificate, signer }
}
