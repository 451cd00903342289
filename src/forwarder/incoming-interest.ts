import {
  copyBytes,
  type Frame,
  Interest,
  MAX_PACKET_SIZE,
  NackReason,
  PacketError,
  randomNonce,
  readUint32,
  writer,
} from '../packet/index.ts'
import type { ContentStore } from './content-store.ts'
import type { ForwarderFace } from './face-table.ts'
import { NONE } from './hash-table.ts'
import { MAX_NAME_COMPONENTS, NameHashes } from './name-hashes.ts'
import { scopeOf } from './name-rules.ts'
import { lifetimeOf, type Tables } from './outgoing.ts'
import type { Range } from './output.ts'
import type { Pending } from './pending.ts'
import { IN_RECORD_OCTETS } from './pit.ts'
import type { PendingInterest } from './strategies/index.ts'

/**
 * A face may have so many times as much pending as there is room left. So one that floods leaves a fifth of the PIT to the others,
 * and however many flood, something is left for who does not (dynamic thresholds: Choudhury and Hahne, IEEE/ACM ToN 6(2), 1998).
 */
const SHARE = 4

/**
 * Looks at an Interest before its strategy does. A face that it gives is where the Interest goes, whatever the FIB says.
 * @param from the face that it came from
 * @param nextHop the one to which its strategy sends all that belongs to the same result, if it has chosen one
 */
export type Steering = (
  interest: Pick<PendingInterest, 'name' | 'resultHash'>,
  from: number,
  nextHop: number | undefined,
) => number | undefined

/** The way of an Interest that came in. */
export class IncomingInterest {
  steer: Steering | undefined
  readonly #tables: Tables
  readonly #contentStore: ContentStore
  readonly #pending: Pending
  readonly #interest = new Interest()
  readonly #name = new NameHashes()
  /** Where an Interest is put that has to be written anew. */
  readonly #scratch = Buffer.allocUnsafeSlow(MAX_PACKET_SIZE)
  readonly #pitToken: Range = { buffer: this.#scratch, start: 0, end: 0 }

  constructor(tables: Tables, contentStore: ContentStore, pending: Pending) {
    this.#tables = tables
    this.#contentStore = contentStore
    this.#pending = pending
  }

  /** @throws PacketError */
  receive(face: ForwarderFace, frame: Frame, now: number): void {
    const { output } = this.#tables
    const interest = this.#interest.read(frame.buffer, frame.start, frame.end)
    if (!interest.parametersDigestAgrees)
      throw new PacketError('bad-name', 'the ParametersSha256Digest is not that of the parameters')
    face.counters.interestsIn++
    this.#pitToken.buffer = frame.buffer
    this.#pitToken.start = frame.pitTokenStart
    this.#pitToken.end = frame.pitTokenEnd
    if (interest.form === 'dispatched') {
      output.drop(face, 'foreign-name', () => 'CurrentFunction is for a router to write')
      return
    }
    if (interest.form === 'extended' && !face.isFormFixed) face.form = 'extended'
    if (interest.hopLimit === 0) {
      output.drop(face, 'hop-limit', () => String(interest.name))
      return
    }
    if (!this.#makeFlat(interest)) {
      output.drop(face, 'oversized', () => String(interest.name))
      return
    }
    const name = this.#name.read(interest.buffer, interest.nameStart, interest.nameEnd)
    if (name.length > MAX_NAME_COMPONENTS) {
      output.drop(face, 'name-too-long', () => `${name.length} components, at most ${MAX_NAME_COMPONENTS}`)
      return
    }
    if (!face.isLocal && scopeOf(name) === 'localhost') {
      output.drop(face, 'scope', () => String(interest.name))
      return
    }
    this.#answer(face, interest, name, now, face.hasLocalFields ? frame.nextHopFaceId : NONE)
  }

  /** Writes an Interest anew that is not flat, has no Nonce, or a ForwardingHint that has done its work. False if it gets too large. */
  #makeFlat(interest: Interest): boolean {
    const { buffer, hintStart, hintEnd } = interest
    const keepsHint = hintEnd === 0 || !this.#tables.region.isReached(buffer, hintStart, hintEnd)
    if (interest.form === 'flat' && interest.nonceAt >= 0 && keepsHint) return true
    writer.reset()
    interest.write('flat', undefined, interest.nonce ?? randomNonce(), keepsHint)
    if (writer.size > MAX_PACKET_SIZE) return false
    const { size } = writer
    copyBytes(writer.buffer, writer.start, writer.buffer.length, this.#scratch, 0)
    interest.read(this.#scratch, 0, size)
    return true
  }

  #answer(face: ForwarderFace, interest: Interest, name: NameHashes, now: number, nextHop: number): void {
    const { pit, output } = this.#tables
    const { canBePrefix, mustBeFresh } = interest
    if (this.#contentStore.find(name, canBePrefix, mustBeFresh, now)) {
      output.sendData(face, this.#contentStore, this.#pitToken)
      return
    }
    const nonce = readUint32(interest.buffer, interest.nonceAt) | 0
    let entry = this.#findPending(name, interest, now)
    if (this.#isLoop(face, name.hash, nonce, entry)) {
      output.drop(face, 'duplicate-nonce', () => String(interest.name))
      output.sendNack(face, interest, NackReason.Duplicate, this.#pitToken)
      return
    }
    const known = entry === NONE ? NONE : pit.inRecords.find(pit.firstIn(entry), face.id)
    const charge = IN_RECORD_OCTETS + (entry === NONE ? pit.octetsFor(interest) : 0)
    if (known === NONE && !this.#hasRoom(face, charge, entry === NONE)) {
      output.drop(face, 'pit-full', () => String(interest.name))
      output.sendNack(face, interest, NackReason.Congestion, this.#pitToken)
      return
    }
    const expiry = now + lifetimeOf(interest)
    const isNew = entry === NONE
    if (isNew) entry = pit.insert(name, interest, expiry)
    this.#recordIn(entry, face, known, charge, nonce, expiry)
    const pending = this.#pending.take(entry, interest, name, face.id, now, known !== NONE)
    const strategy = this.#tables.strategies.of(name)
    const isAggregated = !isNew && known === NONE && pit.isAsked(entry, now)
    if (isAggregated) face.counters.aggregated++
    if (isAggregated && strategy.hearsAggregated !== true) return
    const steered = this.steer?.(pending, face.id, strategy.nextHopOf?.(pending.resultHash, now))
    if (steered !== undefined && pending.mayGoTo(steered) && pending.send(steered)) return
    if (nextHop !== NONE) {
      if (!pending.mayGoTo(nextHop) || !pending.send(nextHop)) pending.reject(NackReason.NoRoute)
    } else {
      if (strategy.beforeSatisfyInterest ?? strategy.beforeExpireInterest) pit.setMeasured(entry)
      strategy.afterReceiveInterest(pending)
    }
  }

  /** The entry of an Interest, if its time is not over and it has no answer yet: `expire` may come a little late. */
  #findPending(name: NameHashes, { canBePrefix, mustBeFresh }: Interest, now: number): number {
    const { pit } = this.#tables
    const entry = pit.find(name, canBePrefix, mustBeFresh)
    if (entry === NONE) return NONE
    if ((pit.expiries[entry] as number) >= now && !pit.isSatisfied(entry)) return entry
    this.#pending.expire(entry, now)
    return NONE
  }

  /**
   * The same nonce from elsewhere means that the Interest went round in a circle. From the face that sent it before it is
   * a copy that the link made, or the sender's own.
   */
  #isLoop(face: ForwarderFace, hash: number, nonce: number, entry: number): boolean {
    const { pit, deadNonces } = this.#tables
    if (entry !== NONE) {
      const { nonces, faces, next } = pit.inRecords
      let isElsewhere = false
      for (let record = pit.firstIn(entry); record !== NONE; record = next[record] as number) {
        if (nonces[record] !== nonce) continue
        if (faces[record] === face.id) return false
        isElsewhere = true
      }
      if (isElsewhere) return true
    }
    return deadNonces.has(hash, nonce)
  }

  /** Whether a face may have so many octets more pending: there is room, and it has not more than its share. */
  #hasRoom(face: ForwarderFace, charge: number, isNewEntry: boolean): boolean {
    const { pit } = this.#tables
    const { freeEntries, freeBytes } = pit
    if (freeBytes < charge || (isNewEntry && freeEntries < 1)) return false
    if (this.#tables.faces.size < 2) return true
    return face.pending <= SHARE * freeEntries && face.pendingBytes <= SHARE * freeBytes
  }

  /**
   * Notes that a face asks, until `expiry`. Who asks again waits until the later of the two: behind a face there may be
   * several who ask, and none of them may cut another's time short.
   */
  #recordIn(
    entry: number,
    face: ForwarderFace,
    known: number,
    charge: number,
    nonce: number,
    expiry: number,
  ): void {
    const { pit } = this.#tables
    const { inRecords } = pit
    let record = known
    if (record === NONE) {
      record = pit.recordIn(entry, face.id, charge)
      face.pending++
      face.pendingBytes += charge
    }
    const { buffer, start, end } = this.#pitToken
    inRecords.setToken(record, buffer, start, end)
    inRecords.nonces[record] = nonce
    if (expiry > (inRecords.expiries[record] as number)) inRecords.expiries[record] = expiry
    pit.extend(entry, inRecords.expiries[record] as number)
  }
}
