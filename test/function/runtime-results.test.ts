import t from 'tap'
import { fetchObject, splitSegment } from '../../src/endpoint/index.ts'
import { type Trace, traceName } from '../../src/function/index.ts'
import { Component, flatName, Name, parseChain } from '../../src/packet/index.ts'
import { bytesOf } from '../endpoint/fixtures/objects.ts'
import { quiet } from '../endpoint/fixtures/virtual-clock.ts'
import { show, textOf, World } from './fixtures/world.ts'

/** No Content Store, so that every Interest reaches the instance. */
const UNCACHED = { contentStore: { maxPackets: 0 } }

t.test('a result is as fresh as its input and its function allow', async (t) => {
  for (const [content, freshness, expected] of [
    [1000, '1m', 1000],
    [120_000, '1m', 60_000],
    [0, '1m', 0],
    [1000, 0, 0],
  ] as const) {
    const world = new World()
    world.addContent('/x', 'c', { freshnessPeriod: content })
    world.addFunction('f', show('f'), { freshness })
    const { freshnessPeriod } = await world.clock.run(world.get('f/x'))
    t.equal(freshnessPeriod, expected)
  }
})

t.test('a result is given again while it is fresh, and made again after that', async (t) => {
  const world = new World(UNCACHED)
  world.addContent('/x', 'c', { freshnessPeriod: 1000 })
  let applied = 0
  world.addFunction('f', () => `${++applied}`)
  t.equal(await world.run('f/x'), '1')
  await world.clock.advance(999)
  t.equal(await world.run('f/x'), '1')
  await world.clock.advance(1)
  t.equal(await world.run('f/x', { mustBeFresh: false }), '1', 'it will do for one who does not care')
  t.equal(await world.run('f/x'), '2')
})

t.test('the segments of an older version are there beside those of a newer one', async (t) => {
  const world = new World(UNCACHED)
  world.addContent('/x', 'c', { freshnessPeriod: 0 })
  let applied = 0
  world.addFunction('f', () => bytesOf(20_000).fill(++applied))
  const older = await world.clock.run(world.get('f/x'))
  const newer = await world.clock.run(world.get('f/x'))
  t.same([older.content[0], newer.content[0]], [1, 2])
  for (const [{ name }, byte] of [
    [older, 1],
    [newer, 2],
  ] as const) {
    const data = await world.consumer.express(name.append(Component.segment(2)))
    t.equal(data.content[0], byte)
    t.equal(splitSegment(data.name)?.segment, 2)
  }
  t.equal(applied, 2)
})

t.test(
  'a version that is no longer kept, a segment beyond the last, and a version that never was are refused',
  async (t) => {
    const world = new World(UNCACHED)
    for (const i of [1, 2, 3]) world.addContent(`/x/${i}`, 'c')
    world.addFunction('f', () => bytesOf(20_000), { runtime: { store: { maxResults: 2 } } })
    const [first, , third] = [
      await world.clock.run(world.get('f/x/1')),
      await world.clock.run(world.get('f/x/2')),
      await world.clock.run(world.get('f/x/3')),
    ]
    const names = [
      first.name.append(Component.segment(1)),
      traceName(first.name),
      third.name.append(Component.segment(3)),
      Name.parse('/128=f/x/3/v=1/seg=0'),
    ]
    for (const name of names) {
      const refused = world.clock.run(world.consumer.express(name))
      await t.rejects(refused, { code: 'nack', reason: 150 }, name.toString())
    }
    t.ok(await world.consumer.express(third.name.append(Component.segment(2))))
  },
)

t.test('the trace of a result tells how it came about', async (t) => {
  const world = new World()
  world.addContent('/x', bytesOf(10_000), { mediaType: 'image/png' })
  world.addFunction(
    'f',
    async (input) => {
      await new Promise<void>((resolve) => world.clock.after(30, resolve))
      return input.subarray(0, 9000)
    },
    { limits: { concurrency: 1 } },
  )
  const before = Date.now()
  const [result, other] = await world.clock.run(Promise.all([world.get('f/x'), world.get('f:f/x')]))
  t.equal(other.content.length, 9000)
  const data = await world.clock.run(world.consumer.express(traceName(result.name)))
  t.equal(data.mediaType, 'application/json')
  t.equal(data.freshnessPeriod, 0)
  const trace = JSON.parse(Buffer.from(data.content).toString()) as Trace
  t.match(trace, {
    function: 'f',
    by: '/node/function/f/abc',
    result: result.name.toString(),
    mediaType: 'text/plain',
    bytes: 9000,
    inputs: [{ name: /^\/x\/v=\d+$/, mediaType: 'image/png', bytes: 10_000 }],
    fetch: Number,
    wait: 0,
    run: 30,
  })
  t.ok(trace.received >= before && trace.received <= Date.now())
})

t.test('a trace is never taken for the result that it tells of', async (t) => {
  const world = new World()
  world.addContent('/x', 'c', { freshnessPeriod: 0 })
  world.addFunction('f', show('f'))
  const { name } = await world.clock.run(world.get('f/x'))
  await world.clock.run(world.consumer.express(traceName(name)))
  t.equal(await world.run('f/x'), 'f(c)')
})

t.test('a trace that is too large for a packet comes in segments, to who asks for an object', async (t) => {
  const world = new World()
  // In text every octet of these names takes three characters.
  const name = Name.of(new Component(8, Buffer.alloc(2000, 0xff)))
  world.addContent(name.toString(), 'c')
  world.addFunction('f', show('f'))
  const uri = `f${name}`
  const result = await world.clock.run(world.get(uri))
  t.equal(textOf(result), 'f(c)')
  const trace = await world.clock.run(
    fetchObject(world.consumer, traceName(result.name), { mustBeFresh: false }),
  )
  t.ok(trace.segments > 1)
  t.equal((JSON.parse(textOf(trace)) as Trace).result, result.name.toString())
  await t.rejects(world.clock.run(world.consumer.express(traceName(result.name))), { code: 'nack' })
  const beyond = trace.name.append(Component.segment(trace.segments))
  await t.rejects(world.clock.run(world.consumer.express(beyond)), { code: 'nack' })
  t.equal(await world.run(uri), 'f(c)')
})

t.test('stop() finishes the work in hand, takes no more, and then closes the face', async (t) => {
  const world = new World()
  const content = world.addContent('/x', 'c')
  world.addContent('/y', 'c')
  content.isSilent = true
  const runtime = world.addFunction('f', show('f'))
  const result = world.get('f/x')
  await quiet()
  let isStopped = false
  const stopped = Promise.all([runtime.stop(), runtime.stop()]).then(() => {
    isStopped = true
  })
  t.match(await world.fail('f/y', { timeout: 1000 }), { code: 'congestion' })
  t.notOk(isStopped)
  content.speak()
  t.equal(textOf(await world.clock.run(result)), 'f(c)')
  await world.clock.run(stopped)
  t.match(await world.fail('f/z'), { code: 'no-route', message: "no node offers function 'f'" })
})

t.test('stop() lets a consumer fetch the rest of a large result', async (t) => {
  const world = new World()
  const content = world.addContent('/x', 'c')
  content.isSilent = true
  const runtime = world.addFunction('f', () => bytesOf(200_000))
  const result = world.get('f/x')
  await quiet()
  const stopped = runtime.stop()
  content.speak()
  t.ok(bytesOf(200_000).equals((await world.clock.run(result)).content))
  const before = world.clock.now()
  await world.clock.run(stopped)
  t.ok(world.clock.now() - before <= 300)
})

t.test('stop() does not wait for a consumer that goes on asking for the same', async (t) => {
  const world = new World(UNCACHED)
  world.addContent('/x', 'c')
  const runtime = world.addFunction('f', () => bytesOf(20_000))
  const { name } = await world.clock.run(world.get('f/x'))
  const stopped = runtime.stop()
  const before = world.clock.now()
  const asks = (async () => {
    for (;;) {
      await world.consumer.express(name.append(Component.segment(0)))
      await new Promise<void>((resolve) => world.clock.after(100, resolve))
    }
  })()
  await world.clock.run(stopped)
  t.equal(world.clock.now() - before, 2000)
  await t.rejects(world.clock.run(asks), { code: 'nack' })
})

t.test('stop() with nothing in hand closes at once', async (t) => {
  const world = new World()
  const runtime = world.addFunction('f', show('f'))
  await runtime.stop()
  t.match(await world.fail('f/x'), { code: 'no-route' })
})

t.test('when the face closes, work that waits for its input ends, and what is told is why', async (t) => {
  const world = new World()
  const content = world.addContent('/x', 'c')
  content.isSilent = true
  const runtime = world.addFunction('f', show('f'))
  const asked = world.consumer.express(flatName(parseChain('f/x')), { canBePrefix: true })
  await quiet()
  const [hop] = world.router.forwarder.fib.lookup(Name.parse('/128=f'))
  t.ok(hop)
  world.router.close((hop as { face: number }).face)
  await t.rejects(world.clock.run(asked), { code: 'nack', reason: 150 })
  await world.clock.run(runtime.stop())
  t.match(world.log.join('\n'), /the face to internal:\/\/ closed/)
})
