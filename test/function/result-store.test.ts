import fc from 'fast-check'
import t from 'tap'
import { SegmentedObject } from '../../src/endpoint/index.ts'
import { type Result, ResultStore } from '../../src/function/result-store.ts'
import { Name } from '../../src/packet/index.ts'
import { digestSigner } from '../../src/trust/index.ts'
import { makeTrace } from './fixtures/traces.ts'

function result(name: Name, version: number, size = 1, trace = makeTrace()): Result {
  const fields = { name, version, content: new Uint8Array(size), signer: digestSigner }
  return { object: new SegmentedObject(fields), trace, staleAt: 0 }
}

const [A, B, C] = ['/a', '/b', '/c'].map((uri) => Name.parse(uri)) as [Name, Name, Name]

t.test('the newest version is found by name, each by its version', async (t) => {
  const store = new ResultStore()
  const [first, second] = [result(A, 1), result(A, 2)]
  store.add(A, first)
  store.add(A, second)
  t.equal(store.newest(A), second)
  t.equal(store.version(Name.parse('/a/v=1')), first)
  t.equal(store.version(Name.parse('/a/v=2')), second)
  t.equal(store.newest(B), undefined)
  t.equal(store.version(A), undefined)
  t.match(store, { size: 2, bytes: 2 })
})

t.test('when it is full, what was used longest ago goes', async (t) => {
  const store = new ResultStore({ maxResults: 2 })
  store.add(A, result(A, 1))
  store.add(B, result(B, 1))
  store.newest(A)
  store.add(C, result(C, 1))
  t.ok(store.newest(A))
  t.equal(store.newest(B), undefined)
  store.version(Name.parse('/a/v=1'))
  store.add(B, result(B, 2))
  t.equal(store.newest(C), undefined)
  t.match(store, { size: 2, bytes: 2 })
})

t.test('bytes are bounded as well', async (t) => {
  const store = new ResultStore({ maxBytes: 10 })
  for (const [name, size] of [
    [A, 4],
    [B, 6],
    [C, 1],
  ] as const)
    store.add(name, result(name, 1, size))
  t.equal(store.newest(A), undefined)
  t.ok(store.newest(B))
  t.match(store, { size: 2, bytes: 7 })
})

t.test('so are the names of what results were made of', async (t) => {
  const store = new ResultStore({ maxBytes: 10 })
  const inputs = ['abc', 'defg'].map((key) => ({ key, mediaType: 'text/plain', bytes: 1 }))
  store.add(A, result(A, 1, 2, makeTrace({ inputs })))
  t.match(store, { size: 1, bytes: 9 })
  store.add(B, result(B, 1, 2))
  t.match(store, { size: 1, bytes: 2 })
})

t.test('one that fills the store by itself is kept, for those who asked for it', async (t) => {
  const store = new ResultStore({ maxBytes: 10 })
  store.add(A, result(A, 1, 5))
  store.add(B, result(B, 1, 50))
  t.ok(store.newest(B))
  t.match(store, { size: 1, bytes: 50 })
  store.add(C, result(C, 1, 1))
  t.equal(store.newest(B), undefined)
  t.match(store, { size: 1, bytes: 1 })
})

t.test('when an older version goes the newer is still found', async (t) => {
  const store = new ResultStore({ maxResults: 2 })
  for (const version of [1, 2, 3]) store.add(A, result(A, version))
  t.equal(store.newest(A)?.object.name.toString(), '/a/v=3')
  t.equal(store.version(Name.parse('/a/v=1')), undefined)
})

t.test(
  'whatever is added and asked for, the bounds hold and the newest is what was added last',
  async (t) => {
    const step = fc.record({ name: fc.constantFrom(A, B, C), size: fc.nat(20), isAdded: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const store = new ResultStore({ maxResults: 4, maxBytes: 40 })
        const last = new Map<string, Result>()
        for (const [version, { name, size, isAdded }] of steps.entries()) {
          if (isAdded) {
            const added = result(name, version, size)
            store.add(name, added)
            last.set(name.key, added)
            if (store.newest(name) !== added) throw new Error('what was added is not there')
          }
          const newest = store.newest(name)
          if (newest !== undefined && newest !== last.get(name.key)) throw new Error('not the newest')
          if (newest !== undefined && store.version(newest.object.name) !== newest)
            throw new Error('no version')
          if (store.size > 4 || store.bytes > 40)
            throw new Error(`${store.size} results, ${store.bytes} bytes`)
        }
      }),
      { numRuns: 500 },
    )
    t.pass('500 histories')
  },
)
