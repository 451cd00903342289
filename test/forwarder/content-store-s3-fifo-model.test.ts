import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { ContentStore } from '../../src/forwarder/content-store.ts'
import { Data, type Name } from '../../src/packet/index.ts'
import { dataOf, findIn, insertInto, interestOf } from './fixture.ts'
import { isPrefix, names } from './model.ts'

const MAX_BYTES = 6000

const steps = fc.array(
  fc.record({
    kind: fc.integer({ min: 0, max: 19 }),
    name: names,
    octets: fc.integer({ min: 0, max: 1000 }),
    limit: fc.integer({ min: 0, max: 30 }),
    canBePrefix: fc.boolean(),
    mustBeFresh: fc.boolean(),
  }),
  { minLength: 100, maxLength: 200 },
)

t.test(
  'under s3-fifo bounds hold and what is found is what was last inserted, never anything else',
  async (t) => {
    const total = { hits: 0, misses: 0, evictions: 0 }
    fc.assert(
      fc.property(steps, (todo) => {
        const store = new ContentStore({ maxPackets: 20, maxBytes: MAX_BYTES, policy: 's3-fifo' })
        /** What was inserted, though some of it may be gone: the last of each name. */
        const inserted = new Map<string, { wire: Uint8Array; staleAt: number; name: Name }>()
        let now = 0
        let insertions = 0
        for (const { kind, name, octets, limit, canBePrefix, mustBeFresh } of todo) {
          now++
          if (kind < 8) {
            const freshnessPeriod = octets % 50
            const data = dataOf(name, { content: Buffer.alloc(octets, now), freshnessPeriod })
            if (store.maxPackets > 0) insertions++
            insertInto(store, data, now)
            const staleAt = now + freshnessPeriod
            if (store.maxPackets > 0) inserted.set(String(name), { wire: data.wire, staleAt, name })
          } else if (kind < 18) {
            const wire = findIn(store, interestOf(name, { canBePrefix, mustBeFresh }), now)
            if (wire === undefined) continue
            const found = Data.decode(wire)
            const known = inserted.get(String(found.name))
            assert.ok(known !== undefined && Buffer.compare(known.wire, wire) === 0)
            assert.ok(canBePrefix ? isPrefix(name, found.name) : String(name) === String(found.name))
            assert.ok(!mustBeFresh || known.staleAt > now)
          } else if (kind === 18) {
            const before = store.packets
            const erased = store.erase(name, limit)
            assert.ok(erased <= limit)
            assert.equal(store.packets, before - erased)
            if (erased === limit) continue
            for (const [text, entry] of inserted) if (isPrefix(name, entry.name)) inserted.delete(text)
          } else store.maxPackets = limit
          assert.ok(store.packets <= store.maxPackets && store.bytes <= MAX_BYTES)
          assert.ok(store.packets <= inserted.size)
          assert.equal(store.insertions, insertions)
        }
        total.hits += store.hits
        total.misses += store.misses
        total.evictions += store.evictions
        store.maxPackets = 0
        assert.deepEqual([store.packets, store.bytes], [0, 0])
      }),
      { numRuns: 60 },
    )
    t.ok(total.hits > 200 && total.misses > 1000 && total.evictions > 1000, JSON.stringify(total))
  },
)
