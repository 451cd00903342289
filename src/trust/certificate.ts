import { createPublicKey, type KeyObject } from 'node:crypto'
import { ContentType, Data, type Name, TT } from '../packet/index.ts'
import { TrustError } from './errors.ts'
import { signatureTypeOf } from './signer.ts'

/** Milliseconds since the epoch, both ends included; a certificate carries whole seconds. */
export interface Validity {
  readonly notBefore: number
  readonly notAfter: number
}

/** What the name of a key, `/<identity>/KEY/<key id>`, or of a certificate for it, is made of. */
export interface KeyNameParts {
  readonly identity: Name
  readonly keyName: Name
}

const LINE_LENGTH = 64

/** An NDN certificate (NDN certificate format 2): a Data whose Content is a public key. */
export class Certificate {
  readonly data: Data
  /** Whose key it is. */
  readonly identity: Name
  /** `/<identity>/KEY/<key id>` */
  readonly keyName: Name
  /** KeyLocator: name of the issuer's certificate or key. */
  readonly issuer: Name
  readonly validity: Validity
  readonly publicKey: KeyObject

  private constructor(data: Data, parts: KeyNameParts, issuer: Name, validity: Validity) {
    this.data = data
    this.identity = parts.identity
    this.keyName = parts.keyName
    this.issuer = issuer
    this.validity = validity
    this.publicKey = readPublicKey(data)
  }

  /**
   * Takes a certificate that came from outside. Its form is checked, its signature is not.
   * The bytes are copied: a certificate is kept for longer than the buffer in which it was received.
   * @throws TrustError bad-certificate
   */
  static decode(certificate: Uint8Array | Data): Certificate {
    const data = decodeData(certificate instanceof Data ? certificate.wire : certificate)
    const { name, signatureInfo } = data
    const parts = parseCertificateName(name)
    if (parts === undefined) {
      throw bad(name, `its name does not end in /KEY/<key id>/<issuer id>/v=<version>`)
    }
    if (data.contentType !== ContentType.Key) throw bad(name, `its ContentType is not Key`)
    const { validity, keyLocator } = signatureInfo
    if (validity === undefined) throw bad(name, `it has no ValidityPeriod`)
    if (validity.notAfter < validity.notBefore) throw bad(name, `its ValidityPeriod ends before it begins`)
    if (keyLocator === undefined) throw bad(name, `it has no KeyLocator that names its issuer`)
    return new Certificate(data, parts, keyLocator, validity)
  }

  /**
   * Reads the text form: base64, white space ignored, as `ndnsec` writes it.
   * @throws TrustError bad-certificate
   */
  static parse(text: string): Certificate {
    const base64 = text.replace(/\s+/g, '')
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
      throw new TrustError('bad-certificate', `not a certificate in base64`)
    }
    return Certificate.decode(Buffer.from(base64, 'base64'))
  }

  get name(): Name {
    return this.data.name
  }

  get wire(): Uint8Array {
    return this.data.wire
  }

  /** @param time milliseconds since the epoch */
  isValidAt(time: number): boolean {
    return this.validity.notBefore <= time && time <= this.validity.notAfter
  }

  /** Text form: base64 in lines of 64 characters. */
  toString(): string {
    const base64 = Buffer.from(this.wire).toString('base64')
    const lines: string[] = []
    for (let i = 0; i < base64.length; i += LINE_LENGTH) lines.push(base64.slice(i, i + LINE_LENGTH))
    return `${lines.join('\n')}\n`
  }
}

/** The parts of a certificate's name (NDN certificate format 2); undefined if it is none. */
export function parseCertificateName(name: Name): KeyNameParts | undefined {
  if (!isKeyComponent(name, -4) || name.at(-1)?.type !== TT.VersionNameComponent) return undefined
  return { identity: name.slice(0, -4), keyName: name.slice(0, -2) }
}

/** The parts of a KeyLocator that names a certificate or a key; undefined if it names something else. */
export function parseKeyLocator(name: Name): KeyNameParts | undefined {
  const certificate = parseCertificateName(name)
  if (certificate !== undefined) return certificate
  return isKeyComponent(name, -2) ? { identity: name.slice(0, -2), keyName: name } : undefined
}

function isKeyComponent(name: Name, index: number): boolean {
  const component = name.at(index)
  return component?.type === TT.GenericNameComponent && component.text === 'KEY'
}

function decodeData(wire: Uint8Array): Data {
  try {
    return Data.decode(Buffer.from(wire))
  } catch (cause) {
    throw new TrustError('bad-certificate', `not a certificate: ${(cause as Error).message}`, { cause })
  }
}

function readPublicKey(data: Data): KeyObject {
  try {
    const key = createPublicKey({ key: Buffer.from(data.content), format: 'der', type: 'spki' })
    if (signatureTypeOf(key) !== undefined) return key
  } catch (cause) {
    throw bad(data.name, `its Content is not a public key`, cause)
  }
  throw bad(data.name, `its key is not one of Ed25519 or ECDSA P-256`)
}

function bad(name: Name, reason: string, cause?: unknown): TrustError {
  return new TrustError('bad-certificate', `${name} is not a certificate that can be used: ${reason}`, {
    cause,
  })
}
