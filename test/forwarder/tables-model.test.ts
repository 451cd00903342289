import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { Fib } from '../../src/forwarder/fib.ts'
import { HashTable, NONE } from '../../src/forwarder/hash-table.ts'
import { PrefixTable } from '../../src/forwarder/prefix-table.ts'
import { BestRoute, type Strategy } from '../../src/forwarder/strategies/index.ts'
import { StrategyChoice } from '../../src/forwarder/strategy-choice.ts'
import { Name } from '../../src/packet/index.ts'
import { hashesOf } from './fixture.ts'
import { isPrefix, names } from './model.ts'

/** More than a table has room for at first (64), and no power of two. */
const MAX = 200

/** Few hashes, some the same in their lowest bits only, so that most entries share a bucket. */
const hashes = fc.integer({ min: -6, max: 6 }).map((hash) => hash * 1024)

t.test('a HashTable does what a list does: numbers are below its capacity, each in use once', async (t) => {
  let largest = 0
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), hashes, fc.nat()), {
    minLength: 300,
    maxLength: 500,
  })
  fc.assert(
    fc.property(steps, (todo) => {
      const table = new HashTable(MAX)
      const model = new Map<number, number>()
      for (const [kind, hash, chosen] of todo) {
        if (kind > 0) {
          const entry = table.add(hash)
          assert.equal(entry === NONE, model.size === MAX)
          if (entry === NONE) continue
          assert.ok(entry >= 0 && entry < table.capacity && !model.has(entry))
          model.set(entry, hash)
        } else if (model.size > 0) {
          const entry = [...model.keys()][chosen % model.size] as number
          table.remove(entry)
          model.delete(entry)
        }
        assert.equal(table.size, model.size)
        largest = Math.max(largest, table.size)
        const found: number[] = []
        for (let at = table.first(hash); at !== NONE; at = table.next(at))
          if (table.hashOf(at) === hash) found.push(at)
        const wanted = [...model].filter(([, other]) => other === hash).map(([entry]) => entry)
        assert.deepEqual(
          found.sort((a, b) => a - b),
          wanted.sort((a, b) => a - b),
        )
      }
      assert.deepEqual(new Set(table.all()), new Set(model.keys()))
      assert.ok(table.capacity <= MAX)
    }),
    { numRuns: 30 },
  )
  t.equal(largest, MAX, 'it was full')
})

/** Names below a few prefixes, enough of them that tables grow. */
const manyNames = fc.oneof(
  names,
  fc.tuple(names, fc.integer({ min: 0, max: 60 })).map(([name, i]) => Name.parse(`${name}/${i}`)),
  fc.integer({ min: 0, max: 60 }).map((i) => Name.parse(`/${i}`)),
  fc.constant(Name.of()),
)

/** The longest prefix of a name among many, as text; searched from end to end. */
function longest(prefixes: Iterable<string>, name: Name): string | undefined {
  let found: Name | undefined
  for (const text of prefixes) {
    const prefix = Name.parse(text)
    if (isPrefix(prefix, name) && prefix.length >= (found?.length ?? 0)) found = prefix
  }
  return found && String(found)
}

const prefixSteps = fc.array(
  fc.record({ kind: fc.integer({ min: 0, max: 9 }), name: manyNames, face: fc.integer({ min: 1, max: 5 }) }),
  { minLength: 250, maxLength: 350 },
)

t.test('a PrefixTable does what a list does while it grows, shrinks and uses numbers again', async (t) => {
  let largest = 0
  fc.assert(
    fc.property(prefixSteps, (todo) => {
      const table = new PrefixTable<number>(MAX)
      const model = new Map<string, number>()
      for (const [i, { kind, name }] of todo.entries()) {
        const known = table.find(name)
        assert.equal(known === NONE ? undefined : table.value(known), model.get(String(name)))
        if (kind < 6) {
          if (known !== NONE) table.setValue(known, i)
          else assert.notEqual(table.add(name, i), NONE)
          model.set(String(name), i)
        } else if (kind < 8 && known !== NONE) {
          table.remove(known)
          model.delete(String(name))
        } else {
          const entry = table.longestPrefix(hashesOf(name))
          const wanted = longest(model.keys(), name)
          assert.equal(entry === NONE ? undefined : String(table.prefixOf(entry)), wanted)
          if (entry !== NONE) assert.equal(table.value(entry), model.get(String(wanted)))
        }
        assert.equal(table.size, model.size)
        largest = Math.max(largest, table.size)
      }
      const all = table.entries().map((entry) => [String(table.prefixOf(entry)), table.value(entry)] as const)
      assert.deepEqual(new Map(all), model)
    }),
    { numRuns: 15 },
  )
  t.ok(largest > 64, `${largest} prefixes`)
})

t.test('a FIB does what a list does while it grows, and faces go with all their routes', async (t) => {
  let largest = 0
  fc.assert(
    fc.property(prefixSteps, (todo) => {
      const fib = new Fib(MAX)
      const model = new Map<string, Map<number, number>>()
      for (const [i, { kind, name, face }] of todo.entries()) {
        const hops = model.get(String(name)) ?? new Map<number, number>()
        if (kind < 5) {
          assert.ok(fib.add(name, face, i % 3))
          model.set(String(name), hops.set(face, i % 3))
        } else if (kind < 7) {
          const faces = [face, (face % 5) + 1].slice(0, i % 3)
          assert.ok(
            fib.setNextHops(
              name,
              faces.map((each, cost) => ({ face: each, cost })),
            ),
          )
          model.set(String(name), new Map(faces.map((each, cost) => [each, cost])))
        } else if (kind < 8) {
          assert.equal(fib.remove(name, face), hops.delete(face))
        } else if (kind < 9 && i % 8 === 0) {
          fib.removeFace(face)
          for (const each of model.values()) each.delete(face)
        } else {
          const wanted = model.get(longest(model.keys(), name) ?? '') ?? new Map<number, number>()
          const sorted = [...wanted].map(([each, cost]) => ({ face: each, cost }))
          sorted.sort((a, b) => a.cost - b.cost || a.face - b.face)
          assert.deepEqual(fib.lookup(name), sorted)
        }
        for (const [prefix, each] of model) if (each.size === 0) model.delete(prefix)
        assert.equal(fib.size, model.size)
        largest = Math.max(largest, fib.size)
      }
      for (const face of [1, 2, 3, 4, 5]) fib.removeFace(face)
      assert.equal(fib.size, 0)
    }),
    { numRuns: 15 },
  )
  t.ok(largest > 64, `${largest} prefixes`)
})

t.test('a StrategyChoice does what a list does, and the root always has a strategy', async (t) => {
  fc.assert(
    fc.property(prefixSteps, (todo) => {
      const choice = new StrategyChoice(new BestRoute(), 20)
      const [root] = [...choice.entries()].map(({ strategy }) => strategy) as [Strategy]
      const model = new Map<string, Strategy>([['/', root]])
      for (const { kind, name } of todo) {
        const known = model.has(String(name))
        if (kind < 3) {
          const strategy = new BestRoute()
          const fits = known || model.size < 20
          assert.equal(choice.set(name, strategy), fits)
          if (fits) model.set(String(name), strategy)
        } else if (kind < 6) {
          assert.equal(choice.unset(name), known && name.length > 0)
          if (name.length > 0) model.delete(String(name))
        } else assert.equal(choice.of(hashesOf(name)), model.get(longest(model.keys(), name) ?? ''))
        assert.equal(choice.size, model.size)
      }
      const all = [...choice.entries()].map(({ prefix, strategy }) => [String(prefix), strategy] as const)
      assert.deepEqual(new Map(all), model)
    }),
    { numRuns: 15 },
  )
  t.pass()
})
