import { Interest, NackReason, Name, randomNonce, TlvReader, TT } from '../packet/index.ts'
import type { ForwarderFace } from './face-table.ts'
import type { NextHop } from './fib.ts'
import { NONE } from './hash-table.ts'
import { NameHashes } from './name-hashes.ts'
import { isWithoutContent, scopeOf } from './name-rules.ts'
import { lifetimeOf, type Outgoing, patchNonce, type Tables } from './outgoing.ts'
import { type PendingInterest, resultHash, type UpstreamState } from './strategies/index.ts'

const ROOT = Name.of()
const NO_HOPS: readonly NextHop[] = []

/**
 * A pending Interest as a strategy sees it. One object serves all, one after the other: `take` for one that has come in and lies in
 * the buffer that it came in, `recall` for one as the PIT keeps it.
 */
export class Pending implements PendingInterest {
  entry = NONE
  now = 0
  isRetransmission = false
  readonly #tables: Tables
  readonly #outgoing: Outgoing
  readonly #stored = new Interest()
  readonly #storedName = new NameHashes()
  readonly #delegation = new NameHashes()
  readonly #hintReader = new TlvReader()
  #interest: Interest = this.#stored
  #nameHashes: NameHashes = this.#storedName
  /** The face that the Interest came from; NONE for one that is recalled, which several faces may have asked for. */
  #from = NONE
  /** It has been answered or refused, or its time is over: a strategy can do no more. */
  #isOver = false
  #fibEntry = NONE
  #isLookedUp = false
  #nextHops: readonly NextHop[] | undefined

  constructor(tables: Tables, outgoing: Outgoing) {
    this.#tables = tables
    this.#outgoing = outgoing
  }

  take(
    entry: number,
    interest: Interest,
    name: NameHashes,
    from: number,
    now: number,
    isRetransmission: boolean,
  ): this {
    this.entry = entry
    this.now = now
    this.isRetransmission = isRetransmission
    this.#interest = interest
    this.#nameHashes = name
    this.#from = from
    this.#isOver = false
    this.#isLookedUp = false
    this.#nextHops = undefined
    return this
  }

  recall(entry: number, now: number, interest = this.#tables.pit.readInterest(entry, this.#stored)): this {
    const name = this.#storedName.read(interest.buffer, interest.nameStart, interest.nameEnd)
    return this.take(entry, interest, name, NONE, now, false)
  }

  /** Tells the strategy of an answer, and how long it took the face that it came from, or in whose stead it was made. */
  measure(entry: number, face: number, now: number): void {
    this.recall(entry, now).#isOver = true
    const sentAt = this.sentAt(face)
    if (sentAt === undefined) return
    this.#tables.strategies.of(this.#nameHashes).beforeSatisfyInterest?.(this, face, now - sentAt)
  }

  /** Ends an Interest that nobody answered in time. */
  expire(entry: number, now: number): void {
    const { pit, faces, strategies } = this.#tables
    if (!pit.isSatisfied(entry)) {
      const { inRecords } = pit
      for (let record = pit.firstIn(entry); record !== NONE; record = inRecords.next[record] as number) {
        const face = faces.get(inRecords.faces[record] as number)
        if (face !== undefined) face.counters.expired++
      }
      if (pit.isMeasured(entry)) {
        this.recall(entry, now).#isOver = true
        strategies.of(this.#nameHashes).beforeExpireInterest?.(this)
      }
    }
    this.#outgoing.end(entry, now)
  }

  get nameHashes(): NameHashes {
    return this.#nameHashes
  }

  get name(): Name {
    return this.#tables.pit.nameOf(this.entry)
  }

  get prefix(): Name {
    this.#lookUp()
    return this.#fibEntry === NONE ? ROOT : this.#tables.fib.prefixOf(this.#fibEntry)
  }

  get resultHash(): number {
    return resultHash(this.#nameHashes)
  }

  get nextHops(): readonly NextHop[] {
    if (this.#nextHops !== undefined) return this.#nextHops
    this.#lookUp()
    const hops = this.#fibEntry === NONE ? NO_HOPS : this.#tables.fib.nextHops(this.#fibEntry)
    const isLocalOnly = this.#isLocalOnly()
    // Nearly always all can be used, and no list need be made.
    let usable = hops
    for (const hop of hops) {
      if (this.#isUsable(hop.face, isLocalOnly)) continue
      usable = hops.filter(({ face }) => this.#isUsable(face, isLocalOnly))
      break
    }
    this.#nextHops = usable
    return usable
  }

  /** Finds the FIB entry by the name, or by the first delegation of a ForwardingHint that leads anywhere (NFD, "Forwarding Hint"). */
  #lookUp(): void {
    if (this.#isLookedUp) return
    this.#isLookedUp = true
    const { fib } = this.#tables
    const { buffer, hintStart, hintEnd } = this.#interest
    if (hintEnd > 0) {
      const reader = this.#hintReader.reset(buffer, hintStart, hintEnd)
      while (reader.next()) {
        if (reader.type !== TT.Name) continue
        const entry = fib.longestPrefix(this.#delegation.read(buffer, reader.valueStart, reader.valueEnd))
        if (entry === NONE) continue
        // A default route: the hint means nothing here yet, and the name may.
        if (fib.prefixOf(entry).length === 0) break
        this.#fibEntry = entry
        return
      }
    }
    this.#fibEntry = fib.longestPrefix(this.#nameHashes)
  }

  /** Whether the Interest may not leave this host. */
  #isLocalOnly(): boolean {
    const { buffer, hopLimitAt } = this.#interest
    if (hopLimitAt >= 0 && buffer[hopLimitAt] === 1) return true
    const scope = scopeOf(this.#nameHashes)
    if (scope === 'global') return false
    return scope === 'localhost' || !this.#isAskedFromHere()
  }

  #isAskedFromHere(): boolean {
    const { faces, pit } = this.#tables
    if (this.#from !== NONE) return faces.get(this.#from)?.isLocal ?? false
    const { inRecords } = pit
    for (let record = pit.firstIn(this.entry); record !== NONE; record = inRecords.next[record] as number)
      if (faces.get(inRecords.faces[record] as number)?.isLocal === true) return true
    return false
  }

  #isUsable(id: number, isLocalOnly: boolean): boolean {
    const face = this.#tables.faces.get(id)
    if (face === undefined || (isLocalOnly && !face.isLocal)) return false
    if (face.function !== undefined) return !isWithoutContent(this.#nameHashes)
    // Back where it came from is a loop, but for a chain that names a function twice.
    return this.#from === NONE ? this.#askerFor(face) !== NONE : id !== this.#from
  }

  /** Whether it may be sent to a face at all, by whichever route. */
  mayGoTo(face: number): boolean {
    return this.#isUsable(face, this.#isLocalOnly())
  }

  /** The in-record in whose name a recalled Interest can be sent to a face: of one who waits, and is another. */
  #askerFor(face: ForwarderFace): number {
    const { pit } = this.#tables
    const { inRecords } = pit
    for (let record = pit.firstIn(this.entry); record !== NONE; record = inRecords.next[record] as number) {
      const isWaiting = (inRecords.expiries[record] as number) >= this.now
      if (isWaiting && (face.function !== undefined || inRecords.faces[record] !== face.id)) return record
    }
    return NONE
  }

  get nackReason(): number {
    const { pit } = this.#tables
    const { nacks, next } = pit.outRecords
    // `None` says nothing, and comes last.
    let least: number = NONE
    for (let record = pit.firstOut(this.entry); record !== NONE; record = next[record] as number) {
      const reason = nacks[record] as number
      if (reason === NONE) continue
      if (least === NONE || least === NackReason.None || (reason !== NackReason.None && reason < least))
        least = reason
    }
    return least === NONE ? NackReason.NoRoute : least
  }

  #outRecord(face: number): number {
    const { pit } = this.#tables
    return pit.outRecords.find(pit.firstOut(this.entry), face)
  }

  state(face: number): UpstreamState {
    const record = this.#outRecord(face)
    if (record === NONE) return 'untried'
    return this.#tables.pit.outRecords.nacks[record] === NONE ? 'pending' : 'nacked'
  }

  sentAt(face: number): number | undefined {
    const record = this.#outRecord(face)
    return record === NONE ? undefined : this.#tables.pit.outRecords.sentAt[record]
  }

  attempts(face: number): number {
    const record = this.#outRecord(face)
    return record === NONE ? 0 : (this.#tables.pit.outRecords.attempts[record] as number)
  }

  send(id: number): boolean {
    const { faces, pit, output, guard } = this.#tables
    const face = faces.get(id)
    if (this.#isOver) return true
    if (face === undefined) return false
    const interest = this.#interest
    if (face.function !== undefined && guard !== undefined) {
      const refusal = guard(interest.name)
      if (refusal !== undefined) {
        this.#isOver = true
        this.#outgoing.satisfy(this.entry, { buffer: refusal, start: 0, end: refusal.length }, NONE, this.now)
        return true
      }
    }
    let from = this.#from
    if (from === NONE) {
      const asker = this.#askerFor(face)
      if (asker === NONE) return false
      from = pit.inRecords.faces[asker] as number
      patchNonce(interest, pit.inRecords.nonces[asker] as number)
    }
    if (!output.sendInterest(face, interest, from)) {
      const asker = faces.get(from)
      if (asker !== undefined) output.drop(asker, 'oversized', () => String(this.name))
      return false
    }
    this.#recordOut(id)
    return true
  }

  probe(id: number): boolean {
    const interest = this.#interest
    const nonce = interest.nonce as number
    patchNonce(interest, randomNonce())
    const isSent = this.send(id)
    patchNonce(interest, nonce)
    return isSent
  }

  #recordOut(face: number): void {
    const { pit, deadNonces } = this.#tables
    const { outRecords } = pit
    const { buffer, nonceAt } = this.#interest
    const nonce =
      ((buffer[nonceAt] as number) << 24) |
      ((buffer[nonceAt + 1] as number) << 16) |
      ((buffer[nonceAt + 2] as number) << 8) |
      (buffer[nonceAt + 3] as number)
    const record = pit.recordOut(this.entry, face)
    const attempts = outRecords.attempts[record] as number
    const before = outRecords.nonces[record] as number
    if (attempts > 0 && before !== nonce) deadNonces.add(pit.hashOf(this.entry), before, this.now)
    outRecords.nonces[record] = nonce
    const expiry = this.now + lifetimeOf(this.#interest)
    if (expiry > (outRecords.expiries[record] as number)) outRecords.expiries[record] = expiry
    outRecords.sentAt[record] = this.now
    outRecords.attempts[record] = attempts + 1
    outRecords.nacks[record] = NONE
  }

  suppress(): void {
    const face = this.#tables.faces.get(this.#from)
    if (face !== undefined) face.counters.suppressed++
  }

  reject(reason: number): void {
    if (this.#isOver) return
    const { faces, pit, output } = this.#tables
    const from = faces.get(this.#from)
    if (from !== undefined && this.nextHops.length === 0)
      output.drop(from, 'no-route', () => String(this.name))
    // Who asks in vain does not end the wait of others, to whom an answer may still come.
    if (pit.isAsked(this.entry, this.now)) return
    this.#isOver = true
    this.#outgoing.nackAll(this.entry, this.#stored, reason, this.now)
  }
}
