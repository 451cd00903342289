import { Frame, type Name, notAPacket, PacketError, TT } from '../packet/index.ts'
import { ContentStore, type ContentStoreOptions } from './content-store.ts'
import { DeadNonceList } from './dead-nonce-list.ts'
import {
  type DropReason,
  type FaceOptions,
  type ForwarderCounters,
  type ForwarderFace,
  newFace,
} from './face-table.ts'
import { Fib } from './fib.ts'
import { IncomingData, type UnsolicitedDataPolicy } from './incoming-data.ts'
import { IncomingInterest, type Steering } from './incoming-interest.ts'
import { IncomingNack } from './incoming-nack.ts'
import { NetworkRegion } from './network-region.ts'
import { Outgoing, type Tables } from './outgoing.ts'
import { Output } from './output.ts'
import { Pending } from './pending.ts'
import { Pit } from './pit.ts'
import { BestRoute } from './strategies/index.ts'
import { StrategyChoice } from './strategy-choice.ts'
import { Undone } from './undone.ts'

export interface ForwarderOptions {
  /** Milliseconds, monotonic. */
  readonly clock: () => number
  readonly contentStore?: ContentStoreOptions
  /** Most pending Interests. @defaultValue {@link DEFAULT_MAX_PENDING} */
  readonly maxPending?: number | undefined
  /** Most octets of pending Interests. @defaultValue {@link DEFAULT_MAX_PENDING_BYTES} */
  readonly maxPendingBytes?: number | undefined
  /** Most FIB prefixes. @defaultValue {@link DEFAULT_MAX_ROUTES} */
  readonly maxRoutes?: number | undefined
  /** Data that nobody asked for. @defaultValue drop-all */
  readonly unsolicited?: UnsolicitedDataPolicy | undefined
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
  readonly strategies: StrategyChoice
  readonly region = new NetworkRegion()
  readonly #faces = new Map<number, ForwarderFace>()
  readonly #clock: () => number
  readonly #output: Output
  readonly #pending: Pending
  readonly #undone: Undone
  readonly #onInterest: IncomingInterest
  readonly #onData: IncomingData
  readonly #onNack: IncomingNack
  readonly #frame = new Frame()
  #nextFaceId = 1

  constructor(options: ForwarderOptions) {
    const { clock, guard, onDrop } = options
    const now = clock()
    this.#clock = clock
    this.fib = new Fib(options.maxRoutes)
    this.pit = new Pit(now, options.maxPending, options.maxPendingBytes)
    this.contentStore = new ContentStore(options.contentStore)
    this.strategies = new StrategyChoice(new BestRoute())
    this.#output = new Output(onDrop)
    const tables: Tables = {
      faces: this.#faces,
      fib: this.fib,
      pit: this.pit,
      strategies: this.strategies,
      region: this.region,
      deadNonces: new DeadNonceList(now),
      output: this.#output,
      guard,
    }
    const outgoing = new Outgoing(tables)
    const pending = new Pending(tables, outgoing)
    this.#pending = pending
    this.#undone = new Undone(tables, outgoing, pending)
    this.#onInterest = new IncomingInterest(tables, this.contentStore, pending)
    this.#onData = new IncomingData(tables, this.contentStore, outgoing, pending, options.unsolicited)
    this.#onNack = new IncomingNack(tables, pending)
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
    this.#output.congestionMark = -1
    this.#undone.removeFace(id, this.#clock())
    for (const { strategy } of this.strategies.entries()) strategy.removeFace?.(id)
  }

  /** What was sent to a face, whose link is down for now, is asked elsewhere, or nacked. */
  linkDown(id: number): void {
    this.#output.congestionMark = -1
    this.#undone.linkDown(id, this.#clock())
  }

  counters(id: number): ForwarderCounters | undefined {
    return this.#faces.get(id)?.counters
  }

  /** The form in which Interests leave by a face. */
  form(id: number): string | undefined {
    return this.#faces.get(id)?.form
  }

  /** See `FaceOptions.hasLocalFields`. */
  setLocalFields(id: number, has: boolean): void {
    const face = this.#faces.get(id)
    if (face !== undefined) face.hasLocalFields = has
  }

  /** Leads what it says by another way than the FIB's; undefined: nothing. */
  set steer(steer: Steering | undefined) {
    this.#onInterest.steer = steer
  }

  get unsolicited(): UnsolicitedDataPolicy {
    return this.#onData.unsolicited
  }

  set unsolicited(policy: UnsolicitedDataPolicy) {
    this.#onData.unsolicited = policy
  }

  /**
   * Takes one frame that came in at a face, in a buffer from `start` up to `end`. What is kept of it is copied. Never throws: a
   * bad frame is counted and dropped.
   */
  receive(id: number, buffer: Uint8Array, start = 0, end = buffer.length): void {
    const face = this.#faces.get(id)
    if (face === undefined) return
    try {
      this.#receive(face, this.#frame.read(buffer, start, end))
    } catch (error) {
      if (!(error instanceof PacketError)) throw error
      this.#output.drop(face, 'malformed', () => `${error.code}: ${error.message}`)
    }
  }

  #receive(face: ForwarderFace, frame: Frame): void {
    this.#output.congestionMark = frame.congestionMark
    if (frame.end === 0) face.counters.idleIn++
    else if (frame.nackReason >= 0) this.#onNack.receive(face, frame, this.#clock())
    else if (frame.type === TT.Interest) this.#onInterest.receive(face, frame, this.#clock())
    else if (frame.type === TT.Data) this.#onData.receive(face, frame, this.#clock())
    else throw notAPacket(frame.buffer, frame.start, frame.end)
  }

  /** Removes the pending Interests whose time is over. To be called every few milliseconds while `pit.size` > 0. */
  expire(): void {
    const now = this.#clock()
    this.pit.expire(now, (entry) => this.#pending.expire(entry, now))
  }

  /**
   * Sends again, to the new instance behind a function's face, what the old one had not answered.
   * @returns how many Interests went out
   */
  resend(id: number): number {
    this.#output.congestionMark = -1
    return this.#undone.resend(id, this.#clock())
  }

  /** How many Interests wait for an answer from each face; a face that none waits for is not there. Looks at all that are pending. */
  pendingByFace(isCounted: (name: Name) => boolean = () => true): Map<number, number> {
    return this.#undone.counts(isCounted, this.#clock())
  }

  /**
   * Answers what was sent to a face and is still pending there.
   * @param makeAnswer gives the Data for a name that went out `attempts` times, or undefined to leave it pending
   * @returns how many were answered
   */
  answerPending(id: number, makeAnswer: (name: Name, attempts: number) => Uint8Array | undefined): number {
    this.#output.congestionMark = -1
    return this.#undone.answerPending(id, makeAnswer, this.#clock())
  }
}
