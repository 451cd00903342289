import { type Identity, readInstanceIdentity } from '../trust/index.ts'

/** How long before its end an instance looks for a new certificate, and how often, in milliseconds. */
const RENEW_BEFORE_MS = 3_600_000
const LOOK_AGAIN_MS = 10_000

/**
 * The identity in a file, read again when its certificate is about to end: the node puts a new one there in time. While
 * the file cannot be read the one before goes on being used.
 * @param now milliseconds since the epoch
 * @throws TrustError if the file cannot be read at first
 */
export function renewingIdentity(
  path: string,
  log: (message: string) => void,
  now: () => number = Date.now,
): () => Identity {
  let identity = readInstanceIdentity(path)
  let lookAgainAt = now() + LOOK_AGAIN_MS
  return () => {
    const time = now()
    if (identity.certificate.validity.notAfter - time >= RENEW_BEFORE_MS || time < lookAgainAt)
      return identity
    lookAgainAt = time + LOOK_AGAIN_MS
    try {
      identity = readInstanceIdentity(path)
    } catch (error) {
      log((error as Error).message)
    }
    return identity
  }
}
