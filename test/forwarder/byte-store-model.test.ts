import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import t from 'tap'
import { ByteStore, cellSize, PAGE_SIZE } from '../../src/forwarder/byte-store.ts'
import { MAX_PACKET_SIZE } from '../../src/packet/index.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What became garbage while a collection was under way beside the program is found by a later one. */
const MAX_COLLECTIONS = 15

const sizes = fc.oneof(
  fc.constantFrom(0, 1, 63, 64, 65, MAX_PACKET_SIZE - 1, MAX_PACKET_SIZE),
  fc.integer({ min: 0, max: MAX_PACKET_SIZE }),
)

/** What stands in a cell that nothing else wrote into. */
function pattern(cell: number, octets: number): Buffer {
  return Buffer.alloc(octets, 1 + (cell % 255))
}

t.test('cells hold what was put into them, overlap no other, and are counted in octets', async (t) => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), sizes, fc.nat()), {
    minLength: 100,
    maxLength: 300,
  })
  let pages = 0
  fc.assert(
    fc.property(steps, (todo) => {
      const store = new ByteStore()
      const live = new Map<number, number>()
      let bytes = 0
      const check = (cell: number, octets: number): void => {
        const at = store.offset(cell)
        assert.ok(at + cellSize(octets) <= PAGE_SIZE)
        assert.ok(
          store
            .buffer(cell)
            .subarray(at, at + octets)
            .equals(pattern(cell, octets)),
        )
      }
      for (const [kind, octets, chosen] of todo) {
        if (kind < 3) {
          const cell = store.allocate(octets)
          assert.ok(!live.has(cell), 'a cell that is in use')
          store.buffer(cell).set(pattern(cell, octets), store.offset(cell))
          live.set(cell, octets)
          bytes += cellSize(octets)
        } else if (live.size > 0) {
          const [cell, size] = [...live][chosen % live.size] as [number, number]
          check(cell, size)
          store.free(cell)
          live.delete(cell)
          bytes -= cellSize(size)
        }
        assert.equal(store.bytes, bytes)
      }
      const ranges = [...live].map(([cell, octets]) => ({
        page: store.buffer(cell),
        start: store.offset(cell),
        end: store.offset(cell) + cellSize(octets),
      }))
      for (const [i, a] of ranges.entries())
        for (const b of ranges.slice(0, i))
          assert.ok(a.page !== b.page || a.end <= b.start || b.end <= a.start)
      pages = Math.max(pages, new Set(ranges.map(({ page }) => page)).size)
      for (const [cell, octets] of live) check(cell, octets)
      for (const cell of live.keys()) store.free(cell)
      assert.equal(store.bytes, 0)
    }),
    { numRuns: 30 },
  )
  t.ok(pages > 5, `${pages} pages at a time`)
})

t.test('a cell is never much larger than what is asked for', async (t) => {
  for (let octets = 1; octets <= MAX_PACKET_SIZE; octets++) {
    const size = cellSize(octets)
    if (size < octets || size > Math.max(octets + 64, 1.25 * octets + 64)) t.fail(`${size} for ${octets}`)
  }
  t.ok(cellSize(MAX_PACKET_SIZE) < MAX_PACKET_SIZE + 64)
})

t.test('pages in which nothing is left are given back, but for one of each size', async (t) => {
  const store = new ByteStore()
  const pages = new Map<Buffer, number>()
  const cells: number[] = []
  for (let i = 0; i < 2000; i++) cells.push(store.allocate(MAX_PACKET_SIZE))
  for (const cell of cells) pages.set(store.buffer(cell), 0)
  t.ok(pages.size > 50, `${pages.size} pages`)
  const refs = [...pages.keys()].map((page) => new WeakRef(page))
  pages.clear()
  for (const cell of cells) store.free(cell)
  t.equal(store.bytes, 0)
  let kept = refs.length
  for (let i = 0; i < MAX_COLLECTIONS && kept > 1; i++) {
    // A WeakRef holds on to what it leads to until the job in which it was made, or asked, is over.
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    kept = refs.filter((ref) => ref.deref() !== undefined).length
  }
  t.ok(kept <= 1, `${kept} pages kept`)
  const again = store.allocate(MAX_PACKET_SIZE)
  store.buffer(again).fill(1, store.offset(again), store.offset(again) + MAX_PACKET_SIZE)
  t.equal(store.bytes, cellSize(MAX_PACKET_SIZE), 'and it goes on')
})
