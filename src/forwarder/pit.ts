import { copyBytes, type Interest, Name } from '../packet/index.ts'
import { ByteStore, cellSize } from './byte-store.ts'
import { grown, HashTable, NONE } from './hash-table.ts'
import { MAX_NAME_COMPONENTS, type NameHashes } from './name-hashes.ts'
import { append, InRecords, OutRecords, unlink } from './pit-records.ts'
import { TimingWheel } from './timing-wheel.ts'

/** Most Interests that may be pending at once. */
export const DEFAULT_MAX_PENDING = 65_536

/** Most octets of pending Interests: what is kept of each, and {@link IN_RECORD_OCTETS} for each face that asks. */
export const DEFAULT_MAX_PENDING_BYTES = 64 * 1024 * 1024

/** Octets that count for a face that asks: about what its record takes. */
export const IN_RECORD_OCTETS = 64

/** Longest time for which an Interest is kept, in milliseconds, whatever its InterestLifetime says. */
export const MAX_INTEREST_LIFETIME_MS = 10 * 60 * 1000

const CAN_BE_PREFIX = 1
const MUST_BE_FRESH = 2
const ENDS_IN_DIGEST = 4
const SATISFIED = 8
const MEASURED = 16
const SELECTORS = CAN_BE_PREFIX | MUST_BE_FRESH

/** Pending Interest Table: entries by number, what they are in columns, their Interests' octets in a store of bytes. */
export class Pit {
  readonly inRecords = new InRecords()
  readonly outRecords = new OutRecords()
  /** By entry, milliseconds on the forwarder's clock. */
  expiries = new Float64Array(0)
  readonly #max: number
  readonly #maxBytes: number
  readonly #table: HashTable
  readonly #wheel: TimingWheel
  readonly #store = new ByteStore()
  /** By entry: the cell with its Interest, where in it the name's value begins and how many octets and components that has. */
  #cells = new Int32Array(0)
  #wireLengths = new Uint16Array(0)
  #nameAts = new Uint16Array(0)
  #nameLengths = new Uint16Array(0)
  #components = new Uint8Array(0)
  #flags = new Uint8Array(0)
  #firstIn = new Int32Array(0)
  #firstOut = new Int32Array(0)
  #inRecordBytes = 0
  /** Pending Interests whose name ends in an implicit digest: none, nearly always, and then no digest is computed. */
  #digests = 0
  /** How many pending Interests with CanBePrefix there are of each length: a Data is looked up by these prefixes only. */
  readonly #prefixes = new Int32Array(MAX_NAME_COMPONENTS + 1)

  constructor(now: number, max = DEFAULT_MAX_PENDING, maxBytes = DEFAULT_MAX_PENDING_BYTES) {
    this.#max = max
    this.#maxBytes = maxBytes
    this.#table = new HashTable(max)
    this.#wheel = new TimingWheel(now)
    this.#growColumns()
  }

  get size(): number {
    return this.#table.size
  }

  /** Octets of pending Interests. */
  get bytes(): number {
    return this.#store.bytes + this.#inRecordBytes
  }

  /** Entries and octets for which there is room. */
  get freeEntries(): number {
    return this.#max - this.size
  }

  get freeBytes(): number {
    return this.#maxBytes - this.bytes
  }

  /** The entry for a name with these selectors (NDN Packet Format 0.3 §3), or NONE. */
  find(name: NameHashes, canBePrefix: boolean, mustBeFresh: boolean): number {
    const selectors = (canBePrefix ? CAN_BE_PREFIX : 0) | (mustBeFresh ? MUST_BE_FRESH : 0)
    const { hash, end } = name
    for (let entry = this.#table.first(hash); entry !== NONE; entry = this.#table.next(entry)) {
      const isSame = ((this.#flags[entry] as number) & SELECTORS) === selectors
      if (isSame && this.#table.hashOf(entry) === hash && this.#hasName(entry, name, end)) return entry
    }
    return NONE
  }

  /** Octets that a new entry for an Interest would take. */
  octetsFor(interest: Interest): number {
    return cellSize(interest.end - interest.start)
  }

  /** A new entry for a flat Interest with this name; the caller has seen that there is none and that there is room. */
  insert(name: NameHashes, interest: Interest, expiry: number): number {
    const entry = this.#table.add(name.hash)
    if (this.#table.capacity > this.expiries.length) this.#growColumns()
    const { buffer, start, end } = interest
    const cell = this.#store.allocate(end - start)
    copyBytes(buffer, start, end, this.#store.buffer(cell), this.#store.offset(cell))
    this.#cells[entry] = cell
    this.#wireLengths[entry] = end - start
    this.#nameAts[entry] = interest.nameStart - start
    this.#nameLengths[entry] = interest.nameEnd - interest.nameStart
    this.#components[entry] = name.length
    this.#flags[entry] =
      (interest.canBePrefix ? CAN_BE_PREFIX : 0) |
      (interest.mustBeFresh ? MUST_BE_FRESH : 0) |
      (name.endsInDigest ? ENDS_IN_DIGEST : 0)
    this.#firstIn[entry] = this.#firstOut[entry] = NONE
    this.expiries[entry] = expiry
    this.#wheel.add(entry, expiry)
    this.#countKind(entry, 1)
    return entry
  }

  remove(entry: number): void {
    this.#clearIn(entry)
    for (let record = this.firstOut(entry); record !== NONE; ) {
      const next = this.outRecords.next[record] as number
      this.outRecords.give(record)
      record = next
    }
    this.#wheel.remove(entry)
    this.#store.free(this.#cells[entry] as number)
    this.#countKind(entry, -1)
    this.#table.remove(entry)
  }

  firstIn(entry: number): number {
    return this.#firstIn[entry] as number
  }

  firstOut(entry: number): number {
    return this.#firstOut[entry] as number
  }

  /** The record of a face that asks: a new one, behind the others, if it has none. */
  recordIn(entry: number, face: number, charge: number): number {
    const { inRecords } = this
    const known = inRecords.find(this.firstIn(entry), face)
    if (known !== NONE) return known
    const record = inRecords.add(face)
    inRecords.charges[record] = charge
    this.#inRecordBytes += IN_RECORD_OCTETS
    append(this.#firstIn, entry, inRecords.next, record)
    return record
  }

  removeIn(entry: number, record: number): void {
    const { inRecords } = this
    unlink(this.#firstIn, entry, inRecords.next, record)
    inRecords.give(record)
    this.#inRecordBytes -= IN_RECORD_OCTETS
  }

  /** The record of a face that is asked: a new one, behind the others, if it has none. */
  recordOut(entry: number, face: number): number {
    const { outRecords } = this
    const known = outRecords.find(this.firstOut(entry), face)
    if (known !== NONE) return known
    const record = outRecords.add(face)
    append(this.#firstOut, entry, outRecords.next, record)
    return record
  }

  removeOut(entry: number, record: number): void {
    unlink(this.#firstOut, entry, this.outRecords.next, record)
    this.outRecords.give(record)
  }

  /** Puts off an entry's end. */
  extend(entry: number, expiry: number): void {
    if (expiry > (this.expiries[entry] as number)) this.expiries[entry] = expiry
  }

  /** An Interest that has its answer, and is kept for a while for what else may come. */
  setSatisfied(entry: number, expiry: number): void {
    this.#clearIn(entry)
    this.#flags[entry] = (this.#flags[entry] as number) | SATISFIED
    this.expiries[entry] = expiry
    this.#wheel.remove(entry)
    this.#wheel.add(entry, expiry)
  }

  isSatisfied(entry: number): boolean {
    return ((this.#flags[entry] as number) & SATISFIED) !== 0
  }

  /** Its strategy wants to hear what becomes of it. */
  setMeasured(entry: number): void {
    this.#flags[entry] = (this.#flags[entry] as number) | MEASURED
  }

  isMeasured(entry: number): boolean {
    return ((this.#flags[entry] as number) & MEASURED) !== 0
  }

  /** Whether an answer can still come from a face that was asked. */
  isAsked(entry: number, now: number): boolean {
    const { nacks, expiries, next } = this.outRecords
    for (let record = this.firstOut(entry); record !== NONE; record = next[record] as number) {
      if (nacks[record] === NONE && (expiries[record] as number) > now) return true
    }
    return false
  }

  hashOf(entry: number): number {
    return this.#table.hashOf(entry)
  }

  /** Reads the Interest as it is kept: flat, with a Nonce, good until the entry is removed. */
  readInterest(entry: number, into: Interest): Interest {
    const cell = this.#cells[entry] as number
    const at = this.#store.offset(cell)
    return into.read(this.#store.buffer(cell), at, at + (this.#wireLengths[entry] as number))
  }

  /** A name of its own. */
  nameOf(entry: number): Name {
    const cell = this.#cells[entry] as number
    const start = this.#store.offset(cell) + (this.#nameAts[entry] as number)
    return new Name(
      Buffer.from(this.#store.buffer(cell).subarray(start, start + (this.#nameLengths[entry] as number))),
    )
  }

  /**
   * Finds all entries that a Data of this name answers.
   * @param fullName gives its name with the implicit digest; called only if an Interest for one is pending
   * @param found is cleared and filled
   */
  match(name: NameHashes, fullName: () => NameHashes, found: number[]): void {
    found.length = 0
    if (this.size === 0) return
    const longest = Math.min(name.length - 1, MAX_NAME_COMPONENTS)
    for (let length = 1; length <= longest; length++) {
      if (this.#prefixes[length] === 0) continue
      this.#collect(name, name.hashes[length] as number, name.ends[length] as number, CAN_BE_PREFIX, found)
    }
    this.#collect(name, name.hash, name.end, 0, found)
    if (this.#digests > 0) {
      const full = fullName()
      this.#collect(full, full.hash, full.end, 0, found)
    }
  }

  #collect(name: NameHashes, hash: number, end: number, flag: number, found: number[]): void {
    for (let entry = this.#table.first(hash); entry !== NONE; entry = this.#table.next(entry)) {
      const isOfKind = ((this.#flags[entry] as number) & flag) === flag
      if (isOfKind && this.#table.hashOf(entry) === hash && this.#hasName(entry, name, end)) found.push(entry)
    }
  }

  #hasName(entry: number, name: NameHashes, end: number): boolean {
    if (this.#nameLengths[entry] !== end - name.start) return false
    const cell = this.#cells[entry] as number
    return name.startsLike(
      end,
      this.#store.buffer(cell),
      this.#store.offset(cell) + (this.#nameAts[entry] as number),
    )
  }

  /** Gives each entry whose time is over to `onExpire`, which removes it. */
  expire(now: number, onExpire: (entry: number) => void): void {
    this.#wheel.advance(now, this.expiries, onExpire)
  }

  /** All entries. */
  entries(): number[] {
    return this.#table.all()
  }

  #clearIn(entry: number): void {
    for (let record = this.firstIn(entry); record !== NONE; ) {
      const next = this.inRecords.next[record] as number
      this.inRecords.give(record)
      this.#inRecordBytes -= IN_RECORD_OCTETS
      record = next
    }
    this.#firstIn[entry] = NONE
  }

  #countKind(entry: number, one: 1 | -1): void {
    const flags = this.#flags[entry] as number
    const length = this.#components[entry] as number
    if ((flags & CAN_BE_PREFIX) !== 0) this.#prefixes[length] = (this.#prefixes[length] as number) + one
    if ((flags & ENDS_IN_DIGEST) !== 0) this.#digests += one
  }

  #growColumns(): void {
    const { capacity } = this.#table
    this.expiries = grown(this.expiries, capacity)
    this.#cells = grown(this.#cells, capacity)
    this.#wireLengths = grown(this.#wireLengths, capacity)
    this.#nameAts = grown(this.#nameAts, capacity)
    this.#nameLengths = grown(this.#nameLengths, capacity)
    this.#components = grown(this.#components, capacity)
    this.#flags = grown(this.#flags, capacity)
    this.#firstIn = grown(this.#firstIn, capacity)
    this.#firstOut = grown(this.#firstOut, capacity)
    this.#wheel.grow(capacity)
  }
}
