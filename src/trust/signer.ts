import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { type Name, SignatureType, type Signer } from '../packet/index.ts'
import { TrustError } from './errors.ts'

export type KeyType = 'ed25519' | 'p-256'

/** DigestSha256: shows that a packet is whole, not who made it (NDN Packet Format 0.3 §5). */
export const digestSigner: Signer = {
  type: SignatureType.DigestSha256,
  sign: (signedPortion) => createHash('sha256').update(signedPortion).digest(),
}

/** A new private key. */
export function generatePrivateKey(type: KeyType = 'ed25519'): KeyObject {
  return type === 'ed25519'
    ? generateKeyPairSync('ed25519').privateKey
    : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}

/**
 * The SignatureType of what a key, private or public, signs: Ed25519, or ECDSA on P-256 with SHA-256; undefined for
 * any other key.
 */
export function signatureTypeOf(key: KeyObject): number | undefined {
  if (key.asymmetricKeyType === 'ed25519') return SignatureType.SignatureEd25519
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') {
    return SignatureType.SignatureSha256WithEcdsa
  }
  return undefined
}

/**
 * A signer with a private key.
 * @param keyLocator name of the certificate by which the signature can be checked
 * @throws TrustError bad-key
 */
export function createSigner(privateKey: KeyObject, keyLocator: Name): Signer {
  const type = signatureTypeOf(privateKey)
  if (type === undefined || privateKey.type !== 'private') {
    throw new TrustError('bad-key', `signing needs a private key of Ed25519 or ECDSA P-256`)
  }
  // One-shot signing with a KeyObject that is made once: this runs for every packet.
  const algorithm = type === SignatureType.SignatureEd25519 ? null : 'sha256'
  return { type, keyLocator, sign: (signedPortion) => sign(algorithm, signedPortion, privateKey) }
}

/** The SubjectPublicKeyInfo, in DER, of a public key or of the public half of a private one. */
export function spkiOf(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  return publicKey.export({ type: 'spki', format: 'der' })
}
