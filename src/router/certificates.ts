import type { Interest } from '../packet/index.ts'
import type { Certificate } from '../trust/index.ts'

/** Certificates that are kept of one identity: each start of an instance needs a new one. The oldest goes first. */
export const MAX_CERTIFICATES_KEPT = 256

/** The certificates that a node serves: its own, and for each of its functions those of the last instances. */
export class Certificates {
  readonly #byIdentity = new Map<string, Certificate[]>()

  add(certificate: Certificate): void {
    const { key } = certificate.identity
    const kept = this.#byIdentity.get(key) ?? []
    this.#byIdentity.set(key, [certificate, ...kept].slice(0, MAX_CERTIFICATES_KEPT))
  }

  /** By its own name or, where the Interest allows it, by a prefix such as that of its key: the newest. */
  find({ name, canBePrefix }: Pick<Interest, 'name' | 'canBePrefix'>): Uint8Array | undefined {
    for (const certificates of this.#byIdentity.values()) {
      for (const certificate of certificates) {
        const isIt = canBePrefix ? name.isPrefixOf(certificate.name) : name.equals(certificate.name)
        if (isIt) return certificate.wire
      }
    }
    return undefined
  }
}
