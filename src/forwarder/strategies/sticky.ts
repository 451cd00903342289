import { NackReason } from '../../packet/index.ts'
import type { NextHop } from '../fib.ts'
import { NONE } from '../hash-table.ts'
import { ANSWERED, Assignments, IN_HAND, MAX_ASSIGNMENTS, OPEN } from './assignments.ts'
import { LeastWait } from './least-wait.ts'
import { askAnother, isAwaited } from './next-hops.ts'
import { type RetransmissionOptions, RetransmissionSuppression } from './retransmission.ts'
import type { PendingInterest, Strategy } from './strategy.ts'

/**
 * After so many time-outs of a name in a row, in which its next hop answered nothing else either, the name goes to another. More than
 * with Asf: a function that works for long says nothing meanwhile, and elsewhere the work would begin anew.
 */
export const DEFAULT_STICKY_MAX_TIMEOUTS = 4

/** A retry so long after a time-out still waits for the same work; later nobody has waited meanwhile. In milliseconds. */
const RETRY_WITHIN_MS = 1000

export interface StickyOptions extends RetransmissionOptions {
  /** At most 255. @defaultValue {@link DEFAULT_STICKY_MAX_TIMEOUTS} */
  readonly maxTimeouts?: number | undefined
  /** Most names whose next hop is remembered. @defaultValue {@link MAX_ASSIGNMENTS} */
  readonly maxAssignments?: number | undefined
  /** A number from 0 up to, but without, 1. @defaultValue Math.random */
  readonly random?: (() => number) | undefined
}

/**
 * For functions with several instances: all that is asked of one result, in however many segments and retries, goes to one next hop,
 * for the others would do the work anew. What belongs to one result `resultHash` tells. A new result goes where the wait is the
 * shortest (see `least-wait.ts`). It moves on when its next hop is gone, sends a Nack, or is silent too often.
 *
 * One object measures for all names that it serves: it is best set for each function by itself.
 */
export class Sticky implements Strategy {
  readonly name = 'sticky'
  readonly version = 1
  readonly #suppression: RetransmissionSuppression
  readonly #maxTimeouts: number
  readonly #waits: LeastWait
  readonly #assignments: Assignments

  constructor(options: StickyOptions = {}) {
    const {
      maxTimeouts = DEFAULT_STICKY_MAX_TIMEOUTS,
      maxAssignments = MAX_ASSIGNMENTS,
      random = Math.random,
    } = options
    this.#suppression = new RetransmissionSuppression(options)
    this.#maxTimeouts = maxTimeouts
    this.#waits = new LeastWait(random)
    this.#assignments = new Assignments((entry) => this.#release(entry), maxAssignments)
  }

  /** Results that are remembered. */
  get size(): number {
    return this.#assignments.size
  }

  /** Results that a next hop was asked for and has not answered yet, as far as is known. */
  inHand(face: number): number {
    return this.#waits.get(face)?.inHand ?? 0
  }

  afterReceiveInterest(interest: PendingInterest): void {
    if (this.#suppression.suppresses(interest)) {
      interest.suppress()
      return
    }
    const entry = this.#findUsable(interest)
    if (entry !== NONE) {
      if (!this.#send(interest, entry)) interest.reject(interest.nackReason)
      return
    }
    const hop = this.#choose(interest)
    if (hop === undefined || !this.#assign(interest, hop.face)) interest.reject(interest.nackReason)
  }

  afterReceiveNack(interest: PendingInterest, face: number, reason: number): void {
    // That an Interest goes in a circle says nothing about other names.
    if (reason !== NackReason.Duplicate) this.#waits.get(face)?.pause(interest.now)
    const entry = this.#findUsable(interest)
    // It may have moved on before, over another Interest.
    if (entry !== NONE && (isAwaited(interest) || this.#send(interest, entry))) return
    askAnother(
      interest,
      () => this.#waits.choose(interest, 'untried'),
      (hop) => this.#assign(interest, hop),
    )
  }

  /** The entry of a name whose next hop is there and has not sent a Nack, or NONE: another is forgotten. */
  #findUsable(interest: PendingInterest): number {
    const assignments = this.#assignments
    const entry = assignments.find(interest.resultHash, interest.now)
    if (entry === NONE) return NONE
    if (isUsable(interest, assignments.faces[entry] as number)) {
      assignments.touch(entry, interest.now)
      return entry
    }
    assignments.remove(entry)
    return NONE
  }

  /** Gives a name to a next hop. False if the Interest is too large for it. */
  #assign(interest: PendingInterest, face: number): boolean {
    const { resultHash, now } = interest
    const known = this.#assignments.find(resultHash, now)
    if (known !== NONE) this.#assignments.remove(known)
    const entry = this.#assignments.add(resultHash, face, now)
    if (this.#send(interest, entry)) return true
    this.#assignments.remove(entry)
    return false
  }

  #choose(interest: PendingInterest): NextHop | undefined {
    const { nextHops } = interest
    // Nearly always there is one, and nothing to choose.
    if (nextHops.length < 2) return nextHops[0]
    return this.#waits.choose(interest, 'untried') ?? this.#waits.choose(interest, 'pending')
  }

  #send(interest: PendingInterest, entry: number): boolean {
    const assignments = this.#assignments
    const face = assignments.faces[entry] as number
    if (!interest.send(face)) return false
    // It may have been answered here, and not sent.
    if (assignments.states[entry] !== OPEN || interest.sentAt(face) !== interest.now) return true
    assignments.states[entry] = IN_HAND
    if (interest.now - (assignments.timedOutAt[entry] as number) > RETRY_WITHIN_MS)
      assignments.givenAt[entry] = interest.now
    this.#waits.of(face).inHand++
    return true
  }

  beforeSatisfyInterest(interest: PendingInterest, face: number, rtt: number): void {
    const { now } = interest
    const load = this.#waits.of(face)
    load.answered(now)
    const assignments = this.#assignments
    const entry = assignments.find(interest.resultHash, now)
    if (entry === NONE) return
    const isAssigned = assignments.faces[entry] === face
    if (isAssigned) assignments.timeouts[entry] = 0
    if (assignments.states[entry] === ANSWERED) return
    this.#release(entry)
    load.measure(isAssigned ? now - (assignments.givenAt[entry] as number) : rtt, now)
    // Where the first answer comes from, the rest is.
    assignments.faces[entry] = face
    assignments.states[entry] = ANSWERED
  }

  beforeExpireInterest(interest: PendingInterest): void {
    const { now } = interest
    const assignments = this.#assignments
    const entry = assignments.find(interest.resultHash, now)
    if (entry === NONE) return
    const face = assignments.faces[entry] as number
    const sentAt = interest.sentAt(face)
    const load = this.#waits.get(face)
    if (sentAt === undefined || load === undefined) return
    const last = assignments.timedOutAt[entry] as number
    assignments.timedOutAt[entry] = now
    this.#release(entry)
    if (load.answeredAt > sentAt) {
      assignments.timeouts[entry] = 0
      return
    }
    load.pause(now)
    // Of many Interests that were sent together the first counts.
    if (sentAt < last) return
    assignments.timeouts[entry] = (assignments.timeouts[entry] as number) + 1
    if ((assignments.timeouts[entry] as number) >= this.#maxTimeouts) assignments.remove(entry)
  }

  afterAbandonInterest(interest: PendingInterest): void {
    const entry = this.#assignments.find(interest.resultHash, interest.now)
    if (entry !== NONE) this.#release(entry)
  }

  nextHopOf(resultHash: number, now: number): number | undefined {
    const entry = this.#assignments.find(resultHash, now)
    return entry === NONE ? undefined : this.#assignments.faces[entry]
  }

  removeFace(face: number): void {
    this.#waits.remove(face)
  }

  /** Its next hop is not waited for any more. */
  #release(entry: number): void {
    if (this.#assignments.states[entry] !== IN_HAND) return
    this.#assignments.states[entry] = OPEN
    const load = this.#waits.get(this.#assignments.faces[entry] as number)
    if (load !== undefined) load.inHand--
  }
}

/** Whether a next hop is still there and has not sent a Nack. */
function isUsable(interest: PendingInterest, face: number): boolean {
  for (const hop of interest.nextHops) if (hop.face === face) return interest.state(face) !== 'nacked'
  return false
}
