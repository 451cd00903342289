import type { Name } from '../packet/index.ts'
import { type Certificate, parseKeyLocator } from './certificate.ts'
import { TrustError } from './errors.ts'
import { verifySignature } from './verify-signature.ts'

/**
 * Whether a file's certificate is a trust anchor, and the one that is wanted.
 * @throws TrustError bad-file | wrong-anchor | not-valid-now
 */
export function checkAnchor(
  anchor: Certificate,
  path: string,
  operator: Name | undefined,
  now: number,
): void {
  if (!verifySignature(anchor.data, anchor.publicKey)) {
    throw new TrustError(
      'bad-file',
      `the certificate in ${path} is not a trust anchor: it does not sign itself`,
    )
  }
  if (operator !== undefined && !anchor.identity.equals(operator)) {
    throw new TrustError(
      'wrong-anchor',
      `the trust anchor in ${path} is that of ${anchor.identity}, not of ${operator}: name that operator, or use another home folder`,
    )
  }
  checkBegun(anchor, path, now)
  if (anchor.isValidAt(now)) return
  throw new TrustError(
    'not-valid-now',
    `the trust anchor in ${path} expired on ${formatTime(anchor.validity.notAfter)}: move the folder of all keys away to have new ones made`,
  )
}

/**
 * Whether a kept certificate is for `name` and was issued by the anchor; it may have expired.
 * @throws TrustError wrong-anchor | not-valid-now
 */
export function checkKept(
  certificate: Certificate,
  path: string,
  name: Name,
  anchor: Certificate,
  now: number,
): void {
  const issuerKey = parseKeyLocator(certificate.issuer)?.keyName
  const isOurs = issuerKey?.equals(anchor.keyName) && verifySignature(certificate.data, anchor.publicKey)
  if (!isOurs || !certificate.identity.equals(name)) {
    throw new TrustError(
      'wrong-anchor',
      `the certificate in ${path} is for ${certificate.identity} and was not issued to ${name} by ${anchor.keyName}: move that folder away to have a new one made`,
    )
  }
  checkBegun(certificate, path, now)
}

function checkBegun(certificate: Certificate, path: string, now: number): void {
  const { notBefore } = certificate.validity
  if (now >= notBefore) return
  throw new TrustError(
    'not-valid-now',
    `the certificate in ${path} is valid from ${formatTime(notBefore)}, and it is ${formatTime(now)} now: set this machine's clock`,
  )
}

function formatTime(time: number): string {
  return new Date(time).toISOString()
}
