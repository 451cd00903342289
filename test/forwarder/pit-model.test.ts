import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { cellSize } from '../../src/forwarder/byte-store.ts'
import { NONE } from '../../src/forwarder/hash-table.ts'
import { IN_RECORD_OCTETS, Pit } from '../../src/forwarder/pit.ts'
import { SLOT_MS } from '../../src/forwarder/timing-wheel.ts'
import { Component, Interest, type Name, TT } from '../../src/packet/index.ts'
import { hashesOf, interestOf } from './fixture.ts'
import { isEqual, isPrefix, names } from './model.ts'

const MAX_PENDING = 8
const MAX_BYTES = 100_000

/** So that the model need not know how late the wheel may be. */
const times = fc.integer({ min: 1, max: 1500 }).map((slots) => slots * SLOT_MS)

/** What stands for the implicit digest of the Data of a name. */
function digestOf(name: Name): Component {
  return new Component(TT.ImplicitSha256DigestComponent, createHash('sha256').update(name.value).digest())
}

const asked = fc
  .tuple(names, fc.integer({ min: 0, max: 9 }))
  .map(([name, dice]) => (dice === 0 ? name.append(digestOf(name)) : name))

const steps = fc.array(
  fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        kind: fc.constant('interest' as const),
        name: asked,
        canBePrefix: fc.boolean(),
        mustBeFresh: fc.boolean(),
        face: fc.integer({ min: 1, max: 4 }),
        lifetime: times,
      }),
    },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('data' as const), name: names }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('faceGone' as const), face: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: times }) },
  ),
  { minLength: 30, maxLength: 100 },
)

type InterestStep = Extract<typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never, { kind: 'interest' }>

interface ModelEntry {
  readonly name: Name
  readonly canBePrefix: boolean
  readonly mustBeFresh: boolean
  readonly octets: number
  /** Until when it is kept: the longest that anybody asked for, also if that one is gone since. */
  expiry: number
  readonly askers: Set<number>
}

/** A PIT as a list. */
class ModelPit {
  entries: ModelEntry[] = []

  get bytes(): number {
    return this.entries.reduce((sum, { octets, askers }) => sum + octets + askers.size * IN_RECORD_OCTETS, 0)
  }

  find({ name, canBePrefix, mustBeFresh }: Interest): ModelEntry | undefined {
    return this.entries.find(
      (entry) =>
        isEqual(entry.name, name) && entry.canBePrefix === canBePrefix && entry.mustBeFresh === mustBeFresh,
    )
  }

  matching(name: Name): ModelEntry[] {
    const full = name.append(digestOf(name))
    return this.entries.filter(
      (entry) =>
        isEqual(entry.name, name) ||
        isEqual(entry.name, full) ||
        (entry.canBePrefix && isPrefix(entry.name, name)),
    )
  }

  /** As `describe` says them of a PIT. */
  describe(entries = this.entries): string[] {
    return entries.map((e) => `${e.name} ${e.canBePrefix} ${e.mustBeFresh} ${[...e.askers]}`).sort()
  }
}

function askersOf(pit: Pit, entry: number): number[] {
  const askers: number[] = []
  const { faces, next } = pit.inRecords
  for (let record = pit.firstIn(entry); record !== NONE; record = next[record] as number)
    askers.push(faces[record] as number)
  return askers
}

function describe(pit: Pit, entries: readonly number[]): string[] {
  return entries
    .map((entry) => {
      const { name, canBePrefix, mustBeFresh } = pit.readInterest(entry, new Interest())
      return `${name} ${canBePrefix} ${mustBeFresh} ${askersOf(pit, entry)}`
    })
    .sort()
}

/** The same steps for a PIT and its model. */
class Both {
  now = 80_000
  readonly pit = new Pit(this.now, MAX_PENDING, MAX_BYTES)
  readonly model = new ModelPit()

  interest({ name, canBePrefix, mustBeFresh, face, lifetime }: InterestStep): void {
    const { pit, model } = this
    const interest = interestOf(name, { canBePrefix, mustBeFresh })
    let entry = pit.find(hashesOf(name), canBePrefix, mustBeFresh)
    let known = model.find(interest)
    assert.equal(entry === NONE, known === undefined)
    if (entry === NONE && pit.freeEntries < 1) return
    const expiry = this.now + lifetime
    if (entry === NONE) entry = pit.insert(hashesOf(name), interest, expiry)
    if (known === undefined) {
      const octets = cellSize(interest.wire.length)
      known = { name, canBePrefix, mustBeFresh, octets, expiry, askers: new Set() }
      model.entries.push(known)
    }
    pit.recordIn(entry, face, 0)
    pit.extend(entry, expiry)
    known.askers.add(face)
    known.expiry = Math.max(known.expiry, expiry)
  }

  data(name: Name): void {
    const found = [NONE]
    this.pit.match(hashesOf(name), () => hashesOf(name.append(digestOf(name))), found)
    const expected = this.model.matching(name)
    assert.deepEqual(describe(this.pit, found), this.model.describe(expected))
    for (const entry of found) this.pit.remove(entry)
    this.model.entries = this.model.entries.filter((entry) => !expected.includes(entry))
  }

  faceGone(face: number): void {
    const { pit, model } = this
    for (const entry of pit.entries()) {
      const record = pit.inRecords.find(pit.firstIn(entry), face)
      if (record !== NONE) pit.removeIn(entry, record)
      if (pit.firstIn(entry) === NONE) pit.remove(entry)
    }
    for (const { askers } of model.entries) askers.delete(face)
    model.entries = model.entries.filter(({ askers }) => askers.size > 0)
  }

  wait(ms: number): void {
    const { pit, model } = this
    this.now += ms
    const expired: string[] = []
    pit.expire(this.now, (entry) => {
      expired.push(...describe(pit, [entry]))
      pit.remove(entry)
    })
    const over = model.entries.filter(({ expiry }) => expiry <= this.now)
    assert.deepEqual(expired.sort(), model.describe(over))
    model.entries = model.entries.filter((entry) => !over.includes(entry))
  }

  check(): void {
    const { pit, model } = this
    assert.deepEqual(describe(pit, pit.entries()), model.describe())
    assert.equal(pit.size, model.entries.length)
    assert.equal(pit.bytes, model.bytes)
    assert.equal(pit.freeEntries, MAX_PENDING - model.entries.length)
    assert.equal(pit.freeBytes, MAX_BYTES - model.bytes)
  }
}

t.test('a PIT does what a list that is searched from end to end does', async (t) => {
  let largest = 0
  fc.assert(
    fc.property(steps, (todo) => {
      const both = new Both()
      for (const step of todo) {
        if (step.kind === 'interest') both.interest(step)
        else if (step.kind === 'data') both.data(step.name)
        else if (step.kind === 'faceGone') both.faceGone(step.face)
        else both.wait(step.ms)
        both.check()
        largest = Math.max(largest, both.pit.size)
      }
    }),
    { numRuns: 100 },
  )
  t.equal(largest, MAX_PENDING, 'it was full')
})
