import type { Face } from '../face/index.ts'
import {
  type Data,
  DEFAULT_INTEREST_LIFETIME_MS,
  decodePacket,
  encodeInterest,
  encodeLp,
  Interest,
  type InterestFields,
  type InterestForm,
  MAX_PACKET_SIZE,
  type Name,
  type Packet,
  PacketError,
} from '../packet/index.ts'
import { type Clock, MAX_TIMER_MS, systemClock } from './clock.ts'
import { NackError, TimeoutError, UnreachableError } from './errors.ts'
import { encodeToken, type PendingInterest, PendingInterests, type Waiter } from './pending-interests.ts'

export interface EndpointOptions {
  /** How Interests are sent. @defaultValue 'extended' */
  readonly form?: InterestForm
  /** Is given each Interest that comes in; answers with `answer` or `nack`, now or later. */
  readonly onInterest?: (
    interest: Interest,
    pitToken: Uint8Array | undefined,
    /** The forwarder's id of the face that it came from, where it says so. */
    incomingFaceId: number | undefined,
  ) => void
  /** The face has closed; what was asked over it has been rejected. */
  readonly onClose?: (reason: string) => void
  /** @defaultValue {@link systemClock} */
  readonly clock?: Clock | undefined
}

export interface ExpressOptions extends Omit<InterestFields, 'name'> {
  readonly signal?: AbortSignal | undefined
  /** Called before the answer is given, if it carries a congestion mark (NDNLPv2, "Congestion Mark"). */
  readonly onCongestionMark?: (() => void) | undefined
}

/** One program's end of a face. */
export class Endpoint {
  /** The time that lifetimes are measured by. */
  readonly clock: Clock
  readonly #face: Face
  readonly #form: InterestForm
  readonly #onInterest: EndpointOptions['onInterest']
  readonly #pending = new PendingInterests()
  readonly #served = new Map<Name, NonNullable<EndpointOptions['onInterest']>>()
  #isClosed = false

  constructor(face: Face, options: EndpointOptions = {}) {
    this.clock = options.clock ?? systemClock
    this.#face = face
    this.#form = options.form ?? 'extended'
    this.#onInterest = options.onInterest
    face.start({
      onPacket: (buffer, start, end) => this.#receive(Buffer.from(buffer.subarray(start, end))),
      onClose: (reason, detail) => {
        this.#isClosed = true
        const error = new UnreachableError(`the face to ${face.remote} closed: ${detail || reason}`)
        for (const waiter of this.#pending.all()) waiter.reject(error)
        options.onClose?.(detail || reason)
      },
    })
  }

  /**
   * Sends one Interest and gives its Data.
   * @throws TimeoutError after its lifetime, NackError, UnreachableError when the face closes, the signal's reason, or
   * PacketError if the Interest is too large
   */
  async express(name: Name, options: ExpressOptions = {}): Promise<Data> {
    const { signal, onCongestionMark, canBePrefix = false, mustBeFresh = false } = options
    if (this.#isClosed) throw new UnreachableError(`the face to ${this.#face.remote} is closed`)
    signal?.throwIfAborted()
    const asked = options.lifetime ?? DEFAULT_INTEREST_LIFETIME_MS
    const lifetime = Math.min(MAX_TIMER_MS, Math.max(1, Math.round(asked)))
    const wire = encodeInterest(interestFields(name, lifetime, options), this.#form)
    // The digest of parameters is part of the name that the Data answers.
    const hasDigest = options.applicationParameters !== undefined || options.signer !== undefined
    const pendingName = hasDigest ? Interest.decode(wire).name : name
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#pending.remove(pending, waiter)
        cancel()
        signal?.removeEventListener('abort', abort)
      }
      const waiter: Waiter = {
        resolve: (data, isMarked) => {
          settle()
          if (isMarked) onCongestionMark?.()
          resolve(data)
        },
        reject: (error) => {
          settle()
          reject(error)
        },
      }
      const abort = (): void => waiter.reject(signal?.reason as Error)
      const cancel = this.clock.after(lifetime, () => waiter.reject(new TimeoutError(name, lifetime)))
      signal?.addEventListener('abort', abort)
      const pending = this.#pending.add({ name: pendingName, canBePrefix, mustBeFresh }, waiter)
      const frame = encodeLp(wire, { pitToken: encodeToken(pending.token) })
      if (frame.length <= MAX_PACKET_SIZE) this.#face.send(frame)
      else waiter.reject(new PacketError('oversized', `${name} is too long for an Interest`))
    })
  }

  /**
   * Gives Interests under a prefix to a handler of their own in the place of `onInterest`, until what it returns is called. It is for
   * somebody else to lead them here.
   */
  serve(prefix: Name, onInterest: NonNullable<EndpointOptions['onInterest']>): () => void {
    this.#served.set(prefix, onInterest)
    return () => void this.#served.delete(prefix)
  }

  #handlerOf(name: Name): EndpointOptions['onInterest'] {
    for (const [prefix, onInterest] of this.#served) if (prefix.isPrefixOf(name)) return onInterest
    return this.#onInterest
  }

  /** Sends a Data. @param pitToken that of the Interest that it answers */
  answer(data: Uint8Array, pitToken: Uint8Array | undefined): void {
    this.#send(encodeLp(data, { pitToken }))
  }

  /** Refuses an Interest. @param reason see `NackReason` */
  nack(interest: Interest, reason: number, pitToken: Uint8Array | undefined): void {
    this.#send(encodeLp(interest.wire, { nackReason: reason, pitToken }))
  }

  close(): void {
    this.#face.close()
  }

  /** A frame that its link header makes too large would cost the face: the peer closes it. */
  #send(frame: Uint8Array): void {
    if (frame.length <= MAX_PACKET_SIZE) this.#face.send(frame)
  }

  /** @param frame a copy of its own: what is answered and asked is kept, and the face uses its memory again */
  #receive(frame: Uint8Array): void {
    let packet: Packet
    try {
      packet = decodePacket(frame)
    } catch (error) {
      // What a router sends has passed its own decoder; anything else is not worth an answer.
      if (error instanceof PacketError) return
      throw error
    }
    switch (packet.kind) {
      case 'interest':
        this.#handlerOf(packet.interest.name)?.(packet.interest, packet.pitToken, packet.incomingFaceId)
        break
      case 'data': {
        const { data, pitToken, congestionMark = 0 } = packet
        const waiters = this.#pending.find(pitToken, (pending) => data.answers(pending))
        for (const waiter of waiters) waiter.resolve(data, congestionMark > 0)
        break
      }
      case 'nack': {
        const { interest, reason, pitToken } = packet
        const waiters = this.#pending.find(pitToken, (pending) => isOf(pending, interest))
        for (const waiter of waiters) waiter.reject(new NackError(interest.name, reason))
        break
      }
    }
  }
}

/** Field by field: to copy all but some takes many times as long. */
function interestFields(name: Name, lifetime: number, options: ExpressOptions): InterestFields {
  const { canBePrefix, mustBeFresh, forwardingHint, nonce, hopLimit, applicationParameters, signer } = options
  return {
    name,
    canBePrefix,
    mustBeFresh,
    forwardingHint,
    nonce,
    lifetime,
    hopLimit,
    applicationParameters,
    signer,
  }
}

function isOf(pending: PendingInterest, { name, canBePrefix, mustBeFresh }: Interest): boolean {
  return (
    pending.canBePrefix === canBePrefix && pending.mustBeFresh === mustBeFresh && pending.name.equals(name)
  )
}
