import { TT } from '../../src/packet/index.ts'
import type { Link } from './links.ts'
import type { Load, LoadSample } from './load.ts'
import { PacketWriter } from './packet-writer.ts'
import { dataTemplate, interestTemplate, patch, type Template } from './packets.ts'
import { last, readPacket } from './read-packet.ts'

/** Names are in one of so many places by the end of their number. */
const PLACES = 2 ** 16

/** After so long without an answer a name is lost, in milliseconds; how often that is looked at. */
const LOST_AFTER_MS = 500
const LOOK_EVERY_MS = 50

/** After so long without any Data something is wrong, in milliseconds. */
const STALLED_AFTER_MS = 5000

/** One Data in so many is compared octet by octet. */
const COMPARE_EVERY = 1024

/** Consumers by bit of a place's mask. */
const MAX_CONSUMERS = 31

/** Numbers the names of all loads of this process, so that none is asked for twice unless that is meant. */
let nextNumber = 0

/** Mixes a number into a Nonce: Nonces must differ, not be secret. */
function nonceOf(number: number, consumer: number): number {
  return Math.imul(number ^ (consumer << 27), 0x9e3779b1)
}

/** One load from its first Interest to its last Data. */
export class LoadRun {
  readonly #load: Load
  readonly #interests: readonly PacketWriter[]
  readonly #producer: Link
  readonly #expected: Template
  #data: PacketWriter
  /** Size of the PIT token that comes with Interests. */
  #tokenBytes = 0
  /** The number that was asked for at each place. */
  readonly #numbers = new Uint32Array(PLACES)
  /** The consumers that wait for it, as bits. */
  readonly #waiting = new Uint32Array(PLACES)
  readonly #askedAt = new Float64Array(PLACES)
  readonly #everyone: number
  /** Names under way. */
  #pending = 0
  #isOver = false
  #answered = 0
  #produced = 0
  #lost = 0
  #compared = 0
  readonly #latencies: number[] = []
  #isTimed = false
  /** Milliseconds, at the last look for what got lost. */
  #now = performance.now()
  /** The first of the names that are asked for again. */
  readonly #firstAgain: number
  #asked = 0
  #left: number
  #finish: (error?: Error) => void = () => {}

  /** @param left names to ask for, after which it is over; by default it goes on until told */
  constructor(load: Load, consumers: readonly Link[], producer: Link, firstAgain: number, left = Infinity) {
    if (consumers.length > MAX_CONSUMERS) throw new RangeError(`at most ${MAX_CONSUMERS} consumers`)
    this.#load = load
    const template = interestTemplate(load.form)
    this.#interests = consumers.map((link) => new PacketWriter(link, template))
    this.#producer = producer
    this.#expected = dataTemplate(load.form, load.payload)
    this.#data = new PacketWriter(producer, this.#expected)
    this.#everyone = 2 ** consumers.length - 1
    this.#firstAgain = firstAgain
    this.#left = left
  }

  /** Sets names aside that are asked for again; returns the first of their numbers. */
  static reserve(count: number): number {
    const first = nextNumber
    nextNumber += count
    return first
  }

  /** @throws Error on any answer that is not what was asked for, or none */
  async run(): Promise<LoadSample> {
    const { warmUp, duration, window, isLossy } = this.#load
    const timers: NodeJS.Timeout[] = []
    let [began, ended, countBefore, countAfter] = [performance.now(), 0, 0, 0]
    const end = (): void => {
      if (this.#answered === countBefore) {
        // On a machine that has no time for this the first Data may take longer; `#checkProgress` ends it if none comes.
        timers.push(setTimeout(end, LOOK_EVERY_MS))
        return
      }
      ended = performance.now()
      countAfter = this.#answered
      this.#isOver = true
      this.#finishIfDone()
    }
    const finished = new Promise<void>((resolve, reject) => {
      this.#finish = (error) => (error === undefined ? resolve() : reject(error))
    })
    timers.push(
      setInterval(() => {
        if (isLossy) this.#sweep()
        this.#checkProgress()
      }, LOOK_EVERY_MS),
    )
    if (this.#left === Infinity) {
      timers.push(
        setTimeout(() => {
          began = performance.now()
          countBefore = this.#answered
          this.#isTimed = window === 1
          timers.push(setTimeout(end, duration))
        }, warmUp),
      )
    }
    for (let i = 0; i < window; i++) this.#askNext()
    this.onTurn()
    try {
      await finished
    } finally {
      for (const timer of timers) clearTimeout(timer)
    }
    return {
      count: countAfter - countBefore,
      total: this.#answered,
      elapsed: ended - began,
      latencies: this.#latencies,
      produced: this.#produced,
      lost: this.#lost,
      compared: this.#compared,
    }
  }

  fail(error: Error): void {
    this.#isOver = true
    this.#finish(error)
  }

  /** What came in together has been looked at: what it gave rise to goes out. */
  onTurn(): void {
    for (const writer of this.#interests) writer.flush()
    this.#data.flush()
  }

  /** A frame came to the producer. */
  onProducerFrame(bytes: Uint8Array, start: number, end: number): void {
    if (readPacket(bytes, start, end) !== TT.Interest) return
    const { number, tokenAt, tokenBytes } = last
    this.#produced++
    if (tokenBytes !== this.#tokenBytes) {
      const { form, payload } = this.#load
      this.#data.flush()
      this.#data = new PacketWriter(this.#producer, dataTemplate(form, payload, tokenBytes))
      this.#tokenBytes = tokenBytes
    }
    if (tokenBytes === 0) this.#data.add(number, 0)
    else this.#data.addWithToken(number, bytes, tokenAt, tokenBytes)
  }

  /** A frame came to a consumer. */
  onConsumerFrame(consumer: number, bytes: Uint8Array, start: number, end: number): void {
    const kind = readPacket(bytes, start, end)
    const { number } = last
    if (kind !== TT.Data) {
      if (kind === TT.LpNack) this.fail(new Error(`a Nack came for name ${number}`))
      return
    }
    const place = number % PLACES
    const bit = 1 << consumer
    const waiting = this.#waiting[place] as number
    if (this.#numbers[place] !== number || (waiting & bit) === 0) {
      // What was given up for lost may still come.
      if (!this.#load.isLossy) this.fail(new Error(`Data ${number} came, which was not asked for`))
      return
    }
    if (last.end - last.start !== this.#expected.bytes.length) {
      this.fail(new Error(`Data ${number} has ${last.end - last.start} octets`))
      return
    }
    if (this.#answered++ % COMPARE_EVERY === 0) this.#compare(bytes, last.start, last.end, number)
    this.#waiting[place] = waiting & ~bit
    if (waiting !== bit) return
    this.#pending--
    if (this.#isTimed) this.#latencies.push(performance.now() - (this.#askedAt[place] as number))
    if (this.#isOver) this.#finishIfDone()
    else this.#askNext()
  }

  #compare(bytes: Uint8Array, start: number, end: number, number: number): void {
    const { bytes: expected, numberAt } = this.#expected
    patch(expected, numberAt, number)
    if (Buffer.compare(bytes.subarray(start, end), expected) !== 0) {
      this.fail(new Error(`Data ${number} is not what the producer sent`))
    }
    this.#compared++
  }

  #askNext(): void {
    if (this.#left === 0) {
      this.#isOver = true
      this.#finishIfDone()
      return
    }
    this.#left--
    const number = this.#nextFree()
    const place = number % PLACES
    this.#numbers[place] = number
    this.#waiting[place] = this.#everyone
    this.#askedAt[place] = this.#load.window === 1 ? performance.now() : this.#now
    this.#pending++
    for (let i = 0; i < this.#interests.length; i++) {
      const writer = this.#interests[i] as PacketWriter
      writer.add(number, nonceOf(number + this.#asked, i))
    }
    this.#asked++
  }

  /** The next number whose place is free; only one that waits for what was lost is not. */
  #nextFree(): number {
    const { again } = this.#load
    for (;;) {
      const number = again > 0 ? this.#firstAgain + (this.#asked % again) : nextNumber++
      if (this.#waiting[number % PLACES] === 0) return number
      if (again > 0) throw new Error('a window as large as the set of names')
    }
  }

  #finishIfDone(): void {
    if (this.#isOver && this.#pending === 0) this.#finish()
  }

  /** Gives up what has had no answer for long, and asks for something else. */
  #sweep(): void {
    this.#now = performance.now()
    for (let place = 0; place < PLACES; place++) {
      if (this.#waiting[place] === 0 || this.#now - (this.#askedAt[place] as number) < LOST_AFTER_MS) continue
      this.#waiting[place] = 0
      this.#pending--
      this.#lost++
      if (!this.#isOver) this.#askNext()
    }
    this.onTurn()
    this.#finishIfDone()
  }

  #lastAnswered = 0
  #progressAt = performance.now()

  #checkProgress(): void {
    const now = performance.now()
    if (this.#answered !== this.#lastAnswered) this.#progressAt = now
    this.#lastAnswered = this.#answered
    if (now - this.#progressAt > STALLED_AFTER_MS) {
      this.fail(new Error(`no Data for ${STALLED_AFTER_MS} ms, with ${this.#pending} names asked for`))
    }
  }
}
