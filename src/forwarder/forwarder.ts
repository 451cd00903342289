import {
  Component,
  type Data,
  decodePacket,
  encodeInterest,
  Interest,
  MAX_PACKET_SIZE,
  NackReason,
  type Name,
  type Packet,
  PacketError,
  randomNonce,
  TT,
} from '../packet/index.ts'
import { ContentStore, type ContentStoreLimits } from './content-store.ts'
import {
  type DropReason,
  type FaceOptions,
  type ForwarderCounters,
  type ForwarderFace,
  newFace,
} from './face-table.ts'
import { Fib } from './fib.ts'
import { isLocalhost, isNameOf, MAX_NAME_COMPONENTS } from './name-rules.ts'
import { lifetimeOf, Outgoing } from './outgoing.ts'
import { Pit } from './pit.ts'
import type { PitEntry } from './pit-entry.ts'

export interface ForwarderOptions {
  /** Milliseconds, monotonic. */
  readonly clock: () => number
  readonly contentStore?: ContentStoreLimits
  /** Most pending Interests. @defaultValue {@link DEFAULT_MAX_PENDING} */
  readonly maxPending?: number | undefined
  /** Most octets of pending Interests. @defaultValue {@link DEFAULT_MAX_PENDING_BYTES} */
  readonly maxPendingBytes?: number | undefined
  /** Most FIB prefixes. @defaultValue {@link DEFAULT_MAX_ROUTES} */
  readonly maxRoutes?: number | undefined
  /**
   * Looks at each Interest that is about to be handed to a function; a Data that it returns is the answer instead.
   * So a chain that cannot work is refused before anything runs.
   */
  readonly guard?: (name: Name) => Uint8Array | undefined
  /** Told of each drop, for the log. `detail` says what was wrong with a malformed packet. */
  readonly onDrop?: (face: number, reason: DropReason, detail: string) => void
}

/** An NDN forwarder that dispatches function chains. See the README of this folder. */
export class Forwarder {
  readonly fib: Fib
  readonly pit: Pit
  readonly contentStore: ContentStore
  readonly #faces = new Map<number, ForwarderFace>()
  readonly #clock: () => number
  readonly #outgoing: Outgoing
  #nextFaceId = 1

  constructor(options: ForwarderOptions) {
    const { clock, guard, onDrop } = options
    this.#clock = clock
    this.fib = new Fib(options.maxRoutes)
    this.pit = new Pit(clock(), options.maxPending, options.maxPendingBytes)
    this.contentStore = new ContentStore(options.contentStore)
    this.#outgoing = new Outgoing({ faces: this.#faces, fib: this.fib, pit: this.pit, guard, onDrop })
  }

  /** Adds a face and returns its id. */
  addFace(options: FaceOptions): number {
    const id = this.#nextFaceId++
    this.#faces.set(id, newFace(id, options))
    return id
  }

  /** Removes a face with its routes; what it was asked is asked elsewhere, or nacked. */
  removeFace(id: number): void {
    if (!this.#faces.delete(id)) return
    this.fib.removeFace(id)
    const now = this.#clock()
    for (const entry of [...this.pit]) {
      if (entry.removed) continue
      this.pit.removeInRecord(entry, id)
      if (entry.inRecords.length === 0) {
        this.pit.remove(entry)
        this.#outgoing.bury(entry)
      } else if (entry.outRecord(id) !== undefined) {
        this.#outgoing.refused(entry, id, NackReason.NoRoute, now)
      }
    }
  }

  counters(id: number): ForwarderCounters | undefined {
    return this.#faces.get(id)?.counters
  }

  /** The form in which Interests leave by a face. */
  form(id: number): string | undefined {
    return this.#faces.get(id)?.form
  }

  /** Takes one frame that came in at a face. Never throws: a bad frame is counted and dropped. */
  receive(id: number, frame: Uint8Array): void {
    const face = this.#faces.get(id)
    if (face === undefined) return
    let packet: Packet
    try {
      packet = decodePacket(frame)
    } catch (error) {
      if (!(error instanceof PacketError)) throw error
      this.#drop(face, 'malformed', () => `${error.code}: ${error.message}`)
      return
    }
    switch (packet.kind) {
      case 'interest':
        face.counters.interestsIn++
        this.#onInterest(face, packet.interest, packet.pitToken)
        break
      case 'data':
        face.counters.dataIn++
        this.#onData(face, packet.data)
        break
      case 'nack':
        face.counters.nacksIn++
        this.#onNack(face, packet.interest, packet.reason)
        break
    }
  }

  /** Removes the pending Interests whose time is over. To be called every few milliseconds while `pit.size` > 0. */
  expire(): void {
    this.pit.expire(this.#clock(), (entry) => this.#onExpired(entry))
  }

  #onExpired(entry: PitEntry): void {
    for (const record of entry.inRecords) {
      const face = this.#faces.get(record.face)
      if (face !== undefined) face.counters.expired++
    }
    this.#outgoing.bury(entry)
  }

  #drop(face: ForwarderFace, reason: DropReason, detail: () => string): void {
    this.#outgoing.drop(face, reason, detail)
  }

  // The incoming pipelines

  #onInterest(face: ForwarderFace, interest: Interest, pitToken: Uint8Array | undefined): void {
    const { name } = interest
    if (interest.form === 'dispatched') {
      this.#drop(face, 'foreign-name', () => 'CurrentFunction is for a router to write')
      return
    }
    if (interest.form === 'extended' && !face.isFormFixed) face.form = 'extended'
    if (name.length > MAX_NAME_COMPONENTS) {
      this.#drop(face, 'name-too-long', () => `${name.length} components, at most ${MAX_NAME_COMPONENTS}`)
      return
    }
    if (!face.isLocal && isLocalhost(name)) {
      this.#drop(face, 'scope', () => name.toString())
      return
    }
    if (interest.hopLimit === 0) {
      this.#drop(face, 'hop-limit', () => name.toString())
      return
    }
    const now = this.#clock()
    const cached = this.contentStore.find(interest, now)
    if (cached !== undefined) {
      this.#outgoing.sendData(face, cached, pitToken)
      return
    }
    const nonce = interest.nonce ?? randomNonce()
    const known = this.#findPending(interest, now)
    if (this.#isLoop(face, interest, nonce, known)) {
      this.#drop(face, 'duplicate-nonce', () => name.toString())
      this.#outgoing.sendNack(face, interest.wire, NackReason.Duplicate, pitToken)
      return
    }
    if (!this.pit.hasRoomFor(interest, pitToken, face.id, known)) {
      this.#drop(face, 'pit-full', () => name.toString())
      this.#outgoing.sendNack(face, interest.wire, NackReason.Congestion, pitToken)
      return
    }
    const expiry = now + lifetimeOf(interest)
    const entry = known ?? this.pit.insert(interest, expiry)
    const isRetransmission = this.pit.recordIn(entry, face.id, interest, nonce, pitToken, expiry)
    if (entry.isAsked(now) && !isRetransmission) face.counters.aggregated++
    else this.#outgoing.forward(face, entry, interest, nonce, now)
  }

  /** The entry of an Interest, if its time is not over: `expire` may come a little late. */
  #findPending(interest: Interest, now: number): PitEntry | undefined {
    const entry = this.pit.find(interest)
    if (entry === undefined || entry.expiry >= now) return entry
    this.pit.remove(entry)
    this.#onExpired(entry)
    return undefined
  }

  /**
   * The same nonce from elsewhere means that the Interest went round in a circle. From the face that sent it before it is
   * a copy that the link made, or the sender's own.
   */
  #isLoop(face: ForwarderFace, interest: Interest, nonce: number, entry: PitEntry | undefined): boolean {
    if (entry?.inRecord(face.id)?.nonce === nonce) return false
    if (entry?.inRecords.some((record) => record.nonce === nonce)) return true
    return this.#outgoing.deadNonces.has(interest.name, nonce)
  }

  #onData(face: ForwarderFace, data: Data): void {
    const { name } = data
    if (!face.isLocal && isLocalhost(name)) {
      this.#drop(face, 'scope', () => name.toString())
      return
    }
    if (face.function !== undefined && !isNameOf(face.function, name)) {
      this.#drop(face, 'foreign-name', () => `function ${face.function} may not answer for ${name}`)
      return
    }
    const now = this.#clock()
    const entries = this.pit
      .matching(name, () => name.append(new Component(TT.ImplicitSha256DigestComponent, data.implicitDigest)))
      .filter((entry) => entry.expiry >= now)
    if (entries.length === 0) {
      this.#drop(face, 'unsolicited', () => name.toString())
      return
    }
    this.contentStore.insert(data, now)
    for (const entry of entries) if (!entry.removed) this.#outgoing.satisfy(entry, data.wire, face, now)
  }

  #onNack(face: ForwarderFace, interest: Interest, reason: number): void {
    const entry = this.pit.find(interest)
    const record = entry?.outRecord(face.id)
    const isExpected = record !== undefined && record.nonce === interest.nonce && record.nack === undefined
    if (entry === undefined || !isExpected) {
      this.#drop(face, 'unexpected-nack', () => interest.name.toString())
      return
    }
    this.#outgoing.refused(entry, face.id, reason, this.#clock())
  }

  // What a function's instance left undone

  /**
   * Sends again, to the new instance behind a function's face, what the old one had not answered.
   * @returns how many Interests went out
   */
  resend(id: number): number {
    const face = this.#faces.get(id)
    if (face === undefined) return 0
    const now = this.#clock()
    let count = 0
    for (const entry of this.#pendingAt(id, now)) {
      const interest = latestInterest(entry, now)
      if (entry.removed || interest === undefined) continue
      const nonce = interest.nonce ?? randomNonce()
      if (this.#outgoing.sendInterest(face, entry, interest, nonce, now)) count++
    }
    return count
  }

  /**
   * Answers what was sent to a face and is still pending there.
   * @param makeAnswer gives the Data for a name that went out `attempts` times, or undefined to leave it pending
   * @returns how many were answered
   */
  answerPending(id: number, makeAnswer: (name: Name, attempts: number) => Uint8Array | undefined): number {
    const now = this.#clock()
    let count = 0
    for (const entry of this.#pendingAt(id, now)) {
      if (entry.removed) continue
      const answer = makeAnswer(entry.name, entry.outRecord(id)?.attempts ?? 0)
      if (answer === undefined) continue
      this.#outgoing.satisfy(entry, answer, undefined, now)
      count++
    }
    return count
  }

  #pendingAt(id: number, now: number): PitEntry[] {
    return [...this.pit].filter((entry) => {
      const record = entry.outRecord(id)
      return record !== undefined && record.nack === undefined && entry.expiry >= now
    })
  }
}

/** The Interest of who waits longest, with the lifetime that it has left. */
function latestInterest(entry: PitEntry, now: number): Interest | undefined {
  const [record] = entry.inRecords.toSorted((a, b) => b.expiry - a.expiry)
  if (record === undefined) return undefined
  const interest = Interest.decode(record.wire)
  // With parameters, whose digest is part of the name, or without room for an InterestLifetime it goes as it came.
  const { name, canBePrefix, mustBeFresh, forwardingHint, hopLimit, applicationParameters } = interest
  if (applicationParameters !== undefined || record.wire.length > MAX_PACKET_SIZE - 16) return interest
  const lifetime = record.expiry - now
  const fields = { name, canBePrefix, mustBeFresh, forwardingHint, nonce: record.nonce, lifetime }
  return Interest.decode(encodeInterest(hopLimit === undefined ? fields : { ...fields, hopLimit }))
}
