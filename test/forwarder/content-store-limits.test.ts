import t from 'tap'
import { cellSize } from '../../src/forwarder/byte-store.ts'
import { ContentStore } from '../../src/forwarder/content-store.ts'
import { Name } from '../../src/packet/index.ts'
import { dataOf, findIn, insertInto, interestOf } from './fixture.ts'

function names(store: ContentStore, count: number): string[] {
  const found: string[] = []
  for (let i = 0; i < count; i++) if (findIn(store, interestOf(`/p/${i}`), 0)) found.push(`/p/${i}`)
  return found
}

t.test('beyond the number of packets what was used longest ago goes first', async (t) => {
  const store = new ContentStore({ maxPackets: 3 })
  for (let i = 0; i < 3; i++) insertInto(store, dataOf(`/p/${i}`), 0)
  findIn(store, interestOf('/p/0'), 0)
  insertInto(store, dataOf('/p/3'), 0)
  t.same(names(store, 5), ['/p/0', '/p/2', '/p/3'])
  t.equal(store.evictions, 1)
  insertInto(store, dataOf('/p/0'), 0)
  t.equal(store.evictions, 1, 'replacing evicts nothing')
  t.equal(store.packets, 3)
})

t.test('beyond the number of octets what was used longest ago goes first', async (t) => {
  const content = Buffer.alloc(1000)
  const length = cellSize(dataOf('/p/0', { content }).wire.length)
  const store = new ContentStore({ maxBytes: 3 * length })
  for (let i = 0; i < 3; i++) insertInto(store, dataOf(`/p/${i}`, { content }), 0)
  t.equal(store.bytes, 3 * length)
  insertInto(store, dataOf('/p/3'), 0)
  t.same(names(store, 4), ['/p/1', '/p/2', '/p/3'])
  insertInto(store, dataOf('/p/4', { content: Buffer.alloc(2500) }), 0)
  t.same(names(store, 5), ['/p/3', '/p/4'])
  t.ok(store.bytes <= store.maxBytes)
  insertInto(store, dataOf('/p/5', { content: Buffer.alloc(4000) }), 0)
  t.same(names(store, 6), ['/p/3', '/p/4'], 'one that is larger than the whole store is not taken')
})

t.test(
  'when the packet that stands for a prefix is evicted the prefix is a miss, not a wrong answer',
  async (t) => {
    const store = new ContentStore({ maxPackets: 2 })
    insertInto(store, dataOf('/o/v=1/seg=0'), 0)
    insertInto(store, dataOf('/o/v=1/seg=1'), 0)
    insertInto(store, dataOf('/o/v=1/seg=2'), 0)
    t.equal(findIn(store, interestOf('/o', { canBePrefix: true }), 0), undefined)
    insertInto(store, dataOf('/o/v=1/seg=0'), 0)
    t.ok(findIn(store, interestOf('/o', { canBePrefix: true }), 0))
  },
)

t.test('what a store keeps does not depend on the chunk that it came in', async (t) => {
  const store = new ContentStore()
  const chunk = Buffer.alloc(65_536)
  const { wire } = dataOf('/a/b')
  chunk.set(wire, 100)
  const { Data } = await import('../../src/packet/index.ts')
  insertInto(store, Data.decode(chunk.subarray(100, 100 + wire.length)), 0)
  const kept = findIn(store, interestOf('/a', { canBePrefix: true }), 0)
  chunk.fill(0)
  t.same(kept, wire)
  const digest = dataOf('/a/b').implicitDigest
  const asked = interestOf(`/a/b/sha256digest=${Buffer.from(digest).toString('hex')}`)
  t.same(findIn(store, asked, 0), wire, 'nor is the digest taken of that chunk')
})

t.test('Data with very long names cannot fill the index of prefixes', async (t) => {
  const store = new ContentStore({ maxPackets: 100 })
  const longName = (i: number): Name => Name.parse(`/${i}${'/x'.repeat(2000)}`)
  for (let i = 0; i < 100; i++) insertInto(store, dataOf(longName(i)), 0)
  // 100 packets have room for 16 prefixes each, and each of these has 128 that count.
  t.equal(store.packets, 12)
  t.ok(findIn(store, interestOf(longName(99)), 0), 'the last is there')
  t.ok(findIn(store, interestOf('/99/x', { canBePrefix: true }), 0))
  t.equal(findIn(store, interestOf(longName(99).slice(0, 500), { canBePrefix: true }), 0), undefined)
})
