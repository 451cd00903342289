import t from 'tap'
import { flatName, parseChain } from '../../src/packet/index.ts'
import { bytesOf } from '../endpoint/fixtures/objects.ts'
import { quiet } from '../endpoint/fixtures/virtual-clock.ts'
import { Gate, show, textOf, World } from './fixtures/world.ts'

/** A function `f` that waits until the test lets it finish. */
function addGated(world: World): { gate: Gate; applied: () => number } {
  const gate = new Gate()
  let applied = 0
  world.addFunction(
    'f',
    async (input) => {
      applied++
      await gate.opened
      return show('f')(input)
    },
    { limits: { timeout: '1h' } },
  )
  return { gate, applied: () => applied }
}

const name = flatName(parseChain('f/x'))
const SELECTORS = { canBePrefix: true, mustBeFresh: true }

t.test('for all who ask at once the work is done once', async (t) => {
  const world = new World()
  const content = world.addContent('/x', 'c')
  const { gate, applied } = addGated(world)
  const others = [world.router.endpoint(), world.router.endpoint()]
  const all = [
    world.get('f/x'),
    world.get('f/x', { mustBeFresh: false }),
    ...others.map((endpoint) => endpoint.express(name, SELECTORS)),
  ]
  await quiet()
  gate.open()
  const results = await world.clock.run(Promise.all(all))
  t.same(results.map(textOf), Array(4).fill('f(c)'))
  t.equal(new Set(results.map(({ name }) => name.at(-1)?.toString())).size, 2, 'one version')
  t.equal(applied(), 1)
  t.equal(content.interests.length, 1)
})

t.test('one who asks while the work is being done waits for it', async (t) => {
  const world = new World()
  world.addContent('/x', 'c')
  const { gate, applied } = addGated(world)
  const first = world.get('f/x')
  await world.clock.advance(1000)
  const second = world.router.endpoint().express(name, SELECTORS)
  await world.clock.advance(1000)
  gate.open()
  t.equal(textOf(await world.clock.run(first)), 'f(c)')
  t.equal(textOf(await world.clock.run(second)), 'f(c)')
  t.equal(applied(), 1)
})

t.test('one who does not wait for long does not cut short the time of another', async (t) => {
  const world = new World()
  const content = world.addContent('/x', 'c')
  content.isSilent = true
  world.addFunction('f', show('f'))
  const patient = world.consumer.express(name, { ...SELECTORS, lifetime: 10_000 })
  await world.clock.advance(100)
  const hasty = world.router.endpoint().express(name, { ...SELECTORS, lifetime: 100 })
  await t.rejects(world.clock.run(hasty), { code: 'timeout' })
  await world.clock.advance(5000)
  content.speak()
  t.equal(textOf(await world.clock.run(patient)), 'f(c)')
})

for (const freshnessPeriod of [60_000, 0]) {
  t.test(
    `work goes on when nobody waits any more, and the retry gets its result; freshness ${freshnessPeriod}`,
    async (t) => {
      const world = new World()
      const content = world.addContent('/x', 'c', { freshnessPeriod })
      const { gate, applied } = addGated(world)
      const first = world.consumer.express(name, { ...SELECTORS, lifetime: 500 })
      await t.rejects(world.clock.run(first), { code: 'timeout' })
      await world.clock.advance(100)
      gate.open()
      await world.clock.advance(2000)
      const retry = await world.clock.run(world.consumer.express(name, { ...SELECTORS, lifetime: 500 }))
      t.equal(textOf(retry), 'f(c)')
      t.equal(applied(), 1)
      t.equal(content.interests.length, 1)
    },
  )
}

t.test('a result that was not fresh when it came is made again for the next who asks', async (t) => {
  const world = new World()
  world.addContent('/x', 'c', { freshnessPeriod: 0 })
  let applied = 0
  world.addFunction('f', () => `${++applied}`)
  t.equal(await world.run('f/x'), '1')
  t.equal(await world.run('f/x'), '2')
})

t.test('a consumer that asks again and again gets a result that takes many lifetimes', async (t) => {
  const world = new World()
  world.addContent('/x', 'c')
  const counts = [0, 0, 0]
  for (const [i, ms] of [100, 20_000, 300].entries()) {
    world.addFunction(
      `f${i}`,
      async (input) => {
        ;(counts[i] as number)++
        await new Promise<void>((resolve) => world.clock.after(ms, resolve))
        return show(`f${i}`)(input)
      },
      { limits: { timeout: '1m' } },
    )
  }
  const result = await world.clock.run(world.get('f2:f1:f0/x'))
  t.equal(textOf(result), 'f2(f1(f0(c)))')
  t.equal(result.retransmissions, 5)
  t.same(counts, [1, 1, 1])
  t.ok(world.clock.now() < 20_500, `${world.clock.now()} ms`)
})

t.test('a function inside that takes longer than a whole input may is waited for all the same', async (t) => {
  const world = new World()
  world.addContent('/x', 'c')
  world.addFunction(
    'slow',
    async (input) => {
      await new Promise<void>((resolve) => world.clock.after(200_000, resolve))
      return show('slow')(input)
    },
    { limits: { timeout: '5m' } },
  )
  world.addFunction('f', show('f'))
  t.equal(await world.run('f:slow/x', { timeout: 300_000 }), 'f(slow(c))')
})

t.test('an input that comes slowly is waited for, whatever lifetime the first Interest had', async (t) => {
  const world = new World()
  const content = world.addContent('/x', bytesOf(20_000))
  content.silentFrom = 1
  world.addFunction('f', (input) => `${input.length}`)
  const first = world.consumer.express(name, { ...SELECTORS, lifetime: 500 })
  await t.rejects(world.clock.run(first), { code: 'timeout' })
  await world.clock.advance(4000)
  content.speak()
  t.equal(await world.run('f/x'), '20000')
  t.equal(content.interests.filter(({ name }) => name.length === 1).length, 1, 'it was found once')
})

t.test('an input that does not come to its end is an error in words', async (t) => {
  const world = new World()
  const content = world.addContent('/x', bytesOf(20_000))
  content.silentFrom = 1
  world.addFunction('f', (input) => `${input.length}`)
  t.match(await world.fail('f/x', { timeout: 100_000 }), {
    failure: { code: 'timeout', function: 'f', reason: /^\/x\/v=\d+\/seg=1 did not come in 8 attempts$/ },
  })
})

t.test(
  'the Interest for the input lives as long as the one that it serves, less what has passed',
  async (t) => {
    const world = new World()
    const content = world.addContent('/x', 'c')
    content.isSilent = true
    world.addFunction('f1', show('f1'))
    world.addFunction('f2', show('f2'))
    const result = world.get('f2:f1/x', { lifetime: () => 1234 })
    await quiet()
    t.equal(content.interests[0]?.lifetime, 1234)
    content.speak()
    await world.clock.run(result)
  },
)

t.test('a refusal for congestion uses up the lifetime that is left for the next attempt', async (t) => {
  const world = new World()
  const content = world.addContent('/y', 'c')
  const gate = new Gate()
  world.addFunction(
    'inner',
    async () => {
      await gate.opened
      return 'i'
    },
    { limits: { concurrency: 1, queue: 0 } },
  )
  world.addFunction('f', show('f'))
  world.addContent('/x', 'c')
  const busy = world.get('inner/y')
  await quiet()
  const result = world.get('f:inner/x')
  await world.clock.advance(100)
  gate.open()
  t.equal(textOf(await world.clock.run(result)), 'f(i)')
  t.equal(textOf(await world.clock.run(busy)), 'i')
  t.equal(content.interests.length, 1)
})

t.test('a retry prolongs the wait for an input', async (t) => {
  const world = new World()
  const content = world.addContent('/x', 'c')
  content.isSilent = true
  world.addFunction('f', show('f'))
  const first = world.consumer.express(name, { ...SELECTORS, lifetime: 1000 })
  await world.clock.advance(900)
  const retry = world.consumer.express(name, { ...SELECTORS, lifetime: 1000 })
  await t.rejects(world.clock.run(first), { code: 'timeout' })
  await world.clock.advance(700)
  t.same(
    content.interests.map(({ lifetime }) => lifetime),
    [1000, 900],
    'asked again for the time that the retry left',
  )
  content.speak()
  t.equal(textOf(await world.clock.run(retry)), 'f(c)')
})

t.test('when nobody waits any more and there is no input yet, the work ends, silently', async (t) => {
  const world = new World()
  const content = world.addContent('/x', 'c')
  content.isSilent = true
  let applied = 0
  world.addFunction('f', () => `${++applied}`)
  t.match(await world.fail('f/x', { timeout: 1000 }), {
    code: 'timeout',
    message: 'no answer to f/x in the time allowed',
  })
  await world.clock.advance(5000)
  t.equal(world.clock.timers, 0, 'nothing is left that waits')
  content.isSilent = false
  t.equal(await world.run('f/x'), '1')
})

t.test('an Interest that says it lives for ever keeps nothing waiting for ever', async (t) => {
  const world = new World()
  const content = world.addContent('/x', 'c')
  content.isSilent = true
  world.addFunction('f', show('f'))
  const abort = new AbortController()
  const asked = world.consumer.express(name, { ...SELECTORS, lifetime: 2 ** 31 - 1, signal: abort.signal })
  await quiet()
  abort.abort()
  await t.rejects(asked)
  t.equal(content.interests[0]?.lifetime, 3_600_000)
})
