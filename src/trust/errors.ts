export type TrustErrorCode =
  /** Not a certificate, or one with a key or a name that cannot be used. */
  | 'bad-certificate'
  /** Not a private key, one of an algorithm that is not supported, or not the key of its certificate. */
  | 'bad-key'
  /** A name for a node, producer or function, or a digest, that cannot be part of an identity. */
  | 'bad-label'
  /** A file that is damaged, or of another kind than it should be. */
  | 'bad-file'
  /** A file that is not there, or cannot be read or written. */
  | 'unavailable-file'
  /** A private key, or the folder that it is in, is open to other users. */
  | 'unsafe-permissions'
  /** A kept identity belongs to another anchor or another operator. */
  | 'wrong-anchor'
  /** A certificate of one's own has expired, or is not valid yet. */
  | 'not-valid-now'

/** What making, keeping and reading keys and certificates throws. */
export class TrustError extends Error {
  override readonly name = 'TrustError'
  readonly code: TrustErrorCode

  constructor(code: TrustErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export type VerificationErrorCode =
  /** The packet names no key: there is no KeyLocator, or it is not the name of a key or certificate. */
  | 'no-key-locator'
  /** Signed in a way that is not ECDSA P-256 or Ed25519. */
  | 'unknown-signature-type'
  /** The certificate could not be fetched, or what came is not that certificate. */
  | 'certificate-unavailable'
  /** A certificate on the way to the anchor has expired, or is not valid yet. */
  | 'certificate-expired'
  /** The signature does not fit the packet and the key. */
  | 'bad-signature'
  /** The signer is known, but may not sign this. */
  | 'not-allowed'
  /** The signer's key does not lead to the trust anchor. */
  | 'not-under-anchor'
  /** More certificates between the packet and the anchor than are followed. */
  | 'too-deep'
  /** A command that is not a signed Interest (NDN Packet Format 0.3 §5.4). */
  | 'not-signed'
  /** A command whose name does not hold the digest of its parameters. */
  | 'bad-parameters-digest'
  /** A command whose SignatureTime is missing or too far from now. */
  | 'bad-time'
  /** A command that was carried out before, or may have been. */
  | 'replayed'

/** Why a packet is not to be believed. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError'
  readonly code: VerificationErrorCode

  constructor(code: VerificationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
