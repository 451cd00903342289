import type { Interest, Name } from '../packet/index.ts'
import { MAX_NAME_COMPONENTS } from './name-rules.ts'
import { ownCopy } from './own-copy.ts'
import { type InRecord, PitEntry } from './pit-entry.ts'
import { TimingWheel } from './timing-wheel.ts'

/** Most Interests that may be pending at once. */
export const DEFAULT_MAX_PENDING = 65_536

/** Most octets of pending Interests: those of each name and of each face's Interest for it. */
export const DEFAULT_MAX_PENDING_BYTES = 64 * 1024 * 1024

/** Longest time for which an Interest is kept, in milliseconds, whatever its InterestLifetime says. */
export const MAX_INTEREST_LIFETIME_MS = 10 * 60 * 1000

/** Pending Interest Table. */
export class Pit {
  readonly #entries = new Map<string, PitEntry>()
  readonly #wheel: TimingWheel<PitEntry>
  readonly #max: number
  readonly #maxBytes: number
  #size = 0
  #bytes = 0
  /** Pending Interests whose name ends in an implicit digest: none, nearly always, and then no digest is computed. */
  #digests = 0
  /** Pending Interests with CanBePrefix: while there are none, a Data is looked up by its whole name only. */
  #prefixes = 0

  constructor(now: number, max = DEFAULT_MAX_PENDING, maxBytes = DEFAULT_MAX_PENDING_BYTES) {
    this.#max = max
    this.#maxBytes = maxBytes
    this.#wheel = new TimingWheel(now)
  }

  get size(): number {
    return this.#size
  }

  /** Octets of pending Interests, without the table's own needs. */
  get bytes(): number {
    return this.#bytes
  }

  find(interest: Interest): PitEntry | undefined {
    let entry = this.#entries.get(interest.name.key)
    while (entry !== undefined && !entry.is(interest)) entry = entry.next
    return entry
  }

  /** Whether an Interest from a face can be taken in, by the entry that there is for it or by a new one. */
  hasRoomFor(
    interest: Interest,
    pitToken: Uint8Array | undefined,
    face: number,
    entry: PitEntry | undefined,
  ): boolean {
    if (entry === undefined && this.#size >= this.#max) return false
    const held = entry?.inRecord(face)
    const more =
      interest.wire.length +
      (pitToken?.length ?? 0) +
      (entry === undefined ? interest.name.value.length : 0) -
      (held === undefined ? 0 : sizeOf(held))
    return this.#bytes + more <= this.#maxBytes
  }

  /** A new entry; the caller has seen that there is none and that there is room. */
  insert(interest: Interest, expiry: number): PitEntry {
    const { key } = interest.name
    const entry = new PitEntry(interest, expiry, this.#entries.get(key))
    this.#entries.set(key, entry)
    this.#wheel.add(entry)
    this.#count(entry, 1)
    return entry
  }

  /**
   * Notes that a face asks, until `expiry`. Who asks again waits until the later of the two: behind a face there may be
   * several who ask, and none of them may cut another's time short.
   * @returns true if the face had asked before
   */
  recordIn(
    entry: PitEntry,
    face: number,
    interest: Interest,
    nonce: number,
    pitToken: Uint8Array | undefined,
    expiry: number,
  ): boolean {
    const record: InRecord = {
      face,
      nonce,
      expiry,
      pitToken: pitToken && ownCopy(pitToken),
      wire: ownCopy(interest.wire),
    }
    const known = entry.inRecord(face)
    if (known === undefined) {
      entry.inRecords.push(record)
    } else {
      this.#bytes -= sizeOf(known)
      record.expiry = Math.max(known.expiry, expiry)
      Object.assign(known, record)
    }
    this.#bytes += sizeOf(record)
    entry.expiry = Math.max(entry.expiry, record.expiry)
    return known !== undefined
  }

  /** Forgets that a face asked. */
  removeInRecord(entry: PitEntry, face: number): void {
    const index = entry.inRecords.findIndex((record) => record.face === face)
    if (index < 0) return
    const [record] = entry.inRecords.splice(index, 1)
    this.#bytes -= sizeOf(record as InRecord)
  }

  remove(entry: PitEntry): void {
    if (entry.removed) return
    entry.removed = true
    const rest = this.#entries.get(entry.key)?.without(entry)
    if (rest === undefined) this.#entries.delete(entry.key)
    else this.#entries.set(entry.key, rest)
    this.#wheel.remove(entry)
    this.#count(entry, -1)
    for (const record of entry.inRecords) this.#bytes -= sizeOf(record)
  }

  #count(entry: PitEntry, one: 1 | -1): void {
    this.#size += one
    this.#bytes += one * entry.key.length
    if (entry.canBePrefix) this.#prefixes += one
    if (entry.endsInDigest) this.#digests += one
  }

  /** All entries that a Data of this name answers. `fullName` gives its name with the implicit digest. */
  matching(name: Name, fullName: () => Name): PitEntry[] {
    const matches: PitEntry[] = []
    if (this.#size === 0) return matches
    if (this.#prefixes > 0) {
      const longest = Math.min(name.length - 1, MAX_NAME_COMPONENTS)
      for (let length = 1; length <= longest; length++) {
        let entry = this.#entries.get(name.prefixKey(length))
        for (; entry !== undefined; entry = entry.next) if (entry.canBePrefix) matches.push(entry)
      }
    }
    for (let entry = this.#entries.get(name.key); entry !== undefined; entry = entry.next) matches.push(entry)
    if (this.#digests > 0) {
      let entry = this.#entries.get(fullName().key)
      for (; entry !== undefined; entry = entry.next) matches.push(entry)
    }
    return matches
  }

  /** Removes the entries whose time is over and gives each to `onExpire`. */
  expire(now: number, onExpire: (entry: PitEntry) => void): void {
    this.#wheel.advance(now, (entry) => {
      this.remove(entry)
      onExpire(entry)
    })
  }

  *[Symbol.iterator](): IterableIterator<PitEntry> {
    for (const first of this.#entries.values()) {
      for (let entry: PitEntry | undefined = first; entry !== undefined; entry = entry.next) yield entry
    }
  }
}

function sizeOf(record: InRecord): number {
  return record.wire.length + (record.pitToken?.length ?? 0)
}
