import t from 'tap'
import { ContentStore } from '../../src/forwarder/content-store.ts'
import { Name } from '../../src/packet/index.ts'
import { dataOf, findIn, insertInto, interestOf } from './fixture.ts'

const MAX_PACKETS = 100
const POPULAR = 50
/** Names that are asked for once, between one round of the popular ones and the next. */
const SCAN = 80

/** Asks for a Data, and inserts it where it is not there, as a forwarder would. Whether it was there. */
function ask(store: ContentStore, uri: string): boolean {
  if (findIn(store, interestOf(uri), 0) !== undefined) return true
  insertInto(store, dataOf(uri), 0)
  return false
}

/** Hits of popular names while many others are asked for once. */
function hitsDuringScan(store: ContentStore): number {
  for (let round = 0; round < 4; round++) for (let i = 0; i < POPULAR; i++) ask(store, `/popular/${i}`)
  let hits = 0
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < SCAN; i++) ask(store, `/scan/${round * SCAN + i}`)
    for (let i = 0; i < POPULAR; i++) if (ask(store, `/popular/${i}`)) hits++
    if (store.packets > MAX_PACKETS) throw new Error('too many packets')
  }
  return hits
}

t.test('under s3-fifo names that are asked for often survive many that are asked for once', async (t) => {
  const store = new ContentStore({ maxPackets: MAX_PACKETS, policy: 's3-fifo' })
  t.equal(store.policy, 's3-fifo')
  t.equal(hitsDuringScan(store), 20 * POPULAR)
})

t.test('under lru names that are asked for once drive out all others', async (t) => {
  const store = new ContentStore({ maxPackets: MAX_PACKETS })
  t.equal(store.policy, 'lru', 'as NFD has it')
  t.equal(hitsDuringScan(store), 0)
})

t.test('under s3-fifo a name that was driven out and comes back is kept for longer', async (t) => {
  const store = new ContentStore({ maxPackets: MAX_PACKETS, policy: 's3-fifo' })
  ask(store, '/again')
  for (let i = 0; i < 2 * MAX_PACKETS - 1; i++) ask(store, `/first/${i}`)
  t.equal(ask(store, '/again'), false)
  for (let i = 0; i < 2 * MAX_PACKETS; i++) ask(store, `/second/${i}`)
  t.equal(ask(store, '/again'), true)
  t.equal(ask(store, '/first/0'), false)
})

t.test('under s3-fifo a main queue that nobody asks for any more makes room', async (t) => {
  const store = new ContentStore({ maxPackets: MAX_PACKETS, policy: 's3-fifo' })
  for (let round = 0; round < 9; round++) for (let i = 0; i < MAX_PACKETS; i++) ask(store, `/old/${i}`)
  for (let round = 0; round < 9; round++) for (let i = 0; i < MAX_PACKETS - 10; i++) ask(store, `/new/${i}`)
  let hits = 0
  for (let i = 0; i < MAX_PACKETS - 10; i++) if (findIn(store, interestOf(`/new/${i}`), 0)) hits++
  t.equal(hits, MAX_PACKETS - 10)
})

for (const policy of ['lru', 's3-fifo'] as const) {
  t.test(`${policy}: hits, misses, insertions and evictions are counted`, async (t) => {
    const store = new ContentStore({ maxPackets: 3, policy })
    for (let i = 0; i < 5; i++) insertInto(store, dataOf(`/p/${i}`), 0)
    insertInto(store, dataOf('/p/4'), 0)
    const { insertions, evictions, packets } = store
    t.same({ insertions, evictions, packets }, { insertions: 6, evictions: 2, packets: 3 })
    for (let i = 0; i < 5; i++) findIn(store, interestOf(`/p/${i}`), 0)
    t.same({ hits: store.hits, misses: store.misses }, { hits: 3, misses: 2 })
    store.erase(Name.parse('/p'))
    t.equal(store.evictions, 2, 'what is erased is not evicted')
  })

  t.test(`${policy}: the number of packets can be changed while running`, async (t) => {
    const store = new ContentStore({ maxPackets: 10, policy })
    for (let i = 0; i < 10; i++) insertInto(store, dataOf(`/p/${i}`), 0)
    store.maxPackets = 4
    t.equal(store.maxPackets, 4)
    t.equal(store.packets, 4, 'what is too much goes at once')
    t.equal(store.evictions, 6)
    for (let i = 6; i < 10; i++) t.ok(findIn(store, interestOf(`/p/${i}`), 0), 'the last of them stay')
    store.maxPackets = 200
    for (let i = 0; i < 300; i++) insertInto(store, dataOf(`/q/${i}`), 0)
    t.equal(store.packets, 200, 'past the room that there was at first')
    store.maxPackets = 0
    t.same([store.packets, store.bytes], [0, 0])
    insertInto(store, dataOf('/p/1'), 0)
    t.equal(store.packets, 0)
    store.maxPackets = 1
    insertInto(store, dataOf('/p/1'), 0)
    t.ok(findIn(store, interestOf('/p/1'), 0))
  })

  t.test(`${policy}: no more than asked for is erased`, async (t) => {
    const store = new ContentStore({ policy })
    for (let i = 0; i < 100; i++) insertInto(store, dataOf(`/p/${i}`), 0)
    insertInto(store, dataOf('/q/1'), 0)
    t.equal(store.erase(Name.parse('/p'), 0), 0)
    t.equal(store.erase(Name.parse('/p'), 30), 30)
    t.equal(store.packets, 71)
    t.equal(store.erase(Name.parse('/p'), 100), 70)
    t.ok(findIn(store, interestOf('/q/1'), 0))
  })
}

t.test(
  's3-fifo remembers as much as there is room for since the number of packets was changed',
  async (t) => {
    const store = new ContentStore({ maxPackets: 0, policy: 's3-fifo' })
    store.maxPackets = MAX_PACKETS
    t.equal(hitsDuringScan(store), 20 * POPULAR)
    const other = new ContentStore({ maxPackets: 1, policy: 's3-fifo' })
    other.maxPackets = MAX_PACKETS
    ask(other, '/again')
    for (let i = 0; i < 2 * MAX_PACKETS - 1; i++) ask(other, `/first/${i}`)
    ask(other, '/again')
    for (let i = 0; i < 2 * MAX_PACKETS; i++) ask(other, `/second/${i}`)
    t.equal(ask(other, '/again'), true)
  },
)

t.test('a store that does not admit keeps what it has, and takes in nothing', async (t) => {
  const store = new ContentStore()
  insertInto(store, dataOf('/p/1'), 0)
  store.isAdmitting = false
  insertInto(store, dataOf('/p/2'), 0)
  t.equal(store.insertions, 1)
  t.ok(findIn(store, interestOf('/p/1'), 0))
  t.equal(findIn(store, interestOf('/p/2'), 0), undefined)
  store.isAdmitting = true
  insertInto(store, dataOf('/p/2'), 0)
  t.ok(findIn(store, interestOf('/p/2'), 0))
})

t.test('a store that does not serve takes in Data, and answers nothing', async (t) => {
  const store = new ContentStore()
  store.isServing = false
  insertInto(store, dataOf('/p/1'), 0)
  t.equal(findIn(store, interestOf('/p/1'), 0), undefined)
  t.same([store.packets, store.hits, store.misses], [1, 0, 1])
  store.isServing = true
  t.ok(findIn(store, interestOf('/p/1'), 0))
})
