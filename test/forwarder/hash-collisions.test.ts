import t from 'tap'
import { ContentStore } from '../../src/forwarder/content-store.ts'
import { Fib } from '../../src/forwarder/fib.ts'
import { NONE } from '../../src/forwarder/hash-table.ts'
import { NameHashes } from '../../src/forwarder/name-hashes.ts'
import { Pit } from '../../src/forwarder/pit.ts'
import { Name } from '../../src/packet/index.ts'
import { dataOf, interestOf } from './fixture.ts'

const NAMES = 500

/** A name whose hashes say nothing: every name of as many components looks the same. */
class BadHashes extends NameHashes {
  override read(buffer: Uint8Array, start: number, end: number): this {
    super.read(buffer, start, end)
    this.hash = this.length
    for (let length = 0; length <= this.length; length++) this.hashes[length] = length
    return this
  }
}

function badly(name: Name): NameHashes {
  return new BadHashes().read(name.value, 0, name.value.length)
}

/** Of one length in octets, and in components. */
const names = Array.from({ length: NAMES }, (_, i) => Name.parse(`/n/${String(i).padStart(4, '0')}/x`))

t.test('a PIT in which all names have one hash takes none for another', async (t) => {
  const pit = new Pit(0, NAMES)
  const entries = names.map((name) => pit.insert(badly(name), interestOf(name, { canBePrefix: true }), 1000))
  t.equal(new Set(entries).size, NAMES)
  t.equal(pit.find(badly(Name.parse('/n/none/x')), true, false), NONE)
  const found: number[] = []
  for (const [i, name] of names.entries()) {
    if (pit.find(badly(name), true, false) !== entries[i]) t.fail(`${name} is another`)
    pit.match(badly(name.append(...Name.parse('/y').components)), () => badly(name), found)
    if (found.length !== 1 || found[0] !== entries[i]) t.fail(`a Data below ${name} answers ${found.length}`)
  }
  for (const [i, entry] of entries.entries()) if (i % 2 === 0) pit.remove(entry)
  for (const [i, name] of names.entries())
    if (pit.find(badly(name), true, false) !== (i % 2 === 0 ? NONE : entries[i]))
      t.fail(`${name} after removal`)
  t.equal(pit.size, NAMES / 2)
})

t.test('a Content Store in which all names have one hash gives none for another', async (t) => {
  for (const policy of ['lru', 's3-fifo'] as const) {
    const store = new ContentStore({ policy })
    for (const name of names) store.insert(dataOf(name), badly(name), 0)
    t.equal(store.packets, NAMES)
    const answer = (name: Name, canBePrefix: boolean): Buffer | undefined => {
      if (!store.find(badly(name), canBePrefix, false, 0)) return undefined
      return Buffer.from(store.buffer.subarray(store.start, store.end))
    }
    for (const name of names) {
      const { wire } = dataOf(name)
      if (answer(name, false)?.equals(wire) !== true) t.fail(`${name}`)
      if (answer(name.slice(0, 2), true)?.equals(wire) !== true) t.fail(`the prefix of ${name}`)
    }
    t.equal(answer(Name.parse('/n/none/x'), false), undefined)
    t.equal(answer(Name.parse('/n/none'), true), undefined)
    t.equal(store.hits, 2 * NAMES)
  }
})

t.test('a table far larger than it was at first takes no name for another', async (t) => {
  const many = Array.from({ length: 20_000 }, (_, i) => Name.parse(`/${i % 7}/${i}`))
  const fib = new Fib()
  for (const [i, name] of many.entries()) fib.add(name, i, 0)
  t.equal(fib.size, many.length)
  let wrong = 0
  for (const [i, name] of many.entries()) if (fib.lookup(name)[0]?.face !== i) wrong++
  for (let i = 0; i < 20_000; i++) if (fib.lookup(Name.parse(`/${(i + 1) % 7}/${i}`)).length > 0) wrong++
  t.equal(wrong, 0)
})
