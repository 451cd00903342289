import { type Interest, MAX_PIT_TOKEN_SIZE, type Name } from '../packet/index.ts'
import type { DeadNonceList } from './dead-nonce-list.ts'
import type { ForwarderFace } from './face-table.ts'
import type { Fib } from './fib.ts'
import { NONE } from './hash-table.ts'
import type { NetworkRegion } from './network-region.ts'
import type { Output, Range } from './output.ts'
import { MAX_INTEREST_LIFETIME_MS, type Pit } from './pit.ts'
import type { StrategyChoice } from './strategy-choice.ts'

/** For so long after its answer an Interest is kept that others who were asked may still answer, in milliseconds (NFD). */
export const STRAGGLER_MS = 100

/** What the pipelines share. */
export interface Tables {
  readonly faces: Map<number, ForwarderFace>
  readonly fib: Fib
  readonly pit: Pit
  readonly strategies: StrategyChoice
  readonly region: NetworkRegion
  readonly deadNonces: DeadNonceList
  readonly output: Output
  readonly guard: ((name: Name) => Uint8Array | undefined) | undefined
}

/** How long an Interest is kept, in milliseconds. */
export function lifetimeOf(interest: Interest): number {
  return Math.min(interest.lifetime, MAX_INTEREST_LIFETIME_MS)
}

/** Writes another Nonce into an Interest, where it lies. */
export function patchNonce({ buffer, nonceAt }: Interest, nonce: number): void {
  buffer[nonceAt] = nonce >>> 24
  buffer[nonceAt + 1] = nonce >>> 16
  buffer[nonceAt + 2] = nonce >>> 8
  buffer[nonceAt + 3] = nonce
}

/** The outgoing pipelines: answers back to who asked, and the end of a pending Interest. */
export class Outgoing {
  readonly #tables: Tables
  /** The PIT token of the record at hand. */
  readonly #pitToken: Range = { buffer: new Uint8Array(), start: 0, end: 0 }

  constructor(tables: Tables) {
    this.#tables = tables
  }

  /** Sends a Data to all who asked, and ends the Interest. @param from the face that it came from; NONE where it was made here */
  satisfy(entry: number, data: Range, from: number, now: number): void {
    const { pit, faces, output } = this.#tables
    const { inRecords } = pit
    for (let record = pit.firstIn(entry); record !== NONE; record = inRecords.next[record] as number) {
      const id = inRecords.faces[record] as number
      const face = faces.get(id)
      if (face === undefined) continue
      if ((inRecords.expiries[record] as number) < now) face.counters.expired++
      else if (id !== from || face.function !== undefined) output.sendData(face, data, this.#tokenOf(record))
    }
    this.#release(entry)
    this.#bury(entry, now)
    if (from !== NONE && this.#awaitsOthers(entry, from, now)) {
      // So that it is not measured twice if it answers twice.
      const answered = pit.outRecords.find(pit.firstOut(entry), from)
      if (answered !== NONE) pit.removeOut(entry, answered)
      pit.setSatisfied(entry, now + STRAGGLER_MS)
    } else pit.remove(entry)
  }

  #tokenOf(record: number): Range {
    const { inRecords } = this.#tables.pit
    const token = this.#pitToken
    const length = inRecords.tokenLengths[record] as number
    token.buffer = inRecords.tokens
    token.start = record * MAX_PIT_TOKEN_SIZE
    token.end = length === 0 ? 0 : token.start + length
    return token
  }

  /** Whether an answer may still come from another face than one. */
  #awaitsOthers(entry: number, from: number, now: number): boolean {
    const { outRecords } = this.#tables.pit
    for (
      let record = this.#tables.pit.firstOut(entry);
      record !== NONE;
      record = outRecords.next[record] as number
    ) {
      const isOpen = outRecords.nacks[record] === NONE && (outRecords.expiries[record] as number) > now
      if (isOpen && outRecords.faces[record] !== from) return true
    }
    return false
  }

  /** Refuses all who ask, and ends the Interest. @param interest as it is kept */
  nackAll(entry: number, interest: Interest, reason: number, now: number): void {
    const { pit, faces, output } = this.#tables
    const { inRecords } = pit
    pit.readInterest(entry, interest)
    for (let record = pit.firstIn(entry); record !== NONE; record = inRecords.next[record] as number) {
      const face = faces.get(inRecords.faces[record] as number)
      if (face === undefined) continue
      if ((inRecords.expiries[record] as number) < now) {
        face.counters.expired++
        continue
      }
      patchNonce(interest, inRecords.nonces[record] as number)
      output.sendNack(face, interest, reason, this.#tokenOf(record))
    }
    this.end(entry, now)
  }

  /** Forgets a pending Interest, but for its nonces. */
  end(entry: number, now: number): void {
    this.#release(entry)
    if (!this.#tables.pit.isSatisfied(entry)) this.#bury(entry, now)
    this.#tables.pit.remove(entry)
  }

  /** What is pending no longer counts for the faces that asked. */
  #release(entry: number): void {
    const { pit } = this.#tables
    for (let record = pit.firstIn(entry); record !== NONE; record = pit.inRecords.next[record] as number)
      this.releaseRecord(record)
  }

  releaseRecord(record: number): void {
    const { inRecords } = this.#tables.pit
    const face = this.#tables.faces.get(inRecords.faces[record] as number)
    if (face === undefined) return
    face.pending--
    face.pendingBytes -= inRecords.charges[record] as number
  }

  /** Remembers the nonces that went out. */
  #bury(entry: number, now: number): void {
    const { pit, deadNonces } = this.#tables
    const { outRecords } = pit
    const hash = pit.hashOf(entry)
    for (let record = pit.firstOut(entry); record !== NONE; record = outRecords.next[record] as number)
      deadNonces.add(hash, outRecords.nonces[record] as number, now)
  }
}
