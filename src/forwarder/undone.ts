import { encodeInterest, Interest, MAX_PACKET_SIZE, NackReason, type Name } from '../packet/index.ts'
import { NONE } from './hash-table.ts'
import type { Outgoing, Tables } from './outgoing.ts'
import type { Pending } from './pending.ts'

/** Octets by which an Interest can grow when its InterestLifetime is written anew. */
const LIFETIME_GROWTH = 16

/** What a face that is gone, or an instance behind it, left undone. These look at every pending Interest, and are rare. */
export class Undone {
  readonly #tables: Tables
  readonly #outgoing: Outgoing
  readonly #pending: Pending

  constructor(tables: Tables, outgoing: Outgoing, pending: Pending) {
    this.#tables = tables
    this.#outgoing = outgoing
    this.#pending = pending
  }

  /** Forgets what a face asked for; what it was asked is asked elsewhere, or nacked. */
  removeFace(id: number, now: number): void {
    const { pit } = this.#tables
    for (const entry of pit.entries()) {
      const record = pit.inRecords.find(pit.firstIn(entry), id)
      if (record !== NONE) pit.removeIn(entry, record)
      if (pit.isSatisfied(entry)) continue
      if (pit.firstIn(entry) === NONE) this.#abandon(entry, now)
      else this.#refused(entry, id, now)
    }
  }

  /** The link of a face that stays is down: what it was asked is asked elsewhere, or nacked. */
  linkDown(id: number, now: number): void {
    for (const entry of this.#pendingAt(id, now)) this.#refused(entry, id, now)
  }

  #abandon(entry: number, now: number): void {
    const { pit, strategies } = this.#tables
    if (pit.isMeasured(entry)) {
      const pending = this.#pending.recall(entry, now)
      strategies.of(pending.nameHashes).afterAbandonInterest?.(pending)
    }
    this.#outgoing.end(entry, now)
  }

  #refused(entry: number, id: number, now: number): void {
    const { pit, strategies } = this.#tables
    const record = pit.outRecords.find(pit.firstOut(entry), id)
    if (record === NONE || pit.outRecords.nacks[record] !== NONE) return
    pit.outRecords.nacks[record] = NackReason.NoRoute
    const pending = this.#pending.recall(entry, now)
    strategies.of(pending.nameHashes).afterReceiveNack(pending, id, NackReason.NoRoute)
  }

  /** Sends again what was sent to a face and not answered. */
  resend(id: number, now: number): number {
    let count = 0
    for (const entry of this.#pendingAt(id, now)) {
      const interest = this.#latestInterest(entry, now)
      if (interest !== undefined && this.#pending.recall(entry, now, interest).send(id)) count++
    }
    return count
  }

  answerPending(
    id: number,
    makeAnswer: (name: Name, attempts: number) => Uint8Array | undefined,
    now: number,
  ): number {
    const { pit } = this.#tables
    let count = 0
    for (const entry of this.#pendingAt(id, now)) {
      const record = pit.outRecords.find(pit.firstOut(entry), id)
      const answer = makeAnswer(pit.nameOf(entry), pit.outRecords.attempts[record] as number)
      if (answer === undefined) continue
      if (pit.isMeasured(entry)) this.#pending.measure(entry, id, now)
      this.#outgoing.satisfy(entry, { buffer: answer, start: 0, end: answer.length }, NONE, now)
      count++
    }
    return count
  }

  /** How many Interests wait for an answer from each face; a face that none waits for is not there. */
  counts(isCounted: (name: Name) => boolean, now: number): Map<number, number> {
    const { pit } = this.#tables
    const { faces, nacks, next } = pit.outRecords
    const counts = new Map<number, number>()
    for (const entry of pit.entries()) {
      if (pit.isSatisfied(entry) || (pit.expiries[entry] as number) < now) continue
      if (!isCounted(pit.nameOf(entry))) continue
      for (let record = pit.firstOut(entry); record !== NONE; record = next[record] as number) {
        const face = faces[record] as number
        if (nacks[record] === NONE) counts.set(face, (counts.get(face) ?? 0) + 1)
      }
    }
    return counts
  }

  #pendingAt(id: number, now: number): number[] {
    const { pit } = this.#tables
    return pit.entries().filter((entry) => {
      const record = pit.outRecords.find(pit.firstOut(entry), id)
      const isOpen = record !== NONE && pit.outRecords.nacks[record] === NONE
      return isOpen && !pit.isSatisfied(entry) && (pit.expiries[entry] as number) >= now
    })
  }

  /** The Interest with the lifetime that is left to who waits longest. */
  #latestInterest(entry: number, now: number): Interest | undefined {
    const { pit } = this.#tables
    const { expiries, next } = pit.inRecords
    let expiry = now
    for (let record = pit.firstIn(entry); record !== NONE; record = next[record] as number)
      expiry = Math.max(expiry, expiries[record] as number)
    if (expiry === now) return undefined
    const interest = pit.readInterest(entry, new Interest())
    const { name, canBePrefix, mustBeFresh, forwardingHint, nonce, hopLimit } = interest
    // With parameters, whose digest is part of the name, or without room for an InterestLifetime it goes as it came.
    const isLarge = interest.end - interest.start > MAX_PACKET_SIZE - LIFETIME_GROWTH
    if (isLarge || interest.applicationParameters !== undefined) return interest
    const fields = { name, canBePrefix, mustBeFresh, forwardingHint, nonce, hopLimit, lifetime: expiry - now }
    return Interest.decode(encodeInterest(fields))
  }
}
