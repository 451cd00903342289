import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { Pit } from '../../src/forwarder/pit.ts'
import type { PitEntry } from '../../src/forwarder/pit-entry.ts'
import { SLOT_MS } from '../../src/forwarder/timing-wheel.ts'
import { Component, type Interest, type Name, TT } from '../../src/packet/index.ts'
import { interestOf } from './fixture.ts'
import { isEqual, isPrefix, names } from './model.ts'

const MAX_PENDING = 8
const MAX_BYTES = 400

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
        pitToken: fc.option(fc.uint8Array({ minLength: 1, maxLength: 32 }), { nil: undefined }),
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

interface ModelEntry {
  readonly name: Name
  readonly canBePrefix: boolean
  readonly mustBeFresh: boolean
  readonly askers: Map<number, { expiry: number; octets: number }>
}

/** A PIT as a list. */
class ModelPit {
  entries: ModelEntry[] = []

  get bytes(): number {
    return this.entries.reduce((sum, entry) => sum + octetsOf(entry), 0)
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
}

function octetsOf({ name, askers }: ModelEntry): number {
  return [...askers.values()].reduce((sum, { octets }) => sum + octets, name.value.length)
}

function expiryOf({ askers }: ModelEntry): number {
  return Math.max(...[...askers.values()].map(({ expiry }) => expiry))
}

function describe(entries: Iterable<PitEntry | ModelEntry>): string[] {
  return [...entries].map((e) => `${e.name} ${e.canBePrefix} ${e.mustBeFresh}`).sort()
}

t.test('a PIT does what a list that is searched from end to end does', async (t) => {
  let refusals = 0
  fc.assert(
    fc.property(steps, (todo) => {
      let now = 80_000
      const pit = new Pit(now, MAX_PENDING, MAX_BYTES)
      const model = new ModelPit()
      for (const step of todo) {
        switch (step.kind) {
          case 'interest': {
            const { name, canBePrefix, mustBeFresh, face, pitToken, lifetime } = step
            const interest = interestOf(name, { canBePrefix, mustBeFresh })
            const octets = interest.wire.length + (pitToken?.length ?? 0)
            const entry = pit.find(interest)
            let known = model.find(interest)
            assert.equal(entry !== undefined, known !== undefined)
            const more =
              octets - (known?.askers.get(face)?.octets ?? 0) + (known === undefined ? name.value.length : 0)
            const hasRoom =
              (known !== undefined || model.entries.length < MAX_PENDING) && model.bytes + more <= MAX_BYTES
            assert.equal(pit.hasRoomFor(interest, pitToken, face, entry), hasRoom)
            if (!hasRoom) {
              refusals++
              break
            }
            const expiry = now + lifetime
            const isAgain = pit.recordIn(
              entry ?? pit.insert(interest, expiry),
              face,
              interest,
              1,
              pitToken,
              expiry,
            )
            if (known === undefined) {
              known = { name, canBePrefix, mustBeFresh, askers: new Map() }
              model.entries.push(known)
            }
            assert.equal(isAgain, known.askers.has(face))
            const before = known.askers.get(face)?.expiry ?? 0
            known.askers.set(face, { expiry: Math.max(before, expiry), octets })
            break
          }
          case 'data': {
            const matches = pit.matching(step.name, () => step.name.append(digestOf(step.name)))
            const expected = model.matching(step.name)
            assert.deepEqual(describe(matches), describe(expected))
            for (const entry of matches) pit.remove(entry)
            for (const entry of matches) pit.remove(entry)
            model.entries = model.entries.filter((entry) => !expected.includes(entry))
            break
          }
          case 'faceGone':
            for (const entry of [...pit]) {
              pit.removeInRecord(entry, step.face)
              if (entry.inRecords.length === 0) pit.remove(entry)
            }
            for (const { askers } of model.entries) askers.delete(step.face)
            model.entries = model.entries.filter(({ askers }) => askers.size > 0)
            break
          case 'wait': {
            // An entry is kept for the longest that anybody asked for, also if that one is gone since.
            for (const entry of pit) {
              const known = model.find(entry as never) as ModelEntry
              const [face, asker] = [...known.askers][0] as [number, { expiry: number; octets: number }]
              known.askers.set(face, { ...asker, expiry: Math.max(entry.expiry, expiryOf(known)) })
            }
            now += step.ms
            const expired: PitEntry[] = []
            pit.expire(now, (entry) => expired.push(entry))
            const over = model.entries.filter((entry) => expiryOf(entry) <= now)
            assert.deepEqual(describe(expired), describe(over))
            model.entries = model.entries.filter((entry) => !over.includes(entry))
            break
          }
        }
        assert.deepEqual(describe(pit), describe(model.entries))
        assert.equal(pit.size, model.entries.length)
        assert.equal(pit.bytes, model.bytes)
        assert.ok(pit.size <= MAX_PENDING && pit.bytes <= MAX_BYTES)
      }
    }),
    { numRuns: 100 },
  )
  t.ok(refusals > 50, 'the bounds were reached')
})
