import t from 'tap'
import { fetchObject } from '../../src/endpoint/index.ts'
import { type FunctionContext, FunctionRuntime, healthName, parseManifest } from '../../src/function/index.ts'
import { encodeInterest, flatName, Name, parseChain } from '../../src/packet/index.ts'
import { digestSigner } from '../../src/trust/index.ts'
import { bytesOf } from '../endpoint/fixtures/objects.ts'
import { Peer } from '../endpoint/fixtures/peer.ts'
import { quiet } from '../endpoint/fixtures/virtual-clock.ts'
import { show, textOf, World } from './fixtures/world.ts'

const TOKEN = Buffer.from('token')

t.test('a function is applied to its input, and the result has the flat name of the chain', async (t) => {
  const world = new World()
  world.addContent('/x', 'abc', { mediaType: 'text/csv' })
  const contexts: FunctionContext[] = []
  world.addFunction('f', (input, context) => {
    contexts.push(context)
    context.log('at work')
    return Buffer.from(input).toString().toUpperCase()
  })
  const result = await world.clock.run(world.get('f/x'))
  t.equal(textOf(result), 'ABC')
  t.equal(result.mediaType, 'text/plain')
  t.equal(result.freshnessPeriod, 60_000)
  t.match(result.name.toString(), /^\/128=f\/x\/v=\d+$/)
  t.match(contexts, [{ parameters: {}, input: { name: /^\/x\/v=\d+$/, mediaType: 'text/csv' } }])
  t.match((contexts[0] as FunctionContext).deadline, Number)
  t.notOk(contexts[0]?.signal.aborted)
  t.same(world.log, ['at work'])
})

t.test('a chain of three functions, each of which gets what the one inside it gives', async (t) => {
  const world = new World()
  const content = world.addContent('/x', 'c')
  for (const name of ['f1', 'f2', 'f3']) world.addFunction(name, show(name), { output: `text/${name}` })
  const result = await world.clock.run(world.get('f3:f2:f1/x'))
  t.equal(textOf(result), 'f3(f2(f1(c)))')
  t.equal(result.mediaType, 'text/f3')
  t.match(result.name.toString(), /^\/128=f3\/128=f2\/128=f1\/x\/v=\d+$/)
  t.equal(content.interests.length, 1)
})

t.test('one function twice in a chain, with different parameters', async (t) => {
  const world = new World()
  world.addContent('/x', 'c')
  const parameters = { by: { type: 'integer', default: 1 }, up: { type: 'boolean' } } as const
  world.addFunction(
    'add',
    (input, { parameters }) => `${Buffer.from(input)}+${parameters.by}${parameters.up ?? ''}`,
    { parameters, limits: { concurrency: 1 } },
  )
  t.equal(await world.run('add(by=3):add(by=2,up=true):add/x'), 'c+1+2true+3')
})

t.test(
  'equal functions with other parameters share neither work nor result, though they share the input',
  async (t) => {
    const world = new World()
    world.addContent('/x', bytesOf(50_000))
    const parameters = { n: { type: 'integer' } } as const
    world.addFunction('f', (input, { parameters }) => `${parameters.n}: ${input.length}`, { parameters })
    const all = [1, 2, 3, 4].map((n) => world.get(`f(n=${n})/x`))
    const results = await world.clock.run(Promise.all(all))
    t.same(results.map(textOf), ['1: 50000', '2: 50000', '3: 50000', '4: 50000'])
    t.ok(world.clock.now() < 100, 'nobody had to ask again')
  },
)

t.test('a large input and a large result come whole', async (t) => {
  const world = new World()
  world.addContent('/x', bytesOf(1_000_000))
  world.addFunction('double', (input) => Buffer.concat([input, input]))
  world.addFunction('copy', (input) => input)
  const result = await world.clock.run(world.get('copy:double/x'))
  t.ok(Buffer.concat([bytesOf(1_000_000), bytesOf(1_000_000)]).equals(result.content))
  t.equal(result.segments, 250)
})

t.test('HopLimit goes on counting through the chain', async (t) => {
  const world = new World()
  const content = world.addContent('/x', 'c')
  for (const name of ['f1', 'f2']) world.addFunction(name, show(name))
  t.equal(await world.run('f2:f1/x', { hopLimit: 10 }), 'f2(f1(c))')
  t.match(content.interests, [{ hopLimit: 7 }], 'three routers were passed')
})

t.test('without HopLimit there is none', async (t) => {
  const world = new World()
  const content = world.addContent('/x', 'c')
  world.addFunction('f', show('f'))
  await world.run('f/x')
  t.match(content.interests, [{ hopLimit: undefined }])
})

t.test('a HopLimit that is used up is an error in words, for no router would tell', async (t) => {
  const world = new World()
  world.addContent('/x', 'c')
  for (const name of ['f1', 'f2']) world.addFunction(name, show(name))
  t.match(await world.fail('f2:f1/x', { hopLimit: 2 }), {
    failure: {
      code: 'no-route',
      function: 'f1',
      reason: "the Interest's HopLimit does not reach as far as /x",
    },
  })
})

t.test('a function answers only what its router dispatches to it under its own name', async (t) => {
  const world = new World()
  world.addContent('/x', 'c')
  let applied = 0
  world.addFunction('f', () => {
    applied++
    return 'x'
  })
  // A route that leads astray: the router hands f what is for g.
  const [hop] = world.router.forwarder.fib.lookup(Name.parse('/128=f'))
  world.router.forwarder.fib.add(Name.parse('/128=g'), (hop as { face: number }).face, 0)
  world.router.forwarder.fib.add(Name.parse('/plain'), (hop as { face: number }).face, 0)
  t.match(await world.fail('g/x'), { code: 'no-route', message: "no node offers function 'g'" })
  t.match(await world.fail('/plain/x'), { code: 'no-route', message: 'nobody has /plain/x' })
  t.equal(applied, 0)
})

t.test('an Interest that no router has dispatched is refused', async (t) => {
  const peer = new Peer()
  const runtime = new FunctionRuntime(peer.face, {
    manifest: parseManifest({ name: 'f', input: '*/*', output: 'text/plain', module: 'index.ts' }),
    applier: async (input) => input,
    signer: () => digestSigner,
    identity: '/node/function/f/abc',
  })
  const name = flatName(parseChain('f/x'))
  const forms = ['flat', 'extended'] as const
  for (const form of forms) peer.send(encodeInterest({ name, canBePrefix: true }, form), { pitToken: TOKEN })
  await quiet()
  t.match(peer.answers, Array(2).fill({ kind: 'nack', reason: 150, pitToken: TOKEN }))
  t.same(peer.asks, [])
  await runtime.stop()
})

t.test('an Interest that no result could answer is refused, and no work is done', async (t) => {
  const world = new World()
  const content = world.addContent('/x', 'c')
  world.addFunction('f', show('f'))
  const name = flatName(parseChain('f/x'))
  await t.rejects(world.clock.run(world.consumer.express(name)), { code: 'nack', reason: 150 })
  t.equal(content.interests.length, 0)
})

t.test('an instance tells under its health name that it lives, even while it works', async (t) => {
  const world = new World()
  const content = world.addContent('/x', 'c')
  content.isSilent = true
  world.addFunction('f', show('f'), { limits: { concurrency: 1, queue: 0 } })
  const working = world.get('f/x')
  await quiet()
  const health = healthName('f', 'whatever')
  const data = await world.consumer.express(health, { mustBeFresh: true })
  t.ok(data.name.equals(health))
  t.equal(data.freshnessPeriod, 0)
  content.speak()
  t.equal(textOf(await world.clock.run(working)), 'f(c)')
})

t.test('the name of a chain that is no chain is refused as such', async (t) => {
  const world = new World()
  world.addContent('/x', 'c')
  world.addFunction('f', show('f'))
  for (const parameters of ['b=1,a=1', 'nonsense', 'a=1,a=2'].map(encodeURIComponent)) {
    const fetching = fetchObject(world.consumer, Name.parse(`/128=f/130=${parameters}/x`))
    const error = await world.clock.run(fetching).catch((error: unknown) => error)
    t.match(error, { failure: { code: 'bad-request', function: 'f' } })
  }
})
