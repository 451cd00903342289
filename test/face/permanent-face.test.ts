import t from 'tap'
import { type Face, memoryFaces } from '../../src/face/index.ts'
import {
  DEFAULT_FIRST_RECONNECT_WAIT_MS,
  DEFAULT_LONGEST_RECONNECT_WAIT_MS,
  PermanentFace,
  type ReconnectOptions,
} from '../../src/face/permanent-face.ts'
import { frame, Owner, turn } from './fixture.ts'
import { ManualClock } from './manual-clock.ts'
import { withStates } from './with-states.ts'

/** A permanent face whose links are made inside the process, and what becomes of it. */
class World {
  readonly clock = new ManualClock()
  readonly face: PermanentFace
  readonly owner: Owner
  /** The far ends of its links. */
  readonly peers: Owner[] = []
  /** When it tried to connect, in milliseconds. */
  readonly attempts: number[] = []
  /** What it said of its state. */
  readonly states: [isUp: boolean, detail: string][] = []
  readonly failures: [message: string, wait: number][] = []
  answers: boolean

  constructor(answers: boolean, reconnect: ReconnectOptions = {}) {
    this.answers = answers
    this.face = new PermanentFace(() => this.#dial(), {
      remote: 'tcp4://192.0.2.1:6363',
      local: 'tcp4://0.0.0.0:0',
      isLocal: false,
      linkType: 'point-to-point',
      mtu: Number.POSITIVE_INFINITY,
      clock: this.clock,
      reconnect: { onFailure: ({ message }, wait) => this.failures.push([message, wait]), ...reconnect },
    })
    this.owner = new Owner(withStates(this.face, (isUp, detail) => this.states.push([isUp, detail])))
  }

  async #dial(): Promise<Face> {
    this.attempts.push(this.clock.now())
    if (!this.answers) throw new Error('nobody answers')
    const [near, far] = memoryFaces()
    this.peers.push(new Owner(far))
    return near
  }

  get peer(): Owner {
    return this.peers.at(-1) as Owner
  }

  /** Lets time pass, step by step so that what is under way can come to its end. */
  async advance(ms: number, step = ms): Promise<void> {
    await turn()
    for (let passed = 0; passed < ms; passed += step) {
      this.clock.advance(step)
      await turn()
    }
  }
}

t.test('while nobody answers the wait doubles, from the first to the longest', async (t) => {
  t.same([DEFAULT_FIRST_RECONNECT_WAIT_MS, DEFAULT_LONGEST_RECONNECT_WAIT_MS], [500, 30_000])
  const world = new World(false)
  t.equal(world.face.isUp, false)
  await world.advance(92_000, 500)
  t.same(world.attempts, [0, 500, 1500, 3500, 7500, 15_500, 31_500, 61_500, 91_500])
  t.same(
    world.failures.map(([, wait]) => wait),
    [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000],
  )
  t.same(world.failures[0], ['nobody answers', 500])
  t.same(world.states, [], 'it was down all the time')
  t.equal(world.owner.closeCount, 0)
})

t.test('the waits can be chosen', async (t) => {
  const world = new World(false, { firstWait: 10, longestWait: 25 })
  await world.advance(100, 5)
  t.same(world.attempts, [0, 10, 30, 55, 80])
})

t.test('once somebody answers it is up, and packets go both ways', async (t) => {
  const world = new World(false)
  await world.advance(500)
  world.answers = true
  await world.advance(1000)
  t.equal(world.face.isUp, true)
  t.same(world.states, [[true, '']])
  t.equal(world.face.send(frame(1)), true)
  world.peer.face.send(frame(2))
  await Promise.all([world.peer.received(1), world.owner.received(1)])
  t.same([world.peer.numbers, world.owner.numbers], [[1], [2]])
  t.equal(world.clock.pending, 0)
})

t.test('a link that breaks takes it down until there is another', async (t) => {
  const world = new World(true)
  await turn()
  t.same(world.states, [[true, '']])
  world.peer.face.close()
  await turn()
  t.equal(world.face.isUp, false)
  t.same(world.states.slice(1), [[false, 'closed-by-peer']])
  for (const i of [1, 2, 3]) t.equal(world.face.send(frame(i)), false)
  t.equal(world.face.counters.downDrops, 3)
  t.equal(world.face.counters.packetsOut, 0)
  await world.advance(500)
  t.equal(world.face.isUp, true)
  t.same(world.states.slice(2), [[true, '']])
  world.face.send(frame(4))
  await world.peer.received(1)
  t.same(world.peer.numbers, [4], 'what was sent while it was down does not come later')
  t.equal(world.owner.closeCount, 0)
})

t.test('it counts what went over all its links', async (t) => {
  const world = new World(true)
  const size = frame(1).length
  await turn()
  for (let round = 1; round <= 3; round++) {
    world.face.send(frame(1))
    world.peer.face.send(frame(2))
    world.peer.face.send(frame(3))
    await world.owner.received(2 * round)
    const { counters } = world.face
    t.same([counters.packetsOut, counters.packetsIn], [round, 2 * round])
    t.same([counters.bytesOut, counters.bytesIn], [round * size, 2 * round * size])
    world.peer.face.close()
    await turn()
    t.same(world.face.counters, counters)
    await world.advance(30_000)
  }
})

t.test('the back-off begins anew only after a link that held for as long as the next wait', async (t) => {
  const world = new World(true)
  await turn()
  const breakAfter = async (held: number): Promise<number> => {
    await world.advance(held)
    const before = world.clock.now()
    world.peer.face.close()
    await turn()
    const { length } = world.attempts
    for (let i = 0; i < 400 && world.attempts.length === length; i++) await world.advance(100)
    return (world.attempts.at(-1) as number) - before
  }
  t.equal(await breakAfter(100), 500)
  t.equal(await breakAfter(100), 1000)
  t.equal(await breakAfter(1900), 2000)
  t.equal(await breakAfter(4000), 500, 'this one held')
  t.equal(await breakAfter(999), 1000)
  t.equal(await breakAfter(60_000), 500)
})

t.test('what came before it was started is not lost', async (t) => {
  const [near, far] = memoryFaces()
  const face = new PermanentFace(async () => near, {
    remote: far.local,
    local: near.local,
    isLocal: true,
    linkType: 'point-to-point',
    mtu: Number.POSITIVE_INFINITY,
  })
  await turn()
  t.equal(face.isUp, true)
  far.send(frame(1))
  await turn()
  const owner = new Owner(face)
  await owner.received(1)
  t.same(owner.numbers, [1])
  face.close()
  t.equal((await owner.closed).reason, 'closed-here')
})

t.test('close ends it while it is up, after what waits was sent', async (t) => {
  const world = new World(true)
  await turn()
  for (const i of [1, 2, 3]) world.face.send(frame(i))
  world.face.close()
  world.face.close()
  t.equal(world.face.isUp, false)
  t.equal(world.face.send(frame(4)), false)
  t.same(await world.owner.closed, { reason: 'closed-here', detail: '' })
  await world.peer.closed
  t.same(world.peer.numbers, [1, 2, 3])
  await world.advance(100_000)
  t.same(world.attempts, [0])
  t.same([world.owner.closeCount, world.clock.pending], [1, 0])
  t.equal(world.face.counters.downDrops, 0)
})

t.test('close ends it while it waits to connect again', async (t) => {
  const world = new World(false)
  await turn()
  t.equal(world.clock.pending, 1)
  world.face.close()
  t.equal((await world.owner.closed).reason, 'closed-here')
  t.equal(world.clock.pending, 0)
  await world.advance(100_000)
  t.same([world.attempts, world.owner.closeCount], [[0], 1])
})

t.test('a link that is made after close is closed', async (t) => {
  const world = new World(true)
  world.face.close()
  await world.owner.closed
  t.equal((await world.peer.closed).reason, 'closed-by-peer')
  t.same([world.states, world.owner.closeCount], [[], 1])
})

t.test('an attempt that fails after close is not told of, and is the last', async (t) => {
  const world = new World(false)
  world.face.close()
  await world.owner.closed
  t.same([world.failures, world.clock.pending], [[], 0])
})

t.test('close before start is told at start', async (t) => {
  const face = new PermanentFace(() => new Promise(() => {}), {
    remote: '',
    local: '',
    isLocal: true,
    linkType: 'point-to-point',
    mtu: 0,
  })
  face.close()
  t.equal((await new Owner(face).closed).reason, 'closed-here')
})
