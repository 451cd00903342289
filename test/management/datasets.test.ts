import t from 'tap'
import type { DispatcherOptions } from '../../src/management/index.ts'
import { type Data, NackReason, Name } from '../../src/packet/index.ts'
import { dataIn, TestNode } from './fixture.ts'

const NAME = Name.parse('/localhost/nfd/test/dataset')

/** A node with a dataset of so many items of 100 octets. */
function makeNode(items: number, options: Partial<DispatcherOptions> = {}) {
  const node = new TestNode(options)
  const made: number[] = []
  node.dispatcher.addDataset('test', 'dataset', function* () {
    made.push(0)
    for (let i = 0; i < items; i++) {
      made[made.length - 1] = i + 1
      yield Buffer.alloc(100, i)
    }
  })
  const ask = async (): Promise<Data> =>
    dataIn(await node.ask({ name: NAME, canBePrefix: true, mustBeFresh: true }))
  return { node, made, ask }
}

t.test('a dataset is an object of segments, fresh for a second', async (t) => {
  const { node, ask } = makeNode(1200)
  const first = await ask()
  t.equal(first.name.length, NAME.length + 2)
  t.equal(first.freshnessPeriod, 1000)
  t.equal(first.finalBlockId?.number, 14)
  const all = await node.dataset('test/dataset')
  t.equal(all.length, 120_000)
  for (let i = 0; i < 1200; i++) if (all[i * 100] !== i % 256) t.fail(`item ${i}`)
})

t.test('a dataset without items has one empty segment', async (t) => {
  const { ask } = makeNode(0)
  const data = await ask()
  t.equal(data.content.length, 0)
  t.equal(data.finalBlockId?.number, 0)
})

t.test('each time that it is asked for a dataset is made anew', async (t) => {
  const { made, ask } = makeNode(1)
  const versions = [(await ask()).name.at(-2)?.number ?? 0, (await ask()).name.at(-2)?.number ?? 0]
  t.ok((versions[0] ?? 0) < (versions[1] ?? 0))
  t.equal(made.length, 2)
})

t.test('a large dataset is made in several turns, and once for all who ask meanwhile', async (t) => {
  const { node, made, ask } = makeNode(2000)
  const asked = ask()
  const { answers } = node
  void node.ask({ name: NAME, canBePrefix: true, mustBeFresh: true })
  t.equal(made[0], 500)
  t.equal(answers.length, 0)
  await asked
  while (answers.length < 2) await new Promise(setImmediate)
  t.same(made, [2000])
})

t.test('of the versions of datasets the last ones are kept', async (t) => {
  const { node, ask } = makeNode(1, { maxDatasetsKept: 2 })
  const versions = [await ask(), await ask(), await ask()]
  const again = await Promise.all(versions.map(({ name }) => node.ask({ name }, 1, String(name))))
  t.same(again.length, 3)
  const nacked = node.answers.filter((answer) => 'nack' in answer)
  t.match(nacked, [{ nack: NackReason.NoRoute, pitToken: String(versions[0]?.name) }])
})

t.test('of the octets of datasets as many are kept as are bounded, and the newest in any case', async (t) => {
  const { node, ask } = makeNode(1, { maxDatasetBytes: 250 })
  const versions = [await ask(), await ask(), await ask()]
  for (const [i, { name }] of versions.entries())
    t.match(await node.ask({ name }), i === 0 ? { nack: NackReason.NoRoute } : { data: {} })
  const large = makeNode(10, { maxDatasetBytes: 250 })
  const { name } = await large.ask()
  t.match(await large.node.ask({ name }), { data: {} })
})
