import t from 'tap'
import { bytesOf } from '../endpoint/fixtures/objects.ts'
import { quiet } from '../endpoint/fixtures/virtual-clock.ts'
import { Gate, show, textOf, World } from './fixtures/world.ts'

/** A function `f` each of whose pieces of work waits for a gate of its own, in the order of their coming. */
function addGated(world: World, limits: { concurrency: number; queue: number }) {
  const running: { input: string; gate: Gate }[] = []
  let most = 0
  let current = 0
  world.addFunction(
    'f',
    async (input) => {
      most = Math.max(most, ++current)
      const gate = new Gate()
      running.push({ input: Buffer.from(input).toString(), gate })
      await gate.opened
      current--
      return show('f')(input)
    },
    { limits },
  )
  return { running, most: () => most }
}

t.test(
  'no more is done at a time than the limit allows, and the others follow in the order of their coming',
  async (t) => {
    const world = new World()
    const uris = Array.from({ length: 7 }, (_, i) => `/x/${i}`)
    for (const uri of uris) world.addContent(uri, uri)
    const { running, most } = addGated(world, { concurrency: 2, queue: 5 })
    const all = []
    for (const uri of uris) {
      all.push(world.get(`f${uri}`))
      await quiet()
    }
    t.equal(running.length, 2)
    for (let i = 0; i < 7; i++) {
      ;(running[i] as { gate: Gate }).gate.open()
      await quiet()
      t.equal(running.length, Math.min(7, i + 3))
    }
    t.same(
      (await world.clock.run(Promise.all(all))).map(textOf),
      uris.map((uri) => `f(${uri})`),
    )
    t.same(
      running.map(({ input }) => input),
      uris,
    )
    t.equal(most(), 2)
  },
)

t.test('a slot is free again after an error', async (t) => {
  const world = new World()
  world.addFunction(
    'f',
    (input) => {
      if (Buffer.from(input).toString() === 'bad') throw new Error('no')
      return show('f')(input)
    },
    { limits: { concurrency: 1, queue: 9 } },
  )
  world.addContent('/bad', 'bad')
  world.addContent('/good', 'good')
  const bad = world.get('f/bad')
  const good = world.get('f/good')
  await t.rejects(world.clock.run(bad), { code: 'function-failed' })
  t.equal(textOf(await world.clock.run(good)), 'f(good)')
})

t.test('work beyond the queue is refused for congestion, and taken when there is room', async (t) => {
  const world = new World()
  for (const i of [0, 1, 2, 3]) world.addContent(`/x/${i}`, `${i}`)
  const { running } = addGated(world, { concurrency: 1, queue: 2 })
  const accepted = [0, 1, 2].map((i) => world.get(`f/x/${i}`))
  await quiet()
  t.match(await world.fail('f/x/3', { timeout: 500 }), {
    code: 'congestion',
    message: /refused .*: Congestion, and went on refusing/,
  })
  const again = world.get('f/x/1')
  const patient = world.get('f/x/3')
  await world.clock.advance(100)
  for (let i = 0; i < 4; i++) {
    ;(running[i] as { gate: Gate }).gate.open()
    await world.clock.advance(1000)
  }
  t.same(
    (await Promise.all([...accepted, again, patient])).map(textOf),
    ['0', '1', '2', '1', '3'].map((i) => `f(${i})`),
  )
})

t.test('inputs in hand are bounded in bytes: what goes beyond has to wait', async (t) => {
  const world = new World()
  const gate = new Gate()
  const inputs: number[] = []
  world.addFunction(
    'f',
    async (input) => {
      inputs.push(input.length)
      await gate.opened
      return show('f')(input.subarray(0, 1))
    },
    { limits: { concurrency: 4, timeout: '1m' }, runtime: { maxInputBytes: 50_000 } },
  )
  for (const i of [0, 1, 2]) world.addContent(`/x/${i}`, bytesOf(20_000))
  const all = [0, 1, 2].map((i) => world.get(`f/x/${i}`))
  await world.clock.advance(2000)
  t.same(inputs, [20_000, 20_000])
  gate.open()
  await world.clock.run(Promise.all(all))
  t.equal(inputs.length, 3)
  t.equal((await world.clock.run(world.get('f/x/0'))).content.length, 4)
})

t.test('bytes of inputs that failed are no longer in hand', async (t) => {
  const world = new World()
  for (let i = 0; i < 5; i++) world.addContent(`/x/${i}`, bytesOf(40_000), { mediaType: 'text/html' })
  world.addContent('/y', bytesOf(40_000))
  world.addFunction('f', (input) => `${input.length}`, {
    input: 'text/plain',
    runtime: { maxInputBytes: 50_000 },
  })
  for (let i = 0; i < 5; i++) t.match(await world.fail(`f/x/${i}`), { failure: { code: 'type-mismatch' } })
  t.equal(await world.run('f/y'), '40000')
})
