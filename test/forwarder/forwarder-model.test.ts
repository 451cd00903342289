import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { NONE } from '../../src/forwarder/hash-table.ts'
import { STRAGGLER_MS, StrategyRegistry } from '../../src/forwarder/index.ts'
import { Interest, Name } from '../../src/packet/index.ts'
import { dataWire, type FakeFace, Fixture, hashesOf, name } from './fixture.ts'
import { isPrefix } from './model.ts'

const MAX_PENDING = 8
const MAX_PENDING_BYTES = 2000
const MAX_PACKETS = 5
const MAX_FACES = 7
const STRATEGIES = ['best-route', 'multicast', 'asf', 'random', 'sticky']
const PREFIXES = ['/a', '/a/b', '/', '/128=F', '/localhop']
const NAMES = [
  ...['/a', '/a/b', '/a/b/1', '/a/b/2', '/a/b/3', '/a/c', '/a/c/seg=0', '/a/c/seg=1', '/a/d'],
  ...['/128=F/a', '/128=F/a/b/1', '/128=F/128=F/a', '/c', '/localhop/x', '/localhost/x'],
]

const steps = fc.array(
  fc.record({
    kind: fc.integer({ min: 0, max: 99 }),
    face: fc.nat(),
    name: fc.constantFrom(...NAMES),
    prefix: fc.constantFrom(...PREFIXES),
    chosen: fc.nat(),
    canBePrefix: fc.boolean(),
    mustBeFresh: fc.boolean(),
    ms: fc.integer({ min: 0, max: 400 }),
  }),
  { minLength: 30, maxLength: 250, size: 'max' },
)
type StepOf = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never

interface Peer {
  readonly face: FakeFace
  readonly isMultiAccess: boolean
  readonly isFunction: boolean
  /** Names that it asked for, and Interests that it was sent. */
  readonly wants: { name: Name; canBePrefix: boolean }[]
  readonly asked: Interest[]
}

interface Counted {
  in: number
  /** Interests that came to an end: answered, refused or expired. */
  over: number
  pending: number
  /** Interests and Data that were dropped without a word before they were looked up in a table. */
  early: number
  duplicates: number
}

/** What came about in all runs, so that each is known to have been tried. */
const seen: Record<string, number> = {}

class World {
  readonly fixture: Fixture
  readonly peers: Peer[] = []
  readonly #registry: StrategyRegistry
  #random = 1

  constructor(policy: 'lru' | 's3-fifo') {
    this.fixture = new Fixture({
      maxPending: MAX_PENDING,
      maxPendingBytes: MAX_PENDING_BYTES,
      contentStore: { maxPackets: MAX_PACKETS, policy },
    })
    this.#registry = new StrategyRegistry({ random: () => this.#nextRandom() })
    for (const kind of [0, 1, 2, 3]) this.addFace(kind)
  }

  /** The same in every run, so that a failure can be repeated (Park and Miller). */
  #nextRandom(): number {
    this.#random = (this.#random * 16_807) % 0x7fffffff
    return this.#random / 0x7fffffff
  }

  addFace(kind: number): void {
    if (this.peers.length >= MAX_FACES) return
    const isFunction = kind % 4 === 3
    const isMultiAccess = kind % 4 === 2
    const options = isFunction ? { function: 'F', isLocal: true } : { isLocal: kind % 4 === 1, isMultiAccess }
    const face = this.fixture.face(options)
    this.peers.push({ face, isMultiAccess, isFunction, wants: [], asked: [] })
    this.fixture.route(isFunction ? '/128=F' : '/a', face, kind)
  }

  /** In-records of a face. */
  #pendingOf(face: number): number {
    const { pit } = this.fixture.forwarder
    return pit.entries().filter((entry) => pit.inRecords.find(pit.firstIn(entry), face) !== NONE).length
  }

  #count({ face }: Peer): Counted {
    const { interestsIn, dataOut, nacksOut, expired, drops } = face.counters
    const early = drops['hop-limit'] + drops.scope + drops['foreign-name']
    const over = dataOut + nacksOut + expired
    const pending = this.#pendingOf(face.id)
    return { in: interestsIn, over, pending, early, duplicates: drops['duplicate-nonce'] }
  }

  /** Does a step, and accounts for every Interest. */
  step(step: StepOf): void {
    const peer = this.peers[step.face % this.peers.length]
    if (peer === undefined) {
      this.addFace(step.chosen)
      return
    }
    const before = new Map(this.peers.map((each) => [each, this.#count(each)]))
    const { contentStore } = this.fixture.forwarder
    const { hits } = contentStore
    const isKnown = step.kind < 40 && this.#isPendingFor(peer, step)
    const what = this.#do(step, peer)
    seen[what] = (seen[what] ?? 0) + 1
    for (const [each, was] of before) {
      if (!this.peers.includes(each)) continue
      const is = this.#count(each)
      const early = what === 'interest' ? is.early - was.early : 0
      const left = is.in - was.in - (is.over - was.over) - (is.pending - was.pending) - early
      const isAnswered = early > 0 || is.duplicates > was.duplicates || contentStore.hits > hits
      if (each === peer && what === 'interest') {
        // Who asks again has one Interest pending all the same.
        if (!each.isMultiAccess) assert.equal(left, isKnown && !isAnswered ? 1 : 0, `${what} of ${step.name}`)
        else assert.ok(left === 0 || left === 1)
      } else if ((each === peer && what === 'data' && !each.isFunction) || each.isMultiAccess) {
        // Nobody gets its own Data back, nor a Nack on a link with several peers.
        assert.ok(left >= 0, what)
      } else assert.equal(left, 0, `${what} ${step.name}`)
    }
    this.#check()
  }

  #isPendingFor({ face }: Peer, { name: of, canBePrefix, mustBeFresh }: StepOf): boolean {
    const { pit } = this.fixture.forwarder
    const entry = pit.find(hashesOf(name(of)), canBePrefix, mustBeFresh)
    if (entry === NONE || pit.isSatisfied(entry) || (pit.expiries[entry] as number) < this.fixture.now)
      return false
    return pit.inRecords.find(pit.firstIn(entry), face.id) !== NONE
  }

  #do({ kind, name: of, prefix, chosen, canBePrefix, mustBeFresh, ms }: StepOf, peer: Peer): string {
    const { fixture } = this
    const { forwarder } = fixture
    const { face } = peer
    const asked = peer.asked[chosen % Math.max(1, peer.asked.length)]
    if (kind < 40) {
      const hopLimit = chosen % 5 === 0 ? { hopLimit: chosen % 3 } : {}
      peer.wants.push({ name: name(of), canBePrefix })
      face.interest(of, { canBePrefix, mustBeFresh, nonce: chosen % 12, lifetime: 5 * ms, ...hopLimit })
      return 'interest'
    }
    if (kind < 60) {
      face.data(asked === undefined || kind < 44 ? of : String(asked.name), { freshnessPeriod: ms })
      return 'data'
    }
    if (kind < 66) {
      if (asked === undefined) return 'nothing'
      face.nack(asked, [0, 50, 100, 150][chosen % 4] as number)
      return 'nack'
    }
    if (kind < 80) fixture.wait(kind < 78 ? ms / 8 : 4 * ms)
    // Time goes by without the wheel's turning.
    else if (kind < 83) fixture.now += ms
    else if (kind < 86) this.addFace(chosen)
    else if (kind < 88) {
      forwarder.removeFace(face.id)
      this.peers.splice(this.peers.indexOf(peer), 1)
      return 'face gone'
    } else if (kind < 91) forwarder.fib.add(name(prefix), face.id, chosen % 4)
    else if (kind < 93) forwarder.fib.remove(name(prefix), face.id)
    else if (kind < 96) {
      const strategy = this.#registry.findStrategy(
        Name.parse(`/localhost/nfd/strategy/${STRATEGIES[chosen % STRATEGIES.length]}`),
      )
      assert.ok(typeof strategy === 'object' && !(strategy instanceof Error))
      forwarder.strategies.set(name(prefix), strategy)
      return 'strategy'
    } else if (kind < 97) forwarder.strategies.unset(name(prefix))
    else if (kind < 98) forwarder.resend(face.id)
    else forwarder.answerPending(face.id, (of) => (chosen % 2 === 0 ? dataWire(of) : undefined))
    return 'other'
  }

  #check(): void {
    const { pit, contentStore } = this.fixture.forwarder
    assert.ok(pit.size <= MAX_PENDING && pit.bytes <= MAX_PENDING_BYTES)
    assert.ok(contentStore.packets <= MAX_PACKETS)
    assert.equal(pit.entries().length, pit.size)
    for (const peer of this.peers) {
      for (const packet of peer.face.take()) {
        seen[`${packet.kind} sent`] = (seen[`${packet.kind} sent`] ?? 0) + 1
        if (packet.kind === 'interest') {
          peer.asked.push(Interest.decode(packet.interest.wire))
          if (peer.asked.length > 8) peer.asked.shift()
        } else if (packet.kind === 'data') {
          const answer = packet.data.name
          const isWanted = peer.wants.some(
            (want) => isPrefix(want.name, answer) && (want.canBePrefix || want.name.length === answer.length),
          )
          assert.ok(isWanted, `${answer} was not asked for`)
        } else if (packet.kind === 'nack') assert.ok(!peer.isMultiAccess)
      }
    }
  }

  end(): void {
    this.fixture.wait(2000 + STRAGGLER_MS, 20)
    this.#check()
    const { pit } = this.fixture.forwarder
    assert.deepEqual([pit.size, pit.bytes, pit.entries().length], [0, 0, 0])
    for (const { face } of this.peers) assert.equal(this.#pendingOf(face.id), 0)
    for (const { face } of this.peers)
      for (const [reason, count] of Object.entries(face.counters.drops))
        seen[reason] = (seen[reason] ?? 0) + count
  }
}

t.test('whatever comes in, bounds hold, and every Interest is pending or came to one end', async (t) => {
  fc.assert(
    fc.property(steps, fc.constantFrom('lru' as const, 's3-fifo' as const), (todo, policy) => {
      const world = new World(policy)
      for (const step of todo) world.step(step)
      world.end()
    }),
    { numRuns: 120, interruptAfterTimeLimit: 8000, markInterruptAsFailure: false },
  )
  for (const what of [
    'interest sent',
    'data sent',
    'nack sent',
    'nack',
    'face gone',
    'strategy',
    'straggler',
  ])
    t.ok((seen[what] ?? 0) > 10, `${what}: ${seen[what]}`)
  for (const reason of ['scope', 'hop-limit', 'duplicate-nonce', 'pit-full', 'no-route', 'unsolicited'])
    t.ok((seen[reason] ?? 0) > 10, `${reason}: ${seen[reason]}`)
})
