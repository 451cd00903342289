import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Name } from '../packet/index.ts'
import { Certificate } from './certificate.ts'
import { TrustError } from './errors.ts'
import { unavailable, type WriteOptions, writeWhole } from './files.ts'
import { createIdentity, type Identity } from './identity.ts'
import { issueCertificate } from './issue.ts'
import { instanceName } from './naming.ts'
import { generatePrivateKey } from './signer.ts'
import { CLOCK_SKEW_MS, DAY_MS } from './times.ts'

/** How long an instance's certificate is valid unless the caller says otherwise, in milliseconds. */
export const INSTANCE_LIFETIME_MS = DAY_MS

export interface InstanceOptions {
  /** Identity of the node that the instance runs on. */
  readonly node: Identity
  readonly functionName: string
  /** Of the image or artifact, lower-case hexadecimal. */
  readonly digest: string
  /** Milliseconds; {@link INSTANCE_LIFETIME_MS} by default. */
  readonly lifetime?: number | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** What an instance is handed to sign with. */
export interface InstanceKeys {
  /** `<node's identity>/function/<function>/<digest>` */
  readonly name: Name
  /** PKCS8 in DER, base64. */
  readonly privateKey: string
  /** The certificate's Data packet, base64. */
  readonly certificate: string
  /** When the certificate ends, in milliseconds since the epoch. */
  readonly notAfter: number
}

/**
 * Makes a key for one instance, certified by its node.
 * @throws TrustError bad-label
 */
export function issueInstance(options: InstanceOptions): InstanceKeys {
  const { node, functionName, digest, lifetime = INSTANCE_LIFETIME_MS, now } = options
  const subject = instanceName(node.name, functionName, digest)
  const privateKey = generatePrivateKey()
  const certificate = issueCertificate({
    subject,
    publicKey: createPublicKey(privateKey),
    issuer: node,
    validity: { notBefore: now - CLOCK_SKEW_MS, notAfter: now + lifetime },
    issuedAt: now,
  })
  return {
    name: subject,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    certificate: Buffer.from(certificate.wire).toString('base64'),
    notAfter: certificate.validity.notAfter,
  }
}

/**
 * Writes the file from which an instance reads its identity. Only its owner may read it unless `mode` says otherwise;
 * for a container, `uid` and `gid` are those of the user that the instance runs as.
 * @throws TrustError unavailable-file
 */
export async function writeInstanceIdentity(
  path: string,
  keys: Pick<InstanceKeys, 'privateKey' | 'certificate'>,
  options: Partial<WriteOptions> = {},
): Promise<void> {
  const { privateKey, certificate } = keys
  await writeWhole(path, `${JSON.stringify({ privateKey, certificate })}\n`, { mode: 0o600, ...options })
}

/**
 * Reads what `writeInstanceIdentity` wrote.
 * @throws TrustError unavailable-file | bad-file
 */
export function readInstanceIdentity(path: string): Identity {
  const text = ((): string => {
    try {
      return readFileSync(path, 'utf8')
    } catch (cause) {
      throw unavailable('read', path, cause)
    }
  })()
  const { privateKey, certificate } = parseObject(text) ?? {}
  if (typeof privateKey !== 'string' || typeof certificate !== 'string') {
    throw damaged(path, 'it is not JSON with privateKey and certificate')
  }
  try {
    return createIdentity(Certificate.parse(certificate), readKey(privateKey))
  } catch (cause) {
    throw damaged(path, (cause as Error).message, cause)
  }
}

/** Undefined where the text is not JSON; the parser's own message would show a piece of the key. */
function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>
  } catch {
    return undefined
  }
}

function readKey(base64: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' })
}

function damaged(path: string, reason: string, cause?: unknown): TrustError {
  return new TrustError(
    'bad-file',
    `${path} is not the identity of an instance: ${reason}. Start the instance again to have a new one made`,
    { cause },
  )
}
