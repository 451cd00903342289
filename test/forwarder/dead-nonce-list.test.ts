import t from 'tap'
import { DeadNonceList, MAX_GENERATION, NONCE_LIFETIME_MS } from '../../src/forwarder/dead-nonce-list.ts'
import { hashesOf } from './fixture.ts'

const A = hashesOf('/a').hash

t.test('it keeps at least one generation and at most two', async (t) => {
  const list = new DeadNonceList(0, 100)
  t.equal(list.has(A, 0), false)
  let gone = 0
  for (let nonce = 0; nonce < 1000; nonce++) {
    list.add(A, nonce, nonce * NONCE_LIFETIME_MS)
    for (let old = Math.max(0, nonce - 99); old <= nonce; old++) if (!list.has(A, old)) gone++
  }
  t.equal(gone, 0)
  t.equal(list.has(A, 799), false, 'the older ones are forgotten')
  t.equal(list.has(hashesOf('/b').hash, 999), false)
  t.equal(list.has(A, -1), false)
})

t.test(
  'one that fills in less than the time for which nonces are remembered grows, up to its bound',
  async (t) => {
    const list = new DeadNonceList(0, 100)
    for (let nonce = 0; nonce < 5000; nonce++) list.add(A, nonce, NONCE_LIFETIME_MS - 1)
    let gone = 0
    for (let nonce = 0; nonce < 5000; nonce++) if (!list.has(A, nonce)) gone++
    t.equal(gone, 0)
    for (let nonce = 0; nonce < 3 * MAX_GENERATION; nonce++) list.add(A, nonce, 0)
    t.equal(list.has(A, 0), false, 'it does not grow for ever')
    t.equal(list.has(A, 3 * MAX_GENERATION - 1), true)
  },
)

t.test('no two of 40,000 names and nonces are taken for one another', async (t) => {
  const list = new DeadNonceList(0, 20_000)
  const hashes = Array.from({ length: 20_000 }, (_, i) => hashesOf(`/a/${i}`).hash)
  const others = Array.from({ length: 20_000 }, (_, i) => hashesOf(`/b/${i}`).hash)
  for (const [i, hash] of hashes.entries()) list.add(hash, i * 7, 0)
  let wrong = 0
  for (const [i, hash] of hashes.entries())
    if (list.has(hash, i * 7 + 1) || list.has(others[i] as number, i)) wrong++
  t.equal(wrong, 0)
})

t.test('a hash and a nonce of 0 are known only after they were added', async (t) => {
  const list = new DeadNonceList(0, 10)
  t.equal(list.has(0, 0), false)
  list.add(0, 0, 0)
  t.equal(list.has(0, 0), true)
  t.equal(list.has(0, 1), false)
})
