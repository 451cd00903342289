import { encodeLp, Interest, MAX_PACKET_SIZE, NackReason, type Name } from '../packet/index.ts'
import { DeadNonceList } from './dead-nonce-list.ts'
import type { DropReason, ForwarderFace } from './face-table.ts'
import type { Fib, NextHop } from './fib.ts'
import { isLocalhost, isWithoutContent } from './name-rules.ts'
import { MAX_INTEREST_LIFETIME_MS, type Pit } from './pit.ts'
import type { PitEntry } from './pit-entry.ts'

/** What the pipelines share. */
export interface Context {
  readonly faces: Map<number, ForwarderFace>
  readonly fib: Fib
  readonly pit: Pit
  readonly guard: ((name: Name) => Uint8Array | undefined) | undefined
  readonly onDrop: ((face: number, reason: DropReason, detail: string) => void) | undefined
}

/** How long an Interest is kept, in milliseconds. */
export function lifetimeOf(interest: Interest): number {
  return Math.min(interest.lifetime, MAX_INTEREST_LIFETIME_MS)
}

/** The outgoing pipelines: pending Interests on to next hops, answers back to who asked. */
export class Outgoing {
  readonly deadNonces = new DeadNonceList()
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Sends a pending Interest on: best next hop by cost. */
  forward(from: ForwarderFace, entry: PitEntry, interest: Interest, nonce: number, now: number): void {
    const hops = this.#usableHops(from, interest)
    const hop = chooseHop(hops, entry)
    if (hop === undefined) this.drop(from, 'no-route', () => interest.name.toString())
    else if (this.sendInterest(this.#face(hop), entry, interest, nonce, now)) return
    else this.drop(from, 'oversized', () => interest.name.toString())
    // Who asks in vain does not end the wait of others, to whom an answer may still come.
    if (!entry.isAsked(now)) this.nackAll(entry, NackReason.NoRoute, now)
  }

  /** Next hops by cost, without those that this Interest may not take. */
  #usableHops(from: ForwarderFace | undefined, interest: Interest): NextHop[] {
    const { name } = interest
    const isLocalOnly = interest.hopLimit === 1 || isLocalhost(name)
    return this.#context.fib.lookup(name).filter((hop) => {
      const face = this.#context.faces.get(hop.face)
      if (face === undefined || (isLocalOnly && !face.isLocal)) return false
      if (face.function !== undefined && isWithoutContent(name)) return false
      // Back where it came from is a loop, but for a chain that names a function twice.
      return face !== from || face.function !== undefined
    })
  }

  #face(hop: NextHop): ForwarderFace {
    return this.#context.faces.get(hop.face) as ForwarderFace
  }

  /**
   * Sends an Interest to a face, in that face's form, or answers it in its stead where the guard objects.
   * @param interest as it came in
   * @returns false if it is too large to be sent
   */
  sendInterest(
    face: ForwarderFace,
    entry: PitEntry,
    interest: Interest,
    nonce: number,
    now: number,
  ): boolean {
    if (face.function !== undefined) {
      const refusal = this.#context.guard?.(interest.name)
      if (refusal !== undefined) {
        this.satisfy(entry, refusal, undefined, now)
        return true
      }
    }
    const hopLimit = interest.hopLimit === undefined ? undefined : interest.hopLimit - 1
    const wire = interest.encodeAs(face.form, hopLimit, nonce)
    const incomingFaceId = face.wantsIncomingFace ? entry.inRecords.at(-1)?.face : undefined
    const frame = encodeLp(wire, { incomingFaceId })
    if (frame.length > MAX_PACKET_SIZE) return false
    this.#recordOut(entry, face.id, nonce, now + lifetimeOf(interest))
    face.counters.interestsOut++
    face.send(frame)
    return true
  }

  #recordOut(entry: PitEntry, face: number, nonce: number, expiry: number): void {
    const record = entry.outRecord(face)
    if (record === undefined) {
      entry.outRecords.push({ face, nonce, expiry, attempts: 1, nack: undefined })
      return
    }
    if (record.nonce !== nonce) this.deadNonces.add(entry, record.nonce)
    record.nonce = nonce
    record.expiry = Math.max(record.expiry, expiry)
    record.attempts++
    record.nack = undefined
  }

  /** One that was asked will not answer: asks the next, and nacks when there is none. */
  refused(entry: PitEntry, face: number, reason: number, now: number): void {
    const record = entry.outRecord(face)
    if (record !== undefined) record.nack ??= reason
    if (entry.isAsked(now)) return
    for (const { face: asker, expiry, nonce, wire } of entry.inRecords) {
      if (expiry < now) continue
      const interest = Interest.decode(wire)
      for (const hop of this.#usableHops(this.#context.faces.get(asker), interest)) {
        const isUntried = entry.outRecord(hop.face) === undefined
        if (isUntried && this.sendInterest(this.#face(hop), entry, interest, nonce, now)) return
      }
    }
    this.nackAll(entry, leastSevere(entry) ?? reason, now)
  }

  /** Sends a Data to all who asked. */
  satisfy(entry: PitEntry, wire: Uint8Array, from: ForwarderFace | undefined, now: number): void {
    this.#remove(entry)
    for (const record of entry.inRecords) {
      const face = this.#context.faces.get(record.face)
      if (face === undefined || record.expiry < now) continue
      if (face === from && face.function === undefined) continue
      this.sendData(face, wire, record.pitToken)
    }
  }

  nackAll(entry: PitEntry, reason: number, now: number): void {
    this.#remove(entry)
    for (const { face: id, wire, pitToken, expiry } of entry.inRecords) {
      const face = this.#context.faces.get(id)
      if (face !== undefined && expiry >= now) this.sendNack(face, wire, reason, pitToken)
    }
  }

  #remove(entry: PitEntry): void {
    this.#context.pit.remove(entry)
    this.bury(entry)
  }

  /** Remembers the nonces of an Interest that is no longer pending. */
  bury(entry: PitEntry): void {
    for (const { nonce } of entry.outRecords) this.deadNonces.add(entry, nonce)
  }

  sendData(face: ForwarderFace, wire: Uint8Array, pitToken: Uint8Array | undefined): void {
    if (this.#send(face, encodeLp(wire, { pitToken }))) face.counters.dataOut++
  }

  sendNack(
    face: ForwarderFace,
    wire: Uint8Array,
    nackReason: number,
    pitToken: Uint8Array | undefined,
  ): void {
    if (this.#send(face, encodeLp(wire, { nackReason, pitToken }))) face.counters.nacksOut++
  }

  #send(face: ForwarderFace, frame: Uint8Array): boolean {
    if (frame.length > MAX_PACKET_SIZE) {
      this.drop(face, 'oversized', () => `an answer of ${frame.length} octets with its PIT token`)
      return false
    }
    face.send(frame)
    return true
  }

  /** @param detail for the log; not made where there is none */
  drop(face: ForwarderFace, reason: DropReason, detail: () => string): void {
    face.counters.drops[reason]++
    this.#context.onDrop?.(face.id, reason, detail())
  }
}

/** A retransmission goes the way of the Interest before it, unless that one was nacked; then the cheapest untried. */
function chooseHop(hops: readonly NextHop[], entry: PitEntry): NextHop | undefined {
  const isPendingAt = ({ face }: NextHop): boolean => {
    const record = entry.outRecord(face)
    return record !== undefined && record.nack === undefined
  }
  return hops.find(isPendingAt) ?? hops.find(({ face }) => entry.outRecord(face) === undefined) ?? hops[0]
}

/** Of what those who were asked said, the one most worth another try; `None` says nothing and comes last. */
function leastSevere(entry: PitEntry): number | undefined {
  const reasons = entry.outRecords.flatMap(({ nack }) => (nack === undefined ? [] : [nack]))
  return reasons.sort((a, b) => severity(a) - severity(b))[0]
}

function severity(reason: number): number {
  return reason === NackReason.None ? Number.POSITIVE_INFINITY : reason
}
