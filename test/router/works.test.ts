import t from 'tap'
import { NO_CURSOR } from '../../src/control/index.ts'
import { worksName } from '../../src/function/index.ts'
import type { Name } from '../../src/packet/index.ts'
import { MAX_WORKS_KEPT, type Worker, Works } from '../../src/router/works.ts'

const work = (number: number, received = number) => ({
  number,
  function: 'f',
  result: `/128=f/x/${number}/v=1`,
  mediaType: 'text/plain',
  bytes: 1,
  inputs: [{ name: `/x/${number}`, mediaType: 'text/plain', bytes: 1 }],
  received,
  fetch: 0,
  wait: 0,
  run: 0,
})

/** Instances that have done so many pieces of work each, and tell of so many at a time. */
function makeWorks(done: Record<string, number>, atATime = 100) {
  const asked: string[] = []
  const workers = new Map<string, Worker>(
    Object.keys(done).map((id) => [id, { id, name: 'f', process: `${id}-1` }]),
  )
  let now = 0
  const ask = async (name: Name) => {
    asked.push(String(name))
    const id = name.at(2)?.text ?? ''
    const since = Number(name.at(-1)?.text)
    const last = done[id] as number
    if (Number.isNaN(last)) throw new Error('no answer')
    const works = []
    for (let i = since + 1; i <= Math.min(last, since + atATime); i++) works.push(work(i))
    return { content: Buffer.from(JSON.stringify({ works, last })) }
  }
  const works = new Works({ workers: () => [...workers.values()], ask, now: () => now })
  return {
    works,
    asked,
    workers,
    /** What is told a while later. */
    async later(cursor = NO_CURSOR): Promise<string[]> {
      now += 100
      return (await works.since(cursor)).works.map(({ instance, result }) => `${instance} ${result}`)
    },
  }
}

t.test(
  'what instances have done is put together, each once, in the order in which it was finished',
  async (t) => {
    const done = { a: 2, b: 1 }
    const under = makeWorks(done)
    t.same(await under.later(), ['a /128=f/x/1/v=1', 'b /128=f/x/1/v=1', 'a /128=f/x/2/v=1'])
    t.same(under.asked, [String(worksName('f', 'a', 0)), String(worksName('f', 'b', 0))])
    done.b = 2
    t.same((await under.later()).slice(3), ['b /128=f/x/2/v=1'])
  },
)

t.test('one that tells of little at a time is asked until it has told all', async (t) => {
  const under = makeWorks({ a: 7 }, 3)
  t.equal((await under.later()).length, 7)
  t.equal(under.asked.length, 3)
})

t.test('who asks again at once is told the same', async (t) => {
  const under = makeWorks({ a: 1 })
  await under.later()
  t.equal((await under.works.since(NO_CURSOR)).works.length, 1)
  t.equal(under.asked.length, 1)
})

t.test('one that does not answer, or not what it should, is passed over', async (t) => {
  const under = makeWorks({ a: Number.NaN, b: 1 })
  t.same(await under.later(), ['b /128=f/x/1/v=1'])
  const broken = new Works({
    workers: () => [{ id: 'a', name: 'f', process: 'a-1' }],
    ask: async () => ({ content: Buffer.from('nonsense') }),
  })
  t.same((await broken.since(NO_CURSOR)).works, [])
})

t.test('a process that is new counts anew', async (t) => {
  const under = makeWorks({ a: 3 })
  await under.later()
  under.workers.set('a', { id: 'a', name: 'f', process: 'a-2' })
  t.equal((await under.later()).length, 6)
})

t.test('so many are kept, the newest', async (t) => {
  const under = makeWorks({ a: MAX_WORKS_KEPT + 10 })
  const kept = await under.later()
  t.equal(kept.length, MAX_WORKS_KEPT)
  const later = await under.later()
  t.equal(later.length, MAX_WORKS_KEPT)
  t.equal(later.at(-1), `a /128=f/x/${MAX_WORKS_KEPT + 10}/v=1`)
})

t.test('whoever asks with the cursor of an answer is told what is new since', async (t) => {
  const done = { a: 3 }
  const { works, later } = makeWorks(done)
  const first = await works.since(NO_CURSOR)
  t.equal(first.works.length, 3)
  t.same(await later(first.cursor), [])
  done.a = 5
  t.same(await later(first.cursor), ['a /128=f/x/4/v=1', 'a /128=f/x/5/v=1'])
  t.same(
    await later(first.cursor),
    ['a /128=f/x/4/v=1', 'a /128=f/x/5/v=1'],
    'the same cursor, the same answer',
  )
  const second = await works.since(first.cursor)
  t.same(await later(second.cursor), [])
  done.a = 5 + MAX_WORKS_KEPT + 1
  t.equal((await later(second.cursor)).length, MAX_WORKS_KEPT, 'what is not kept any more it is not told')
})

t.test('a cursor of another start of the node, and what is none, say nothing', async (t) => {
  const { works, later } = makeWorks({ a: 3 })
  const other = makeWorks({ a: 2 })
  const { cursor } = await other.works.since(NO_CURSOR)
  await works.since(NO_CURSOR)
  for (const one of [cursor, '', '-', '3', `${cursor}x`]) t.equal((await later(one)).length, 3, one)
})
