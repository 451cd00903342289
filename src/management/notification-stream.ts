import {
  Component,
  encodeData,
  encodeNni,
  type Interest,
  NackReason,
  type Name,
  type Signer,
  TT,
} from '../packet/index.ts'
import { MANAGEMENT_FRESHNESS_MS } from './dataset-store.ts'
import type { Responder } from './responder.ts'

/** Most notifications that a stream keeps for those who lag behind. */
export const MAX_NOTIFICATIONS_KEPT = 128

/** Most Interests that wait for what a stream has not said yet. */
export const MAX_INTERESTS_WAITING = 64

export interface NotificationStreamOptions {
  /** Of the stream; a notification is `<name>/seq=<0…>`. */
  readonly name: Name
  readonly signer: () => Signer
  readonly responder: Responder
  /** Milliseconds that never go back. */
  readonly now: () => number
  /** @defaultValue {@link MAX_NOTIFICATIONS_KEPT} */
  readonly maxKept?: number | undefined
  /** @defaultValue {@link MAX_INTERESTS_WAITING} */
  readonly maxWaiting?: number | undefined
}

interface Waiting {
  /** Undefined: whatever comes next. */
  readonly sequence: number | undefined
  readonly pitToken: Uint8Array | undefined
  /** When its Interest's lifetime ends. */
  readonly until: number
}

interface Notification {
  readonly sequence: number
  readonly content: Uint8Array
  readonly time: number
}

/**
 * Tells those who ask for it of one event after the other (NFD wiki, Notification): each is a Data with the next
 * sequence number, and who has one asks for the one after it and waits.
 */
export class NotificationStream {
  readonly #options: NotificationStreamOptions
  readonly #maxKept: number
  readonly #maxWaiting: number
  /** Oldest first. */
  readonly #kept: Notification[] = []
  #waiting: Waiting[] = []
  #next = 0

  constructor(options: NotificationStreamOptions) {
    this.#options = options
    this.#maxKept = options.maxKept ?? MAX_NOTIFICATIONS_KEPT
    this.#maxWaiting = options.maxWaiting ?? MAX_INTERESTS_WAITING
  }

  /** Something has happened. */
  post(content: Uint8Array): void {
    const time = this.#options.now()
    const notification = { sequence: this.#next++, content, time }
    this.#kept.push(notification)
    if (this.#kept.length > this.#maxKept) this.#kept.shift()
    const isMeant = ({ sequence = notification.sequence }: Waiting): boolean =>
      sequence === notification.sequence
    const answered = this.#waiting.filter((one) => isMeant(one) && one.until > time)
    this.#waiting = this.#waiting.filter((one) => !isMeant(one) && one.until > time)
    if (answered.length === 0) return
    const data = this.#encode(notification)
    for (const { pitToken } of answered) this.#options.responder.answer(data, pitToken)
  }

  /** An Interest for the stream or something in it. */
  onInterest(interest: Interest, pitToken: Uint8Array | undefined): void {
    const { name, responder } = this.#options
    const rest = interest.name.length - name.length
    const last = interest.name.at(-1)
    if (rest === 0 && interest.canBePrefix) {
      this.#onLatest(interest, pitToken)
      return
    }
    const sequence = rest === 1 && last?.type === TT.SequenceNumNameComponent ? last.number : undefined
    const kept = sequence === undefined ? undefined : this.#kept[sequence - (this.#next - this.#kept.length)]
    if (kept !== undefined) responder.answer(this.#encode(kept), pitToken)
    else if (sequence !== undefined && sequence >= this.#next) this.#wait(interest, sequence, pitToken)
    else responder.nack(interest, NackReason.NoRoute, pitToken)
  }

  /** Who does not know where the stream is asks for its prefix: the last one, or the next. */
  #onLatest(interest: Interest, pitToken: Uint8Array | undefined): void {
    const { now, responder } = this.#options
    const last = this.#kept.at(-1)
    const isFresh = last !== undefined && now() - last.time < MANAGEMENT_FRESHNESS_MS
    if (last !== undefined && (isFresh || !interest.mustBeFresh))
      responder.answer(this.#encode(last), pitToken)
    else this.#wait(interest, undefined, pitToken)
  }

  #wait(interest: Interest, sequence: number | undefined, pitToken: Uint8Array | undefined): void {
    const { now, responder } = this.#options
    const time = now()
    if (this.#waiting.length >= this.#maxWaiting)
      this.#waiting = this.#waiting.filter(({ until }) => until > time)
    if (this.#waiting.length < this.#maxWaiting)
      this.#waiting.push({
        sequence,
        pitToken: pitToken && Uint8Array.from(pitToken),
        until: time + interest.lifetime,
      })
    else responder.nack(interest, NackReason.Congestion, pitToken)
  }

  #encode({ sequence, content }: Notification): Uint8Array {
    const component = new Component(TT.SequenceNumNameComponent, encodeNni(sequence))
    const { name, signer } = this.#options
    return encodeData(
      { name: name.append(component), content, freshnessPeriod: MANAGEMENT_FRESHNESS_MS },
      signer(),
    )
  }
}
