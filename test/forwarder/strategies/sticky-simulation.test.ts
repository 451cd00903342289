import t from 'tap'
import { Sticky } from '../../../src/forwarder/strategies/sticky.ts'
import type { Name } from '../../../src/packet/index.ts'
import type { FakeFace } from '../fixture.ts'
import { Network, seeded } from './network.ts'

const SEGMENTS = 4

/** An instance of a function that does one thing at a time and keeps its results. Times in milliseconds. */
class FakeInstance {
  readonly results = new Set<string>()
  /** Segments that it was asked for and does not have. */
  strays = 0
  readonly #face: FakeFace
  readonly #workTime: number
  readonly #queue: Name[] = []
  #doneAt = Number.POSITIVE_INFINITY

  constructor(face: FakeFace, workTime: number) {
    this.#face = face
    this.#workTime = workTime
  }

  get isIdle(): boolean {
    return this.#queue.length === 0
  }

  /** Takes what has come in, and answers what is done. */
  step(now: number): void {
    for (const packet of this.#face.take()) {
      if (packet.kind !== 'interest') continue
      const { name } = packet.interest
      const result = name.slice(0, 2).toString()
      if (this.results.has(result)) this.#face.data(name)
      else if (name.length > 2) this.strays++
      else {
        if (this.isIdle) this.#doneAt = now + this.#workTime
        this.#queue.push(name)
      }
    }
    if (now < this.#doneAt) return
    const name = this.#queue.shift() as Name
    this.results.add(name.toString())
    this.#face.data(name)
    this.#doneAt = this.isIdle ? Number.POSITIVE_INFINITY : now + this.#workTime
  }
}

/** So many results are asked for, some at a time, each with all its segments; they come from instances of these work times. */
function simulate(
  workTimes: readonly number[],
  results: number,
  window: number,
  seed: number,
): FakeInstance[] {
  const network = new Network(new Sticky({ random: seeded(seed) }), workTimes.length, () => 0)
  const instances = workTimes.map((time, i) => new FakeInstance(network.hop(i), time))
  let next = 0
  const ask = (): void => {
    if (next < results) network.consumer.interest(`/a/${next++}`, { lifetime: 60_000 })
  }
  for (let i = 0; i < window; i++) ask()
  for (let step = 0; step < 200_000; step++) {
    for (const instance of instances) instance.step(network.now)
    for (const packet of network.consumer.take()) {
      if (packet.kind !== 'data') continue
      const { name } = packet.data
      const segment = name.length === 2 ? 0 : (name.at(-1)?.number ?? 0) + 1
      if (segment < SEGMENTS) network.consumer.interest(`${name.slice(0, 2)}/v=1/seg=${segment}`)
      else ask()
    }
    if (next === results && network.forwarder.pit.size === 0) return instances
    network.now += 1
    network.forwarder.expire()
  }
  throw new Error('not all was answered')
}

t.test('names are spread over instances by their speed, and segments stay together', async (t) => {
  for (const seed of [1, 2, 3]) {
    const instances = simulate([5, 10, 20, 80], 600, 24, seed)
    const shares = instances.map(({ results }) => results.size)
    t.equal(
      shares.reduce((a, b) => a + b),
      600,
      'each result was made once',
    )
    for (const { strays } of instances) t.equal(strays, 0, 'each segment was asked for where its result is')
    const [first = 0, second = 0, third = 0, last = 0] = shares
    t.ok(first > second && second > third && third > last, `the faster the more: ${shares}`)
    t.ok(last > 0, 'the slowest gets some, too')
  }
})

t.test('names are spread evenly over instances that are as fast', async (t) => {
  const shares = simulate([10, 10, 10, 10], 400, 12, 4).map(({ results }) => results.size)
  t.ok(Math.max(...shares) < 1.2 * Math.min(...shares), `${shares}`)
})
