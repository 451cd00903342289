import t from 'tap'
import { encodeInputs, INPUTS_MEDIA_TYPE } from '../../src/endpoint/index.ts'
import { type FunctionContext, type Trace, traceName } from '../../src/function/index.ts'
import { MAX_INPUTS_AT_A_TIME } from '../../src/function/input.ts'
import { Name } from '../../src/packet/index.ts'
import { bytesOf } from '../endpoint/fixtures/objects.ts'
import { quiet } from '../endpoint/fixtures/virtual-clock.ts'
import {
  type Apply,
  type ContentOptions,
  type FunctionOptions,
  show,
  textOf,
  World,
} from './fixtures/world.ts'

const MANY: FunctionOptions = { inputs: 'many' }

/** Shows all that a function was applied to: `a+b`. */
const join: Apply = (_, { inputs }) => inputs.map(textOf).join('+')

/** A list of inputs under a name. */
function addList(world: World, uri: string, inputs: readonly string[], options: ContentOptions = {}): void {
  const content = encodeInputs(inputs.map((input) => Name.parse(input)))
  world.addContent(uri, content, { mediaType: INPUTS_MEDIA_TYPE, ...options })
}

t.test('a function of many inputs gets all that a list names, in its order', async (t) => {
  const world = new World()
  addList(world, '/task', ['/b', '/a', '/b', '/128=f/a'])
  world.addContent('/a', 'a', { mediaType: 'text/csv' })
  world.addContent('/b', 'b')
  world.addFunction('f', show('f'))
  let context: FunctionContext | undefined
  let first = ''
  world.addFunction(
    'merge',
    (input, itsContext) => {
      context = itsContext
      first = Buffer.from(input).toString()
      return join(input, itsContext)
    },
    MANY,
  )
  const result = await world.clock.run(world.get('merge/task'))
  t.equal(textOf(result), 'b+a+b+f(a)')
  t.match(result.name.toString(), /^\/128=merge\/task\/v=\d+$/)
  t.equal(first, 'b', 'the first is its input')
  t.equal(context?.input, context?.inputs[0])
  t.match(
    context?.inputs.map(({ name, mediaType }) => ({ name, mediaType })),
    [
      { name: /^\/b\/v=\d+$/, mediaType: 'text/plain' },
      { name: /^\/a\/v=\d+$/, mediaType: 'text/csv' },
      { name: /^\/b\/v=\d+$/ },
      { name: /^\/128=f\/a\/v=\d+$/ },
    ],
  )
})

t.test('a fan-out and fan-in does each piece of work once', async (t) => {
  const world = new World()
  const works: string[] = []
  world.addContent('/photo', 'p')
  addList(world, '/w/split/photo', ['/photo'])
  const tiles = [1, 2, 3, 4]
  for (const tile of tiles) addList(world, `/w/t${tile}/photo`, ['/128=split/w/split/photo'])
  addList(
    world,
    '/w/merge/photo',
    tiles.map((tile) => `/128=tile/130=n%3D${tile}/w/t${tile}/photo`),
  )
  const count = (name: string, apply: Apply): Apply => {
    return (input, context) => {
      works.push(name)
      return apply(input, context)
    }
  }
  world.addFunction('split', count('split', show('split')))
  const parameters = { n: { type: 'integer' } } as const
  world.addFunction(
    'tile',
    count('tile', (input, context) => `${context.parameters.n}${Buffer.from(input)}`),
    { parameters },
  )
  world.addFunction('merge', count('merge', join), MANY)
  t.equal(await world.run('merge/w/merge/photo'), '1split(p)+2split(p)+3split(p)+4split(p)')
  t.same(works, ['split', 'tile', 'tile', 'tile', 'tile', 'merge'])
})

t.test('a list of one is as that one, for whatever function', async (t) => {
  const world = new World()
  addList(world, '/task', ['/a'])
  world.addContent('/a', 'a', { mediaType: 'text/csv' })
  world.addFunction('f', (input, { input: { name } }) => `${Buffer.from(input)} ${name.slice(0, 5)}`, {
    input: 'text/csv',
  })
  world.addFunction('merge', join, MANY)
  t.equal(await world.run('f/task'), 'a /a/v=')
  t.equal(await world.run('merge/task'), 'a')
  t.equal(await world.run('merge/a'), 'a', 'and what is no list is the one input of a function of many')
})

t.test('several for a function that takes one are refused, and none is asked for', async (t) => {
  const world = new World()
  addList(world, '/task', ['/a', '/b'])
  const content = world.addContent('/a', 'a')
  world.addFunction('f', show('f'))
  t.match(await world.fail('f/task'), {
    failure: { code: 'type-mismatch', function: 'f', reason: 'takes one input, and /task lists 2' },
  })
  t.equal(content.interests.length, 0)
})

t.test('each input must be of a type that the function takes', async (t) => {
  const world = new World()
  addList(world, '/task', ['/a', '/b'])
  world.addContent('/a', 'a')
  world.addContent('/b', 'b', { mediaType: 'text/html' })
  world.addFunction('merge', join, { ...MANY, input: 'text/plain' })
  t.match(await world.fail('merge/task'), {
    failure: { code: 'type-mismatch', reason: 'takes text/plain, and /b is text/html' },
  })
})

t.test('what a function gives is never a list, nor is a list inside a list', async (t) => {
  const world = new World()
  const secret = world.addContent('/secret', 's')
  addList(world, '/inner', ['/secret'])
  addList(world, '/outer', ['/inner', '/inner'])
  world.addContent('/x', 'c')
  world.addFunction('evil', () => encodeInputs([Name.parse('/secret')]), { output: INPUTS_MEDIA_TYPE })
  world.addFunction('merge', join, MANY)
  t.equal(await world.run('merge:evil/x'), '{"inputs":["/secret"]}')
  t.equal(await world.run('merge/outer'), '{"inputs":["/secret"]}+{"inputs":["/secret"]}')
  t.equal(secret.interests.length, 0)
})

t.test('a list that cannot be read is told with the reason', async (t) => {
  const world = new World()
  world.addContent('/task', '{"inputs":[]}', { mediaType: `${INPUTS_MEDIA_TYPE}; charset=utf-8` })
  world.addFunction('f', show('f'))
  t.match(await world.fail('f/task'), {
    failure: {
      code: 'function-failed',
      function: 'f',
      reason: 'cannot read the list of inputs /task: it is not {"inputs": […]} with at least one name',
    },
  })
})

t.test('an error inside travels outward unchanged, and what else is wanted is given up', async (t) => {
  const world = new World()
  addList(world, '/task', ['/silent', '/128=bad/x', '/nowhere'])
  world.addContent('/silent', 's').isSilent = true
  world.addContent('/x', 'x')
  let applied = 0
  world.addFunction('bad', () => {
    throw new Error('no')
  })
  world.addFunction('merge', () => `${++applied}`, MANY)
  addList(world, '/other', ['/silent', '/128=bad/x'])
  t.match(await world.fail('merge/other'), { failure: { function: 'bad', reason: 'threw Error: no' } })
  t.match(await world.fail('merge/task'), {
    failure: { code: 'no-route', function: 'merge', reason: 'nobody has /nowhere' },
  })
  t.equal(applied, 0)
})

t.test('a result is as fresh as its inputs and its function allow, whatever the list is', async (t) => {
  for (const [list, inputs, expected] of [
    [0, [2000, 1000], 1000],
    [1000, [120_000, 130_000], 60_000],
  ] as const) {
    const world = new World()
    addList(world, '/task', ['/0', '/1'], { freshnessPeriod: list })
    for (const [i, freshnessPeriod] of inputs.entries()) world.addContent(`/${i}`, 'c', { freshnessPeriod })
    world.addFunction('merge', join, MANY)
    t.equal((await world.clock.run(world.get('merge/task'))).freshnessPeriod, expected)
  }
})

t.test('HopLimit and lifetime of the Interest are those of what is asked for in its name', async (t) => {
  const world = new World()
  addList(world, '/task', ['/a', '/b'])
  const contents = ['/a', '/b'].map((uri) => world.addContent(uri, uri))
  world.addFunction('merge', join, MANY)
  t.equal(await world.run('merge/task', { hopLimit: 10, lifetime: () => 1234 }), '/a+/b')
  for (const { interests } of contents) {
    t.equal(interests[0]?.hopLimit, 8)
    t.ok((interests[0]?.lifetime ?? Number.NaN) <= 1234)
  }
})

t.test('so many inputs are asked for at a time, and the others when those are there', async (t) => {
  const world = new World()
  const uris = Array.from({ length: MAX_INPUTS_AT_A_TIME + 6 }, (_, i) => `/x/${i}`)
  addList(world, '/task', uris)
  const contents = uris.map((uri) => world.addContent(uri, '1'))
  for (const content of contents) content.isSilent = true
  world.addFunction('merge', (_, { inputs }) => `${inputs.length}`, MANY)
  const asked = (): number => contents.filter(({ interests }) => interests.length > 0).length
  const result = world.get('merge/task')
  await quiet()
  t.equal(asked(), MAX_INPUTS_AT_A_TIME)
  for (const content of contents.slice(0, 4)) content.speak()
  await quiet()
  t.equal(asked(), MAX_INPUTS_AT_A_TIME + 4)
  for (const content of contents) content.speak()
  t.equal(textOf(await world.clock.run(result)), '70')
})

t.test('inputs that are too large together are refused, and are no longer in hand', async (t) => {
  const world = new World()
  for (const uri of ['/a', '/b', '/c']) world.addContent(uri, bytesOf(20_000))
  addList(world, '/three', ['/a', '/b', '/c'])
  addList(world, '/two', ['/a', '/b'])
  world.addFunction('merge', (_, { inputs }) => `${inputs.length}`, {
    ...MANY,
    runtime: { maxInputBytes: 50_000 },
  })
  for (let i = 0; i < 3; i++) {
    t.match(await world.fail('merge/three'), {
      failure: {
        code: 'too-large',
        function: 'merge',
        reason: 'its inputs are larger than the 50000 bytes that are allowed together',
      },
    })
    await world.clock.advance(100)
  }
  t.equal(await world.run('merge/two'), '2')
})

t.test('the trace names every input', async (t) => {
  const world = new World()
  addList(world, '/task', ['/a', '/b'])
  world.addContent('/a', 'a', { mediaType: 'text/csv' })
  world.addContent('/b', bytesOf(10_000))
  world.addFunction('merge', () => 'm', MANY)
  const { name } = await world.clock.run(world.get('merge/task'))
  const data = await world.clock.run(world.consumer.express(traceName(name)))
  t.match((JSON.parse(Buffer.from(data.content).toString()) as Trace).inputs, [
    { name: /^\/a\/v=\d+$/, mediaType: 'text/csv', bytes: 1 },
    { name: /^\/b\/v=\d+$/, mediaType: 'text/plain', bytes: 10_000 },
  ])
})
