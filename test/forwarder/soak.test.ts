import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { DROP_REASONS, Forwarder, type ForwarderCounters } from '../../src/forwarder/index.ts'
import { encodeLp, NackReason, Name } from '../../src/packet/index.ts'
import { dataWire, interestWire } from './fixture.ts'

/** Interests that are sent; ten times as many where all is checked that must hold. */
const INTERESTS = Number(process.env.SOAK_INTERESTS ?? 1_000_000)
const CONSUMERS = 8
const PRODUCERS = 4
/** Consumers that ask before any producer answers, and Interests that each of them sends. */
const ASKING = 3
const BURST = 64
/** Names that are asked for again and again, by all. */
const POPULAR = 2000
const LIFETIME_MS = 200
/** Fewer than may be wanted at a time, so that the bound is reached. */
const MAX_PENDING = 280
const MAX_CACHED = 3000
const ROUND_MS = 5
/** Octets by which the heap, and the arrays beside it, may have grown since the first tenth. */
const FLAT = 8 * 1024 * 1024

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** A packet for `/p/<producer>/<number>` whose number and nonce are written anew each time. */
class Template {
  readonly wire: Buffer
  readonly #numberAt: number
  readonly #nonceAt: number

  constructor(make: (name: Name) => Uint8Array, producer: number) {
    this.wire = Buffer.from(make(Name.parse(`/p/${producer}/########`)))
    this.#numberAt = this.wire.indexOf('########')
    this.#nonceAt = this.wire.indexOf('!!!!')
  }

  write(number: number, nonce: number): Buffer {
    let rest = number
    for (let at = this.#numberAt + 7; at >= this.#numberAt; at--, rest = Math.floor(rest / 10))
      this.wire[at] = 48 + (rest % 10)
    if (this.#nonceAt >= 0) this.wire.writeUInt32BE(nonce, this.#nonceAt)
    return this.wire
  }

  readNumber(buffer: Uint8Array, start: number): number {
    let number = 0
    for (let at = start + this.#numberAt; at < start + this.#numberAt + 8; at++)
      number = number * 10 + (buffer[at] as number) - 48
    return number
  }
}

const interests = Array.from(
  { length: PRODUCERS },
  (_, producer) =>
    new Template(
      (name) => interestWire(name, { nonce: Buffer.from('!!!!').readUInt32BE(), lifetime: LIFETIME_MS }),
      producer,
    ),
)
const data = Array.from(
  { length: PRODUCERS },
  (_, producer) =>
    new Template((name) => dataWire(name, { freshnessPeriod: 60_000, content: Buffer.alloc(100) }), producer),
)

/** xorshift32: the same traffic in every run. */
let state = 0x2545f491
function random(below: number): number {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % below
}

/** Counters of all faces that there ever were. */
const total: Record<string, number> = {}
function addUp(counters: ForwarderCounters): void {
  for (const [what, value] of Object.entries({ ...counters, ...counters.drops }))
    if (typeof value === 'number') total[what] = (total[what] ?? 0) + value
}

/** Traffic through one forwarder, with faces that come and go. */
class Traffic {
  now = 1000
  sent = 0
  /** Interests that were pending for a face when it went. */
  lost = 0
  replaced = 0
  readonly forwarder = new Forwarder({
    clock: () => this.now,
    maxPending: MAX_PENDING,
    contentStore: { maxPackets: MAX_CACHED, policy: 's3-fifo' },
  })
  readonly #consumers = Array.from({ length: CONSUMERS }, () => this.#newConsumer())
  readonly #producers = Array.from({ length: PRODUCERS }, (_, producer) => this.#newProducer(producer))
  /** What each producer was asked for. */
  readonly #asked: { number: number; wire: Buffer }[][] = Array.from({ length: PRODUCERS }, () => [])
  #next = POPULAR

  #newConsumer(): number {
    return this.forwarder.addFace({ send: () => true })
  }

  #newProducer(producer: number): number {
    const send = (buffer: Uint8Array, start: number, end: number): boolean => {
      const number = (interests[producer] as Template).readNumber(buffer, start)
      this.#asked[producer]?.push({ number, wire: Buffer.from(buffer.subarray(start, end)) })
      return true
    }
    const face = this.forwarder.addFace({ send })
    this.forwarder.fib.add(Name.parse(`/p/${producer}`), face, 0)
    return face
  }

  round(): void {
    for (let i = 0; i < ASKING; i++) this.#ask(this.#consumers[random(CONSUMERS)] as number)
    if (random(200) === 0) this.#replaceConsumer(random(CONSUMERS))
    if (random(200) === 0) this.#replaceProducer(random(PRODUCERS))
    for (let producer = 0; producer < PRODUCERS; producer++) this.#answer(producer)
    this.now += ROUND_MS
    this.forwarder.expire()
  }

  #ask(consumer: number): void {
    for (let i = 0; i < BURST; i++) {
      const number = random(4) === 0 ? random(POPULAR) : this.#next++ % 100_000_000
      const interest = interests[number % PRODUCERS] as Template
      this.forwarder.receive(consumer, interest.write(number, this.sent++))
    }
  }

  #answer(producer: number): void {
    const face = this.#producers[producer] as number
    for (const { number, wire } of this.#asked[producer]?.splice(0) ?? []) {
      // What is popular is always answered, so that nobody asks for it again while it is pending from an earlier round.
      const fate = number < POPULAR ? 99 : random(100)
      if (fate < 2) continue
      if (fate < 5) this.forwarder.receive(face, encodeLp(wire, { nackReason: NackReason.Congestion }))
      else this.forwarder.receive(face, (data[producer] as Template).write(number, 0))
    }
  }

  #replaceConsumer(index: number): void {
    const face = this.#consumers[index] as number
    const { interestsIn, dataOut, nacksOut, expired, suppressed } = this.#remove(face)
    this.lost += interestsIn - dataOut - nacksOut - expired - suppressed
    this.#consumers[index] = this.#newConsumer()
  }

  #replaceProducer(index: number): void {
    this.#remove(this.#producers[index] as number)
    this.#asked[index]?.splice(0)
    this.#producers[index] = this.#newProducer(index)
  }

  #remove(face: number): ForwarderCounters {
    const counters = this.forwarder.counters(face) as ForwarderCounters
    this.forwarder.removeFace(face)
    addUp(counters)
    this.replaced++
    return counters
  }

  end(): void {
    this.now += LIFETIME_MS + 100
    this.forwarder.expire()
    for (const face of [...this.#consumers, ...this.#producers])
      addUp(this.forwarder.counters(face) as ForwarderCounters)
  }
}

function memory(): { heap: number; arrays: number } {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return { heap: heapUsed, arrays: arrayBuffers }
}

t.test(
  `${INTERESTS} Interests while faces come and go: each is accounted for, and memory stays flat`,
  async (t) => {
    const traffic = new Traffic()
    while (traffic.sent < INTERESTS / 10) traffic.round()
    const before = memory()
    while (traffic.sent < INTERESTS) traffic.round()
    const after = memory()
    traffic.end()

    t.ok(
      after.heap - before.heap < FLAT && after.arrays - before.arrays < FLAT,
      JSON.stringify({ before, after }),
    )
    const { pit, contentStore } = traffic.forwarder
    t.equal(pit.size, 0)
    t.equal(pit.bytes, 0)
    t.ok(contentStore.packets <= MAX_CACHED)

    const of = (what: string): number => total[what] ?? 0
    t.equal(of('interestsIn'), traffic.sent)
    t.equal(of('dataOut') + of('nacksOut') + of('expired') + of('suppressed') + traffic.lost, traffic.sent)
    t.equal(contentStore.hits + contentStore.misses, traffic.sent)
    t.equal(contentStore.insertions, of('dataIn') - of('unsolicited') - of('straggler'))
    const asked = of('interestsIn') - contentStore.hits - of('aggregated') - of('suppressed')
    t.equal(of('interestsOut'), asked - of('pit-full') - of('no-route') - of('duplicate-nonce'))

    for (const what of ['pit-full', 'aggregated', 'suppressed', 'expired', 'unsolicited'])
      t.ok(of(what) > 0, `${what}: ${of(what)}`)
    t.ok(traffic.lost > 0 && traffic.replaced > 0, `${traffic.replaced} faces replaced`)
    const expected = ['pit-full', 'unsolicited', 'straggler', 'no-route', 'unexpected-nack']
    for (const reason of DROP_REASONS) if (!expected.includes(reason)) t.equal(of(reason), 0, reason)
  },
)
