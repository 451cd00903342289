import { type Forwarder, LAST_RESORT_COST } from '../forwarder/index.ts'
import { instanceName, isOfInstance } from '../function/index.ts'
import { Data, encodeLp, Frame, Interest, NackReason, type Name, TT } from '../packet/index.ts'
import { isOfResult, QUIET_MS, untilQuiet } from './quiet.ts'

/** What becomes of new work while an instance finishes what it has in hand. */
export type NewWork =
  /** It is refused where another next hop can have it, and otherwise taken. */
  | 'elsewhere'
  /** It is refused: another next hop is asked, or nobody. */
  | 'refused'
  /** It is refused where another next hop can have it, and otherwise waits for the next instance. */
  | 'waits'

/** What is to be done with a packet: `aside`, it is no work, but an answer to the instance or a question of the instance itself. */
type Passage = 'aside' | 'pass' | 'wait' | 'refused'

/** How often it is noted that an instance answers, in milliseconds: much shorter than what counts as quiet. */
const NOTE_EVERY_MS = QUIET_MS / 10

const frame = new Frame()
const interest = new Interest()
const data = new Data()

/** What the content's name of a question begins with. */
const QUESTION = instanceName('', '').slice(1, 2).value

/** What comes to an instance passes here: so it can finish what it has, and be given nothing new. */
export class Gate {
  readonly #forwarder: Forwarder
  readonly #face: number
  #newWork: NewWork | undefined
  /** What was pending when it was closed, and what was taken since: by the keys of names. */
  readonly #inHand = new Set<string>()
  readonly #waiting = new Set<string>()
  #askedAt = Number.NEGATIVE_INFINITY
  #answeredAt = Number.NEGATIVE_INFINITY

  /** @param face of the instance */
  constructor(forwarder: Forwarder, face: number) {
    this.#forwarder = forwarder
    this.#face = face
  }

  /** When it was last asked for work, in milliseconds of `performance.now()`. */
  get askedAt(): number {
    return this.#askedAt
  }

  /** When it was last asked for work, or gave some of a result. What took long may be fetched further only from then on. */
  get usedAt(): number {
    return Math.max(this.#askedAt, this.#answeredAt)
  }

  /** What it does with new work; undefined: it is taken. */
  get newWork(): NewWork | undefined {
    return this.#newWork
  }

  close(newWork: NewWork): void {
    if (this.#newWork === undefined) this.#pending((key) => this.#inHand.add(key))
    this.#newWork = newWork
  }

  /** @returns whether something waits that is to be sent again */
  open(): boolean {
    this.#newWork = undefined
    this.#inHand.clear()
    const hasWaiting = this.#waiting.size > 0
    this.#waiting.clear()
    return hasWaiting
  }

  /** Looks at a packet on its way to the instance. An Interest that is refused gets its Nack. @param hasFailed whether it would be in vain */
  judge(buffer: Uint8Array, start: number, end: number, hasFailed: boolean): Passage {
    frame.read(buffer, start, end)
    // What the instance itself has asked for is answered.
    if (frame.nackReason >= 0 || frame.type !== TT.Interest) return 'aside'
    interest.read(frame.buffer, frame.start, frame.end)
    if (isQuestion(interest)) return 'aside'
    if (this.#newWork !== undefined || hasFailed) {
      // A copy: its flat name is put together where the forwarder has put together the frame.
      const copy = Interest.decode(Buffer.from(interest.wire))
      const passage = this.#judge(copy.name, hasFailed)
      if (passage === 'refused') this.#refuse(copy)
      if (passage !== 'pass') return passage
    }
    this.#askedAt = performance.now()
    return 'pass'
  }

  /** Looks at a packet that came from the instance. */
  heard(buffer: Uint8Array, start: number, end: number): void {
    const now = performance.now()
    if (now - this.#answeredAt < NOTE_EVERY_MS) return
    try {
      frame.read(buffer, start, end)
      if (frame.type !== TT.Data || isOfInstance(data.read(frame.buffer, frame.start, frame.end).name)) return
      this.#answeredAt = now
    } catch {
      // No packet: the forwarder drops it, too.
    }
  }

  #judge(name: Name, hasFailed: boolean): Passage {
    if (hasFailed && this.#hasOther(name)) return 'refused'
    if (this.#newWork === undefined || this.#inHand.has(name.key) || isOfResult(name)) return 'pass'
    if (this.#newWork === 'refused' || this.#hasOther(name)) return 'refused'
    if (this.#newWork === 'waits') {
      this.#waiting.add(name.key)
      return 'wait'
    }
    this.#inHand.add(name.key)
    return 'pass'
  }

  /** Whether a name also leads to a next hop that takes new work. */
  #hasOther(name: Name): boolean {
    return this.#forwarder.fib
      .lookup(name)
      .some(({ face, cost }) => face !== this.#face && cost < LAST_RESORT_COST)
  }

  /** As if the instance did, once the forwarder is done with the Interest. */
  #refuse({ wire }: Interest): void {
    queueMicrotask(() =>
      this.#forwarder.receive(this.#face, encodeLp(wire, { nackReason: NackReason.NoRoute })),
    )
  }

  /** Resolves when nothing is in hand and it was not used for a while; with false where that is not so in time (milliseconds). */
  finished(limit: number, signal: AbortSignal): Promise<boolean> {
    return untilQuiet(() => this.isQuiet(QUIET_MS), limit, signal)
  }

  /** Whether nothing is in hand, and it was not used for so many milliseconds. */
  isQuiet(ms: number): boolean {
    if (performance.now() - this.usedAt < ms) return false
    let isBusy = false
    this.#pending((key) => {
      isBusy ||= !this.#waiting.has(key)
    })
    return !isBusy
  }

  #pending(look: (key: string) => void): void {
    this.#forwarder.answerPending(this.#face, (name) => {
      if (!isOfInstance(name)) look(name.key)
      return undefined
    })
  }
}

/** Whether an instance is asked of itself: nearly always the first octets tell, where they lie. */
function isQuestion({ buffer, nameStart, nameEnd }: Interest): boolean {
  if (nameEnd - nameStart < QUESTION.length) return false
  return QUESTION.every((octet, index) => buffer[nameStart + index] === octet)
}
