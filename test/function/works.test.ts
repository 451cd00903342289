import t from 'tap'
import { type DoneWorks, worksName } from '../../src/function/index.ts'
import {
  MAX_INPUT_NAMES_BYTES,
  MAX_WORKS_BYTES,
  MAX_WORKS_KEPT,
  WorkMemory,
} from '../../src/function/works.ts'
import { Name } from '../../src/packet/index.ts'
import { makeTrace } from './fixtures/traces.ts'
import { show, World } from './fixtures/world.ts'

function told(memory: WorkMemory, since: number): DoneWorks {
  const json = memory.since(since)
  if (Buffer.byteLength(json) > MAX_WORKS_BYTES) throw new Error(`${json.length} octets`)
  return JSON.parse(json) as DoneWorks
}

/** As one who polls: asks until there is nothing more. */
function toldInAll(memory: WorkMemory): number[] {
  const numbers: number[] = []
  for (;;) {
    const { works } = told(memory, numbers.at(-1) ?? 0)
    if (works.length === 0) return numbers
    numbers.push(...works.map(({ number }) => number))
  }
}

t.test('an instance tells what it has done, whatever its id, never from a cache', async (t) => {
  const world = new World()
  world.addContent('/x', 'abc')
  world.addContent('/y', 'y')
  world.addFunction('f', show('f'))
  world.addFunction('bad', () => {
    throw new Error('no')
  })
  const ask = async (name: string, since: number): Promise<DoneWorks> => {
    const asked = worksName(name, 'any', since)
    const data = await world.clock.run(world.consumer.express(asked, { mustBeFresh: true }))
    t.ok(data.name.equals(asked))
    t.match(data, { freshnessPeriod: 0, mediaType: 'application/json' })
    return JSON.parse(Buffer.from(data.content).toString()) as DoneWorks
  }
  t.same(await ask('f', 0), { works: [], last: 0 })
  const { name } = await world.clock.run(world.get('f/x'))
  await world.run('f/y')
  await world.run('f/y')
  const { works, last } = await ask('f', 0)
  t.equal(last, 2, 'what is answered again is no new work')
  t.match(works, [
    {
      number: 1,
      function: 'f',
      result: name.toString(),
      mediaType: 'text/plain',
      bytes: 6,
      inputs: [{ name: /^\/x\/v=\d+$/, mediaType: 'text/plain', bytes: 3 }],
      received: Number,
      fetch: Number,
      wait: 0,
      run: 0,
    },
    { number: 2 },
  ])
  t.notOk('by' in (works[0] ?? {}))
  t.match(await ask('f', 1), { works: [{ number: 2 }], last: 2 })
  t.same(await ask('f', 9), { works: [], last: 2 })
  await world.fail('bad/x')
  t.same(await ask('bad', 0), { works: [], last: 0 }, 'only results count')
})

t.test('what is no such question is work like any other', async (t) => {
  t.equal(worksName('f', 'a', 7).toString(), '/128=f/32=instance/a/32=works/7')
  const world = new World()
  world.addFunction('f', show('f'))
  const rest = [
    'a',
    'a/health',
    'a/32=health/1',
    'a/32=works',
    'b/32=works/-1',
    'b/32=works/x',
    'c/32=works/1/2',
  ]
  for (const uri of rest) {
    world.addContent(`/32=instance/${uri}`, 'c')
    t.equal(await world.run(`f/32=instance/${uri}`), 'f(c)', uri)
  }
})

t.test('no more works are kept than the bound', async (t) => {
  const memory = new WorkMemory()
  for (let i = 0; i < MAX_WORKS_KEPT + 10; i++) memory.add(makeTrace())
  const numbers = toldInAll(memory)
  t.equal(numbers.length, MAX_WORKS_KEPT)
  t.equal(numbers[0], 11)
  t.equal(told(memory, 0).last, MAX_WORKS_KEPT + 10)
})

t.test('an answer has as many as go into it, and the next has the others', async (t) => {
  const memory = new WorkMemory()
  const key = Buffer.from(Name.parse(`/${'x'.repeat(900)}`).value).toString('latin1')
  for (let i = 0; i < 20; i++) memory.add(makeTrace({ resultKey: key }))
  const { works, last } = told(memory, 0)
  t.match(works.length, 6)
  t.equal(last, 20)
  t.equal(toldInAll(memory).length, 20)
})

t.test('very many inputs are not named, and what does not go into any answer is left out', async (t) => {
  const memory = new WorkMemory()
  const key = Buffer.from(Name.parse(`/${'x'.repeat(100)}`).value).toString('latin1')
  const inputs = (count: number) => Array.from({ length: count }, () => ({ key, mediaType: 'a/b', bytes: 1 }))
  const most = Math.floor(MAX_INPUT_NAMES_BYTES / key.length)
  memory.add(makeTrace({ inputs: inputs(most) }))
  memory.add(makeTrace({ inputs: inputs(most + 1) }))
  const long = Buffer.from(Name.parse(`/${'%FF'.repeat(3000)}`).value).toString('latin1')
  memory.add(makeTrace({ resultKey: long }))
  memory.add(makeTrace())
  const works = [...told(memory, 0).works]
  t.same(
    works.map(({ number, inputs }) => [number, inputs.length]),
    [
      [1, most],
      [2, 0],
    ],
  )
  t.same(toldInAll(memory), [1, 2, 4])
})
