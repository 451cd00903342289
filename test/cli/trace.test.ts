import t, { type Test } from 'tap'
import { collectTraces, compose, type RequestTrace } from '../../src/cli/trace.ts'
import { formatTrace } from '../../src/cli/trace-table.ts'
import { Endpoint } from '../../src/endpoint/index.ts'
import { memoryFaces } from '../../src/face/index.ts'
import type { Trace } from '../../src/function/index.ts'
import { chainOf, encodeData, flatName, NackReason, parseChain } from '../../src/packet/index.ts'
import { digestSigner } from '../../src/trust/index.ts'

const SENT = 1_800_000_000_000

function trace(name: string, input: string, fields: Partial<Trace>): Trace {
  return {
    function: name,
    by: `/op/node/lab/function/${name}/0123456789abcdef`,
    result: `/128=${name}/v=2`,
    mediaType: 'text/plain',
    bytes: 10,
    input: { name: input, mediaType: 'text/plain', bytes: 2000 },
    received: SENT,
    fetch: 0,
    wait: 0,
    run: 0,
    ...fields,
  }
}

t.test('the way between two hops is what the one waited and the other did not work', async (t) => {
  const outer = trace('outer', '/128=inner/v=1', { received: SENT + 1, fetch: 30, wait: 2, run: 5 })
  const inner = trace('inner', '/a/v=1', { received: SENT + 3, fetch: 8, wait: 1, run: 15 })
  const { hop, functions } = compose([outer, inner], { sent: SENT, total: 40 })
  t.equal(hop, 40 - 37, 'from the consumer to the outer function')
  t.strictSame(
    functions.map(({ function: name, source, start, hop }) => ({ name, source, start, hop })),
    [
      { name: 'outer', source: 'new', start: 1, hop: 30 - 24 },
      { name: 'inner', source: 'new', start: 3, hop: 8 },
    ],
  )
})

t.test('a result that was there before is from a cache, and cost only the way', async (t) => {
  const outer = trace('outer', '/128=inner/v=1', { received: SENT + 1, fetch: 4, run: 5 })
  const inner = trace('inner', '/a/v=1', { received: SENT - 5000, fetch: 800, run: 15 })
  const [, hop] = compose([outer, inner], { sent: SENT, total: 12 }).functions
  t.match(hop, { source: 'cache', start: -5000 })
  t.equal(compose([outer, inner], { sent: SENT, total: 12 }).functions[0]?.hop, 4)
})

t.test('work that was in hand for somebody else is shared', async (t) => {
  const late = trace('late', '/a/v=1', { received: SENT - 20, fetch: 10, run: 50 })
  const { hop, functions } = compose([late], { sent: SENT, total: 45 })
  t.match(functions[0], { source: 'shared' })
  t.equal(hop, 5, 'of its work only the part after we asked counts')
})

t.test('clocks that disagree give no negative time', async (t) => {
  const ahead = trace('ahead', '/a/v=1', { received: SENT + 60_000, fetch: 10, run: 50 })
  t.equal(compose([ahead], { sent: SENT, total: 45 }).hop, 0)
})

/** A consumer's endpoint, at whose other end traces are told, by the functions of a result. */
function endpointWith(t: Test, traces: Record<string, unknown>): Endpoint {
  const [here, there] = memoryFaces()
  const other: Endpoint = new Endpoint(there, {
    onInterest: (interest, pitToken) => {
      const { name } = interest
      const content =
        traces[
          chainOf(name)
            .functions.map((call) => call.name)
            .join(':')
        ]
      if (content === undefined) other.nack(interest, NackReason.NoRoute, pitToken)
      else
        other.answer(
          encodeData({ name, content: Buffer.from(JSON.stringify(content)) }, digestSigner),
          pitToken,
        )
    },
  })
  const endpoint = new Endpoint(here)
  t.teardown(() => endpoint.close())
  return endpoint
}

const REQUEST = { sent: SENT, total: 40 }
const RESULT = flatName(parseChain('outer:inner/a/v=1'))

t.test('traces are followed inwards to the content', async (t) => {
  const endpoint = endpointWith(t, {
    'outer:inner': trace('outer', flatName(parseChain('inner/a/v=5')).toString(), {}),
    inner: trace('inner', '/a/v=3', {}),
  })
  const { functions, content, incomplete } = await collectTraces(endpoint, RESULT, REQUEST)
  t.strictSame(
    functions.map((hop) => hop.function),
    ['outer', 'inner'],
  )
  t.equal(content, '/a/v=3')
  t.equal(incomplete, undefined)
})

t.test('what cannot be had of a trace, or is none, is told; the rest is shown', async (t) => {
  const outer = trace('outer', flatName(parseChain('inner/a/v=5')).toString(), {})
  const cases: [traces: Record<string, unknown>, shown: number, incomplete: RegExp][] = [
    [{ 'outer:inner': outer }, 1, /^no trace of inner\/a\/v=5: .*inner/],
    [{ 'outer:inner': outer, inner: { function: 'inner' } }, 1, /what came is not a trace/],
    [{ 'outer:inner': outer, inner: { ...outer, run: -1 } }, 1, /what came is not a trace/],
    [{ 'outer:inner': { ...outer, input: { ...outer.input, name: 'x' } } }, 0, /no trace of outer:inner/],
  ]
  for (const [traces, shown, message] of cases) {
    const { functions, incomplete } = await collectTraces(endpointWith(t, traces), RESULT, REQUEST)
    t.equal(functions.length, shown)
    t.match(incomplete, message)
  }
})

t.test('a trace that names itself as its input is not followed for ever', async (t) => {
  const endpoint = endpointWith(t, { 'outer:inner': trace('outer', RESULT.toString(), {}) })
  const { functions } = await collectTraces(endpoint, RESULT, REQUEST)
  t.equal(functions.length, 2)
})

t.test('the table names each hop, who made it, its times and bytes', async (t) => {
  const outer = trace('outer', '/128=inner/v=1', {
    received: SENT + 1,
    fetch: 30,
    wait: 2,
    run: 5,
    bytes: 12,
  })
  const inner = trace('inner', '/a/v=1', {
    received: SENT - 5000,
    fetch: 8,
    wait: 1,
    run: 15,
    by: '/else\x1b[1m',
  })
  const request: RequestTrace = { ...compose([outer, inner], { sent: SENT, total: 40 }), content: '/a/v=1' }
  const lines = formatTrace(request)
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/))
  t.strictSame(lines[0], [
    'hop',
    'at',
    'made by',
    'received',
    'result',
    'fetch',
    'way',
    'wait',
    'run',
    'bytes',
  ])
  t.strictSame(lines[1], ['0', 'you', '+0 ms', '40 ms', '3.0 ms', '12 B'])
  t.strictSame(lines[2], [
    '1',
    'outer',
    'lab/0123456789ab',
    '+1 ms',
    'new',
    '30 ms',
    '30 ms',
    '2.0 ms',
    '5.0 ms',
    '2.00 kB → 12 B',
  ])
  t.match(lines[3], ['2', 'inner', '/else\\x1b[1m', '5.00 s before', 'from cache'])
  t.strictSame(lines[4], ['3', '/a', '2.00 kB'])
})

t.test('a trace that ends early says why', async (t) => {
  const text = formatTrace({
    total: 4,
    hop: 4,
    functions: [],
    content: '/a/v=1',
    incomplete: 'no trace of x',
  })
  t.match(text, /\nno trace of x\n/)
})
