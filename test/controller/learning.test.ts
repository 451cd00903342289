import t, { type Test } from 'tap'
import type { InstanceReport, WorkReport } from '../../src/control/index.ts'
import { Learning, MAX_RUNS_KNOWN } from '../../src/controller/learning.ts'
import { Store } from '../../src/controller/store.ts'
import type { WatchedNode } from '../../src/controller/watched-node.ts'
import { temporaryFolder } from '../engine/fixture.ts'
import { node as factsOf } from './network.ts'

/** A planner that only notes what it learns. */
class Notes {
  readonly learned: { readonly instance: string; readonly run: number }[] = []
  loaded: unknown
  learn = ({ instance, run }: WorkReport): void => void this.learned.push({ instance, run })
  load = (costs: unknown): void => {
    this.loaded = costs
  }
  save = (): unknown => this.learned.length
}

/** @param cpus by instance */
function nodeWith(cpus: Record<string, readonly number[]>): WatchedNode {
  const instances = Object.entries(cpus).map(([id, own]) => ({ id, cpus: own }) as InstanceReport)
  const known: Pick<WatchedNode, 'name' | 'facts' | 'report'> = {
    name: 'a',
    facts: factsOf('a'),
    report: { controller: '', revision: 1, isApplied: true, problems: [], instances },
  }
  return known as WatchedNode
}

function work(instance: string, start: number, run: number): WorkReport {
  const [received, fetch, wait] = [start - 30, 20, 10]
  return {
    instance,
    function: 'f',
    result: '/r',
    mediaType: '',
    bytes: 1,
    inputs: [],
    received,
    fetch,
    wait,
    run,
  }
}

async function open(t: Test): Promise<{ store: Store; notes: Notes; learning: Learning }> {
  const store = new Store(await temporaryFolder(t))
  t.teardown(() => store.close())
  const notes = new Notes()
  return { store, notes, learning: new Learning(store, notes) }
}

t.test('what took long because others ran on the same vCPU counts as it had taken alone', async (t) => {
  const { notes, learning } = await open(t)
  const node = nodeWith({ one: [10], two: [10], three: [11] })
  learning.add(work('one', 1000, 100), node)
  learning.add(work('three', 1000, 100), node)
  learning.round(0)
  t.same(notes.learned, [], 'not yet')
  // It ran longer, and so is told of later.
  learning.add(work('two', 1000, 300), node)
  learning.round(1)
  t.same(notes.learned, [
    { instance: 'one', run: 50 },
    { instance: 'three', run: 100 },
  ])
  learning.round(2)
  t.same(notes.learned.slice(2), [{ instance: 'two', run: 250 }])
})

t.test(
  'instances that each have a share of their own slow each other down only beyond a whole CPU',
  async (t) => {
    const { notes, learning } = await open(t)
    const node = nodeWith({ one: [10], two: [10], three: [10] })
    const facts = factsOf('a', { share: 0.4 })
    node.facts = { ...facts, cpu: { ...facts.cpu, shareOf: 'instance' } }
    learning.add(work('one', 1000, 100), node)
    learning.add(work('two', 1000, 200), node)
    learning.add(work('three', 1000, 100), node)
    learning.close()
    // Three want 1.2 of a CPU, two 0.8.
    const runs = notes.learned.map(({ run }) => Math.round(run))
    t.same(runs, [Math.round(100 / 1.2), Math.round(100 / 1.2 + 100), Math.round(100 / 1.2)])
  },
)

t.test('so many pieces of work are remembered to see which ran beside others, the newest', async (t) => {
  const { notes, learning } = await open(t)
  const node = nodeWith({ one: [10], two: [10], other: [11] })
  const last = () => notes.learned.at(-1)
  for (const [others, run] of [
    [MAX_RUNS_KNOWN - 2, 50],
    [MAX_RUNS_KNOWN, 100],
  ] as const) {
    const at = 1000 + 1_000_000 * others
    learning.add(work('one', at, 100), node)
    for (let n = 0; n < others; n++) learning.add(work('other', at + 200 + 10 * n, 10), node)
    learning.add(work('two', at, 100), node)
    learning.round(0)
    learning.round(0)
    t.same(last(), { instance: 'two', run })
  }
})

t.test('what is learned is kept, and learned once', async (t) => {
  const { store, notes, learning } = await open(t)
  const node = nodeWith({ one: [10] })
  learning.add(work('one', 1000, 100), node)
  learning.close()
  t.equal(notes.learned.length, 1, 'also what had not waited yet')

  const again = new Notes()
  const next = new Learning(store, again)
  t.equal(again.loaded, 1)
  next.add(work('one', 1000, 100), node)
  next.add(work('one', 1050, 100), node)
  next.close()
  t.same(again.learned, [{ instance: 'one', run: 75 }], 'the old one only as one that ran beside it')
})
