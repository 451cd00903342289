import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { cellSize } from '../../src/forwarder/byte-store.ts'
import { ContentStore } from '../../src/forwarder/content-store.ts'
import { Component, Data, type Name, TT } from '../../src/packet/index.ts'
import { dataOf, findIn, insertInto, interestOf } from './fixture.ts'
import { isEqual, isPrefix, names } from './model.ts'

const MAX_PACKETS = 8
const MAX_BYTES = 1600

const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('insert' as const),
        name: names,
        freshnessPeriod: fc.integer({ min: 0, max: 20 }),
        octets: fc.integer({ min: 0, max: 400 }),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('find' as const),
        name: names,
        canBePrefix: fc.boolean(),
        mustBeFresh: fc.boolean(),
        withDigest: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase' as const), name: names }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 15 }) }),
    },
  ),
  { minLength: 30, maxLength: 100 },
)

/** A Content Store as an array, least recently used first. */
class ModelStore {
  entries: { data: Data; staleAt: number }[] = []
  maxPackets = MAX_PACKETS
  maxBytes = MAX_BYTES

  get bytes(): number {
    return this.entries.reduce((sum, { data }) => sum + cellSize(data.wire.length), 0)
  }

  insert(data: Data, staleAt: number): void {
    if (cellSize(data.wire.length) > this.maxBytes) return
    this.entries = this.entries.filter((entry) => !isEqual(entry.data.name, data.name))
    this.entries.push({ data, staleAt })
    while (this.entries.length > this.maxPackets || this.bytes > this.maxBytes) this.entries.shift()
  }

  candidates(name: Name, mustBeFresh: boolean, now: number): Data[] {
    return this.entries
      .filter(({ data, staleAt }) => isPrefix(name, data.name) && (!mustBeFresh || staleAt > now))
      .map(({ data }) => data)
  }

  use(name: Name): void {
    const index = this.entries.findIndex(({ data }) => isEqual(data.name, name))
    this.entries.push(...this.entries.splice(index, 1))
  }
}

/** Runs the same steps on both; `isComplete` if nothing is ever forgotten, so that a prefix has to find what is there. */
function compare(
  todo: readonly StepOf[],
  limits: { maxPackets: number; maxBytes: number },
  isComplete: boolean,
): void {
  const store = new ContentStore(limits)
  const model = Object.assign(new ModelStore(), limits)
  let now = 1000
  for (const step of todo) {
    switch (step.kind) {
      case 'insert': {
        const freshnessPeriod = isComplete ? 1e6 : step.freshnessPeriod
        const data = dataOf(step.name, { freshnessPeriod, content: Buffer.alloc(step.octets, now % 256) })
        insertInto(store, data, now)
        model.insert(data, now + freshnessPeriod)
        break
      }
      case 'find': {
        const { name, canBePrefix, mustBeFresh, withDigest } = step
        const candidates = model.candidates(name, mustBeFresh, now)
        const exact = candidates.find((data) => isEqual(data.name, name))
        const digest = new Component(
          TT.ImplicitSha256DigestComponent,
          exact?.implicitDigest ?? Buffer.alloc(32),
        )
        const asked = withDigest ? name.append(digest) : name
        const found = findIn(store, interestOf(asked, { canBePrefix, mustBeFresh }), now)
        if (found === undefined) {
          if (exact !== undefined) assert.fail(`${asked} is there and was not found`)
          if (isComplete && canBePrefix && !withDigest && candidates.length > 0)
            assert.fail(`something below ${asked}`)
          break
        }
        const wanted = exact !== undefined || withDigest || !canBePrefix ? [exact] : candidates
        const answer = wanted.find((data) => data !== undefined && Buffer.compare(data.wire, found) === 0)
        assert.ok(answer, `what was found answers ${asked}`)
        model.use(Data.decode(found).name)
        break
      }
      case 'erase': {
        const left = model.entries.filter(({ data }) => isComplete || !isPrefix(step.name, data.name))
        if (isComplete) break
        assert.equal(store.erase(step.name), model.entries.length - left.length)
        model.entries = left
        break
      }
      case 'wait':
        now += step.ms
        break
    }
    assert.equal(store.packets, model.entries.length)
    assert.equal(store.bytes, model.bytes)
    assert.ok(store.packets <= limits.maxPackets && store.bytes <= limits.maxBytes)
  }
}

type StepOf = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never

t.test('a Content Store does what an array in order of use does', async (t) => {
  fc.assert(
    fc.property(steps, (todo) => compare(todo, { maxPackets: MAX_PACKETS, maxBytes: MAX_BYTES }, false)),
    { numRuns: 100 },
  )
  t.pass()
})

t.test('a Content Store that forgets nothing finds whatever is below a prefix', async (t) => {
  fc.assert(
    fc.property(steps, (todo) => compare(todo, { maxPackets: 1000, maxBytes: 1e6 }, true)),
    { numRuns: 50 },
  )
  t.pass()
})
