import { copyBytes, MAX_PIT_TOKEN_SIZE } from '../packet/index.ts'
import { grown, NONE } from './hash-table.ts'

/** Records for which there is room at first. */
const INITIAL_CAPACITY = 64

/** Records of pending Interests, each for one face: known by number, in lists, with what they say in columns. */
abstract class Records {
  protected capacity = INITIAL_CAPACITY
  /** Of the face. */
  faces = new Int32Array(INITIAL_CAPACITY)
  /** A number of 32 bits. */
  nonces = new Int32Array(INITIAL_CAPACITY)
  /** Until when the record counts, in milliseconds on the forwarder's clock. */
  expiries = new Float64Array(INITIAL_CAPACITY)
  /** The record after it in its list. */
  next = new Int32Array(INITIAL_CAPACITY)
  #free = NONE
  #fresh = 0

  /** A record of a face in the list that begins at `first`. */
  find(first: number, face: number): number {
    let record = first
    while (record !== NONE && this.faces[record] !== face) record = this.next[record] as number
    return record
  }

  protected take(face: number): number {
    let record = this.#free
    if (record !== NONE) this.#free = this.next[record] as number
    else {
      if (this.#fresh === this.capacity) this.grow(2 * this.capacity)
      record = this.#fresh++
    }
    this.faces[record] = face
    this.next[record] = NONE
    return record
  }

  give(record: number): void {
    this.next[record] = this.#free
    this.#free = record
  }

  protected grow(capacity: number): void {
    this.capacity = capacity
    this.faces = grown(this.faces, capacity)
    this.nonces = grown(this.nonces, capacity)
    this.expiries = grown(this.expiries, capacity)
    this.next = grown(this.next, capacity)
  }
}

/** Faces that asked. */
export class InRecords extends Records {
  /** Octets that the record costs its face. */
  charges = new Uint16Array(INITIAL_CAPACITY)
  /** PIT tokens, to be sent back with the answer; none where the length is 0. */
  tokenLengths = new Uint8Array(INITIAL_CAPACITY)
  tokens = new Uint8Array(INITIAL_CAPACITY * MAX_PIT_TOKEN_SIZE)

  add(face: number): number {
    const record = this.take(face)
    this.charges[record] = 0
    this.tokenLengths[record] = 0
    this.expiries[record] = 0
    return record
  }

  setToken(record: number, buffer: Uint8Array, start: number, end: number): void {
    const length = end > 0 ? end - start : 0
    this.tokenLengths[record] = length
    if (length > 0) copyBytes(buffer, start, end, this.tokens, record * MAX_PIT_TOKEN_SIZE)
  }

  protected override grow(capacity: number): void {
    super.grow(capacity)
    this.charges = grown(this.charges, capacity)
    this.tokenLengths = grown(this.tokenLengths, capacity)
    this.tokens = grown(this.tokens, capacity * MAX_PIT_TOKEN_SIZE)
  }
}

/** Faces that were asked. */
export class OutRecords extends Records {
  /** When the Interest last went there, in milliseconds on the forwarder's clock. */
  sentAt = new Float64Array(INITIAL_CAPACITY)
  /** How often it went there. */
  attempts = new Uint16Array(INITIAL_CAPACITY)
  /** Reason of the Nack that came from there, or NONE. */
  nacks = new Int32Array(INITIAL_CAPACITY)

  add(face: number): number {
    const record = this.take(face)
    this.expiries[record] = 0
    this.attempts[record] = 0
    this.nacks[record] = NONE
    return record
  }

  protected override grow(capacity: number): void {
    super.grow(capacity)
    this.sentAt = grown(this.sentAt, capacity)
    this.attempts = grown(this.attempts, capacity)
    this.nacks = grown(this.nacks, capacity)
  }
}

/** Puts a record behind the others of an entry, by the first of each entry and the next of each record. */
export function append(firsts: Int32Array, entry: number, next: Int32Array, record: number): void {
  let last = firsts[entry] as number
  if (last === NONE) {
    firsts[entry] = record
    return
  }
  while (next[last] !== NONE) last = next[last] as number
  next[last] = record
}

/** Takes a record out of the list of its entry. */
export function unlink(firsts: Int32Array, entry: number, next: Int32Array, record: number): void {
  if (firsts[entry] === record) {
    firsts[entry] = next[record] as number
    return
  }
  let previous = firsts[entry] as number
  while (next[previous] !== record) previous = next[previous] as number
  next[previous] = next[record] as number
}
