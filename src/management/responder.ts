import type { Interest } from '../packet/index.ts'

/** Where answers go; an `Endpoint` is one. */
export interface Responder {
  /** @param pitToken that of the Interest that it answers */
  answer(data: Uint8Array, pitToken: Uint8Array | undefined): void
  /** @param reason one of `NackReason` */
  nack(interest: Interest, reason: number, pitToken: Uint8Array | undefined): void
}
