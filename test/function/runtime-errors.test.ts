import t from 'tap'
import { FetchError, fetchObject } from '../../src/endpoint/index.ts'
import { healthName } from '../../src/function/index.ts'
import { Component, ContentType, encodeData, Name } from '../../src/packet/index.ts'
import { digestSigner } from '../../src/trust/index.ts'
import { bytesOf } from '../endpoint/fixtures/objects.ts'
import { type Apply, show, World } from './fixtures/world.ts'

const TOO_LARGE = 64 * 2 ** 20 + 1

async function* stream(...parts: unknown[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield part as Uint8Array
}

const kinds: [
  behaviour: string,
  apply: (...args: Parameters<Apply>) => unknown,
  code: string,
  reason: string | RegExp,
][] = [
  [
    'throws',
    () => {
      throw new TypeError('no')
    },
    'function-failed',
    'threw TypeError: no',
  ],
  ['rejects', () => Promise.reject(new Error('late')), 'function-failed', 'threw Error: late'],
  ['rejects with no error', () => Promise.reject('text'), 'function-failed', 'threw text'],
  ['returns nothing', () => undefined, 'function-failed', 'returned nothing'],
  ['resolves to null', async () => null, 'function-failed', 'returned nothing'],
  ['returns a number', () => 7, 'function-failed', 'returned number where bytes or text were expected'],
  ['returns an object', () => ({}), 'function-failed', 'returned object where bytes or text were expected'],
  [
    'returns too much',
    () => new Uint8Array(TOO_LARGE),
    'too-large',
    `its result of ${TOO_LARGE} bytes is larger than the ${TOO_LARGE - 1} that are allowed`,
  ],
  ['returns too long a text', () => 'ü'.repeat(TOO_LARGE / 2 + 1), 'too-large', /its result of \d+ bytes/],
  [
    'streams too much',
    () => stream(new Uint8Array(TOO_LARGE - 1), new Uint8Array(1)),
    'too-large',
    /its result of \d+ bytes/,
  ],
  [
    'streams text',
    () => stream(Buffer.from('a'), 'b'),
    'function-failed',
    'gave a stream of string where bytes were expected',
  ],
  [
    'throws in its stream',
    async function* () {
      yield Buffer.from('a')
      throw new Error('torn')
    },
    'function-failed',
    'threw Error: torn',
  ],
  ['never ends', () => new Promise(() => {}), 'function-failed', 'did not finish within 10000 ms'],
]

for (const [behaviour, apply, code, reason] of kinds) {
  t.test(`a function that ${behaviour}`, async (t) => {
    const world = new World()
    world.addContent('/x', 'c')
    world.addFunction('f', apply as Apply)
    const error = await world.fail('f/x')
    t.match(error, { code: 'function-failed', failure: { code, function: 'f', reason } })
    t.ok(error.message.startsWith('f: '))
    t.equal(world.log.length, 1)
    t.match(world.log[0], /^\/128=f\/x: f: /)
  })
}

t.test('bytes, text and streams are results', async (t) => {
  const world = new World()
  world.addContent('/x', 'c')
  world.addFunction('bytes', () => new Uint8Array([0x62]))
  world.addFunction('text', () => 'ü')
  world.addFunction('empty', () => '')
  world.addFunction('stream', () => stream(Buffer.from('a'), new Uint8Array([0x62])))
  for (const [name, result] of [
    ['bytes', 'b'],
    ['text', 'ü'],
    ['empty', ''],
    ['stream', 'ab'],
  ])
    t.equal(await world.run(`${name}/x`), result)
})

t.test(
  'a function that takes too long is told so by its signal, and what it does then no longer counts',
  async (t) => {
    const world = new World()
    world.addContent('/x', 'c')
    const reasons: unknown[] = []
    let parts = 0
    let isClosed = false
    world.addFunction('f', (_, { signal }) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason))
      return (async function* () {
        try {
          for (;;) {
            await new Promise<void>((resolve) => world.clock.after(3000, resolve))
            parts++
            yield Buffer.alloc(1)
          }
        } finally {
          isClosed = true
        }
      })()
    })
    t.match(await world.fail('f/x'), { failure: { reason: 'did not finish within 10000 ms' } })
    t.match(reasons, [{ name: 'WorkError', message: 'did not finish within 10000 ms' }])
    await world.clock.advance(60_000)
    t.equal(parts, 4, 'its stream is not read to no purpose')
    t.ok(isClosed)
  },
)

t.test('parameters are checked before the input is asked for', async (t) => {
  const world = new World()
  const content = world.addContent('/x', 'c')
  world.addFunction('f', show('f'), { parameters: { n: { type: 'integer', minimum: 1, maximum: 9 } } })
  t.match(await world.fail('f(n=10)/x'), {
    message: 'f: n=10 is not allowed; n is an integer from 1 to 9',
    failure: { code: 'bad-parameter', function: 'f' },
  })
  t.match(await world.fail('f(m=1)/x'), {
    failure: { code: 'bad-parameter', reason: 'f: unknown parameter m; it has n' },
  })
  t.equal(content.interests.length, 0)
})

t.test('an input of another type is refused, with both types named, and nothing is run', async (t) => {
  const world = new World()
  world.addContent('/page', 'c', { mediaType: 'text/html' })
  world.addContent('/unknown', 'c', { mediaType: undefined })
  let applied = 0
  const count = () => `${++applied}`
  world.addFunction('f', count, { input: ['image/jpeg', 'image/png'] })
  world.addFunction('g', count, { output: 'text/csv' })
  t.match(await world.fail('f/page'), {
    failure: {
      code: 'type-mismatch',
      function: 'f',
      reason: 'takes image/jpeg or image/png, and /page is text/html',
    },
  })
  t.match(await world.fail('f/unknown'), {
    failure: { reason: 'takes image/jpeg or image/png, and /unknown is application/octet-stream' },
  })
  t.equal(applied, 0)
  t.match(await world.fail('f:g/page'), {
    failure: { reason: 'takes image/jpeg or image/png, and g/page is text/csv' },
  })
  t.equal(applied, 1)
})

t.test('an error inside travels outward unchanged, and nobody computes on it', async (t) => {
  const world = new World()
  world.addContent('/x', 'c')
  let applied = 0
  world.addFunction('f1', () => {
    throw new Error('no')
  })
  for (const name of ['f2', 'f3']) world.addFunction(name, () => `${++applied}`)
  const error = await world.fail('f3:f2:f1/x')
  t.match(error, {
    code: 'function-failed',
    message: 'f1: threw Error: no',
    failure: { code: 'function-failed', function: 'f1', reason: 'threw Error: no' },
  })
  t.equal(applied, 0)
})

t.test('a function or content that is not to be had is named by the function that needs it', async (t) => {
  const world = new World()
  world.addFunction('f', show('f'))
  t.match(await world.fail('f:g/x'), {
    message: "f: no node offers function 'g'",
    failure: { code: 'no-route', function: 'f', reason: "no node offers function 'g'" },
  })
  t.match(await world.fail('f/x'), {
    failure: { code: 'no-route', function: 'f', reason: 'nobody has /x' },
  })
})

t.test('an application Nack of the content’s producer travels outward too', async (t) => {
  const world = new World()
  const name = Name.parse('/x')
  const endpoint = world.router.endpoint(name, {
    onInterest: (_, pitToken) => {
      const fields = { name, contentType: ContentType.Nack, content: Buffer.from('out of paper') }
      endpoint.answer(encodeData(fields, digestSigner), pitToken)
    },
  })
  world.addFunction('f', show('f'))
  t.match(await world.fail('f/x'), {
    message: '/x is an application Nack: out of paper',
    failure: { code: 'function-failed', function: '' },
  })
})

t.test('an input that is too large is refused', async (t) => {
  const world = new World()
  world.addContent('/x', bytesOf(20_000))
  world.addFunction('f', show('f'), { runtime: { maxInputBytes: 19_999 } })
  t.match(await world.fail('f/x'), {
    failure: { code: 'too-large', function: 'f', reason: /\/x\/v=\d+ is larger than the 19999 bytes/ },
  })
})

t.test('an error is not kept: once its short freshness is over a retry does the work again', async (t) => {
  const world = new World()
  world.addContent('/x', 'c')
  let applied = 0
  world.addFunction('f', () => {
    if (++applied === 1) throw new Error('the first time')
    return 'done'
  })
  t.match(await world.fail('f/x'), { message: 'f: threw Error: the first time' })
  t.match(await world.fail('f/x'), { message: 'f: threw Error: the first time' }, 'from the Content Store')
  t.equal(applied, 1)
  await world.clock.advance(51)
  t.equal(await world.run('f/x'), 'done')
})

t.test('an error that nobody waits for any more is in the log', async (t) => {
  const world = new World()
  world.addContent('/x', 'c')
  world.addFunction('f', () => new Promise(() => {}))
  await t.rejects(world.run('f/x', { timeout: 1000 }), FetchError)
  await world.clock.advance(10_000)
  t.same(world.log, ['/128=f/x: f: did not finish within 10000 ms'])
})

t.test('a name that leaves no room for an answer is refused, and the instance lives', async (t) => {
  const world = new World()
  world.addFunction('f', show('f'))
  world.addContent('/x', 'c')
  for (const length of [8400, 8600, 8700]) {
    const name = Name.of(new Component(128, Buffer.from('f')), new Component(8, Buffer.alloc(length)))
    const error = await world.clock.run(fetchObject(world.consumer, name)).catch((error: unknown) => error)
    t.ok(error instanceof FetchError, `${length}: ${error}`)
  }
  t.equal(await world.run('f/x'), 'f(c)')
})

t.test('a signer that fails costs no more than the answers that it should have signed', async (t) => {
  const world = new World()
  world.addContent('/x', 'c')
  let isBroken = true
  const signer = () => {
    if (isBroken) throw new Error('no key')
    return digestSigner
  }
  world.addFunction('f', show('f'), { runtime: { signer } })
  t.match(await world.fail('f/x'), { code: 'no-route' })
  const health = healthName('f', 'f-1')
  await t.rejects(world.clock.run(world.consumer.express(health)), { code: 'nack' })
  isBroken = false
  t.equal(await world.run('f/x'), 'f(c)')
  t.ok((await world.consumer.express(health)).name.equals(health))
  t.match(world.log.join('\n'), /no key/)
})
