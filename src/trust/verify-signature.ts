import { createHash, type KeyObject, verify } from 'node:crypto'
import { type Name, type SignatureInfo, SignatureType } from '../packet/index.ts'
import { VerificationError } from './errors.ts'
import { signatureTypeOf } from './signer.ts'

/** What Data and signed Interests have in common. */
export interface SignedPacket {
  readonly signedPortion: Uint8Array
  readonly signatureInfo?: SignatureInfo | undefined
  readonly signatureValue?: Uint8Array | undefined
}

/**
 * Whether a packet's signature fits its bytes. With a key: whether the owner of that key signed it, which a mere
 * DigestSha256 never shows. Without one: whether it is whole by its DigestSha256.
 * It says nothing of whether the key may sign this; that is `createVerifier`'s.
 */
export function verifySignature(packet: SignedPacket, publicKey?: KeyObject): boolean {
  const { signedPortion, signatureInfo, signatureValue } = packet
  if (signatureInfo === undefined || signatureValue === undefined) return false
  if (publicKey === undefined) {
    if (signatureInfo.type !== SignatureType.DigestSha256) return false
    return createHash('sha256').update(signedPortion).digest().equals(signatureValue)
  }
  if (signatureInfo.type !== signatureTypeOf(publicKey)) return false
  const algorithm = signatureInfo.type === SignatureType.SignatureEd25519 ? null : 'sha256'
  return verify(algorithm, signedPortion, publicKey, signatureValue)
}

/**
 * The KeyLocator of a packet that is signed with a key.
 * @throws VerificationError no-key-locator | unknown-signature-type
 */
export function keyLocatorOf({ type, keyLocator }: SignatureInfo): Name {
  if (type === SignatureType.DigestSha256) {
    throw new VerificationError(
      'no-key-locator',
      `it carries a SHA-256 digest only, which does not show who made it`,
    )
  }
  if (type !== SignatureType.SignatureEd25519 && type !== SignatureType.SignatureSha256WithEcdsa) {
    throw new VerificationError(
      'unknown-signature-type',
      `its signature is of type ${type}, and only ECDSA (3) and Ed25519 (5) can be checked`,
    )
  }
  if (keyLocator !== undefined) return keyLocator
  throw new VerificationError('no-key-locator', `it has no KeyLocator that names the key of its signer`)
}
