import { type Interest, Name, TT } from '../packet/index.ts'
import { ownCopy } from './own-copy.ts'
import type { Expiring } from './timing-wheel.ts'

/** A face that asked. */
export interface InRecord {
  readonly face: number
  nonce: number
  /** Milliseconds on the forwarder's clock. */
  expiry: number
  /** To be sent back with the answer. */
  pitToken: Uint8Array | undefined
  /** The Interest as it came, for a Nack back to its sender. */
  wire: Uint8Array
}

/** A face that was asked. */
export interface OutRecord {
  readonly face: number
  nonce: number
  /** Until when an answer counts, in milliseconds on the forwarder's clock. */
  expiry: number
  /** How often the Interest went there. */
  attempts: number
  /** The reason of its Nack, if it sent one. */
  nack: number | undefined
}

/** A pending Interest: who asked and who was asked. */
export class PitEntry implements Expiring {
  /** The name's. */
  readonly key: string
  readonly canBePrefix: boolean
  readonly mustBeFresh: boolean
  readonly endsInDigest: boolean
  readonly inRecords: InRecord[] = []
  readonly outRecords: OutRecord[] = []
  /** Milliseconds on the forwarder's clock. */
  expiry: number
  wheelSlot = -1
  wheelPosition = 0
  removed = false
  #next: PitEntry | undefined
  #name: Name | undefined

  constructor(interest: Interest, expiry: number, next: PitEntry | undefined) {
    this.key = interest.name.key
    this.canBePrefix = interest.canBePrefix
    this.mustBeFresh = interest.mustBeFresh
    this.endsInDigest = interest.name.typeAt(-1) === TT.ImplicitSha256DigestComponent
    this.expiry = expiry
    this.#next = next
  }

  /** Made when it is asked for: an Interest's own lies in the chunk of a socket that it came in. */
  get name(): Name {
    this.#name ??= new Name(ownCopy(Buffer.from(this.key, 'latin1')))
    return this.#name
  }

  /** Whether this entry is that Interest's: name and both selectors agree (NDN Packet Format 0.3 §3). */
  is(interest: Interest): boolean {
    return this.canBePrefix === interest.canBePrefix && this.mustBeFresh === interest.mustBeFresh
  }

  /** The next entry of the same name with other selectors. */
  get next(): PitEntry | undefined {
    return this.#next
  }

  /** The list of entries of one name, from here on, without `entry`. */
  without(entry: PitEntry): PitEntry | undefined {
    if (this === entry) return this.#next
    this.#next = this.#next?.without(entry)
    return this
  }

  inRecord(face: number): InRecord | undefined {
    return this.inRecords.find((record) => record.face === face)
  }

  outRecord(face: number): OutRecord | undefined {
    return this.outRecords.find((record) => record.face === face)
  }

  /** Whether an answer can still come from a face that was asked. */
  isAsked(now: number): boolean {
    return this.outRecords.some((record) => record.nack === undefined && record.expiry > now)
  }
}
