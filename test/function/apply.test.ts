import t from 'tap'
import { type Applier, applierOf, apply } from '../../src/function/apply.ts'
import { parseManifest } from '../../src/function/index.ts'
import { VirtualClock } from '../endpoint/fixtures/virtual-clock.ts'

const manifest = parseManifest({ name: 'f', input: '*/*', output: 'text/plain', module: 'index.ts' })
const described = { name: '/x', mediaType: 'text/plain', content: new Uint8Array() }
const context = { parameters: {}, input: described, inputs: [described], log: () => {} }

t.test('a small part of a large buffer as the result does not keep all of it alive', async (t) => {
  const input = new Uint8Array(1_000_000).fill(7)
  const result = await apply(async (input) => input.subarray(5, 15), manifest, input, context)
  t.same([...result], Array(10).fill(7))
  t.ok(result.buffer.byteLength < 10_000)
  const whole = await apply(async (input) => input, manifest, input, context)
  t.equal(whole, input, 'what is not a small part is not copied')
})

t.test('the timer goes with the work, however it ends', async (t) => {
  const clock = new VirtualClock()
  const fails: Applier = async () => {
    throw new Error('no')
  }
  await apply(async (input) => input, manifest, new Uint8Array(), context, clock)
  await t.rejects(apply(fails, manifest, new Uint8Array(), context, clock))
  t.equal(clock.timers, 0)
})

t.test('what a function throws after its time harms nobody', async (t) => {
  const clock = new VirtualClock()
  const late: Applier = (_, { signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')))
    })
  await t.rejects(clock.run(apply(late, manifest, new Uint8Array(), context, clock)), {
    code: 'function-failed',
    message: 'did not finish within 10000 ms',
  })
  await clock.advance(1)
})

t.test('the deadline is told in milliseconds since the epoch', async (t) => {
  let deadline = 0
  const before = Date.now()
  await apply(
    async (input, context) => {
      deadline = context.deadline
      return input
    },
    manifest,
    new Uint8Array(),
    context,
  )
  t.ok(deadline >= before + 10_000 && deadline <= Date.now() + 10_000)
})

t.test('a function without code is a mistake of its builder', async (t) => {
  t.throws(() => applierOf(manifest, undefined, '.'), new TypeError('f has neither a command nor a module'))
})
