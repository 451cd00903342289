import t, { type Test } from 'tap'
import { collectTraces, compose, MAX_TRACES, type RequestTrace } from '../../src/cli/trace.ts'
import { formatTrace } from '../../src/cli/trace-table.ts'
import { Endpoint } from '../../src/endpoint/index.ts'
import { memoryFaces } from '../../src/face/index.ts'
import type { Trace } from '../../src/function/index.ts'
import { chainOf, encodeData, flatName, NackReason, Name, parseChain } from '../../src/packet/index.ts'
import { digestSigner } from '../../src/trust/index.ts'

const SENT = 1_800_000_000_000

/** @param inputs NDN URIs */
function trace(result: string, inputs: string | readonly string[], fields: Partial<Trace> = {}): Trace {
  const name = chainOf(Name.parse(result)).functions[0]?.name ?? ''
  return {
    function: name,
    by: `/op/node/lab/function/${name}/0123456789abcdef`,
    result,
    mediaType: 'text/plain',
    bytes: 10,
    inputs: [inputs].flat().map((input) => ({ name: input, mediaType: 'text/plain', bytes: 2000 })),
    received: SENT,
    fetch: 0,
    wait: 0,
    run: 0,
    ...fields,
  }
}

/** NDN URI of version 1 of what a chain gives. */
function result(chain: string): string {
  return `${flatName(parseChain(chain))}/v=1`
}

t.test('the way between two hops is what the one waited and the other did not work', async (t) => {
  const outer = trace(result('outer:inner/a'), result('inner/a'), {
    received: SENT + 1,
    fetch: 30,
    wait: 2,
    run: 5,
  })
  const inner = trace(result('inner/a'), '/a/v=1', { received: SENT + 3, fetch: 8, wait: 1, run: 15 })
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
  const outer = trace(result('outer:inner/a'), result('inner/a'), { received: SENT + 1, fetch: 4, run: 5 })
  const inner = trace(result('inner/a'), '/a/v=1', { received: SENT - 5000, fetch: 800, run: 15 })
  const [, hop] = compose([outer, inner], { sent: SENT, total: 12 }).functions
  t.match(hop, { source: 'cache', start: -5000 })
  t.equal(compose([outer, inner], { sent: SENT, total: 12 }).functions[0]?.hop, 4)
})

t.test('work that was in hand for somebody else is shared', async (t) => {
  const late = trace(result('late/a'), '/a/v=1', { received: SENT - 20, fetch: 10, run: 50 })
  const { hop, functions } = compose([late], { sent: SENT, total: 45 })
  t.match(functions[0], { source: 'shared' })
  t.equal(hop, 5, 'of its work only the part after we asked counts')
})

t.test('clocks that disagree give no negative time', async (t) => {
  const ahead = trace(result('ahead/a'), '/a/v=1', { received: SENT + 60_000, fetch: 10, run: 50 })
  t.equal(compose([ahead], { sent: SENT, total: 45 }).hop, 0)
})

t.test(
  'of several inputs the slowest counts, and a result that two took belongs to who asked first',
  async (t) => {
    const traces = [
      trace('/128=merge/v=1', ['/128=left/v=1', '/128=right/v=1'], { received: SENT + 1, fetch: 50 }),
      trace('/128=left/v=1', '/128=split/v=1', { received: SENT + 4, fetch: 20, run: 5 }),
      trace('/128=right/v=1', '/128=split/v=1', { received: SENT + 2, fetch: 25, run: 15 }),
      trace('/128=split/v=1', '/a/v=1', { received: SENT + 3, run: 15 }),
    ]
    t.match(compose(traces, { sent: SENT, total: 60 }).functions, [
      { function: 'merge', hop: 50 - 40 },
      { function: 'left', hop: 20 - 14 },
      { function: 'right', hop: 25 - 15 },
      { function: 'split', source: 'new' },
    ])
  },
)

/** A consumer's endpoint, at whose other end traces are told, by the name of the result. */
function endpointWith(t: Test, traces: Record<string, unknown>): Endpoint {
  const [here, there] = memoryFaces()
  const other: Endpoint = new Endpoint(there, {
    onInterest: (interest, pitToken) => {
      const { name } = interest
      const content = traces[name.slice(0, -1).toString()]
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

function byResult(traces: readonly Trace[]): Record<string, Trace> {
  return Object.fromEntries(traces.map((trace) => [trace.result, trace]))
}

const REQUEST = { sent: SENT, total: 40 }
const OUTER = result('outer:inner/a')
const INNER = result('inner/a')

t.test('traces are followed inwards to the content', async (t) => {
  const endpoint = endpointWith(t, byResult([trace(OUTER, INNER), trace(INNER, '/a/v=3')]))
  const { functions, contents, incomplete } = await collectTraces(endpoint, Name.parse(OUTER), REQUEST)
  t.strictSame(
    functions.map((hop) => hop.function),
    ['outer', 'inner'],
  )
  t.strictSame(contents, [{ name: '/a/v=3', bytes: 2000 }])
  t.equal(incomplete, undefined)
})

const TILES = [1, 2, 3].map((n) => result(`tile(n=${n})/task`))
const SPLIT = '/128=split/task/v=1'
const MERGE = '/128=merge/task/v=1'
const WORKFLOW = [
  trace(MERGE, [...TILES, '/b/v=1']),
  ...TILES.map((tile) => trace(tile, SPLIT)),
  trace(SPLIT, '/a/v=1'),
]

t.test('every input is followed, and what several took is there once', async (t) => {
  const endpoint = endpointWith(t, byResult(WORKFLOW))
  const { functions, contents } = await collectTraces(endpoint, Name.parse(MERGE), REQUEST)
  t.strictSame(
    functions.map((hop) => hop.result),
    [MERGE, ...TILES, SPLIT],
  )
  t.strictSame(
    contents.map(({ name }) => name),
    ['/b/v=1', '/a/v=1'],
  )
})

t.test('what cannot be had of a trace, or is none, is told; the rest is shown', async (t) => {
  const outer = trace(OUTER, INNER)
  const inner = trace(INNER, '/a/v=1')
  const cases: [traces: Record<string, unknown>, shown: number, incomplete: RegExp][] = [
    [{ [OUTER]: outer }, 1, /^no trace of inner\/a\/v=1: .*inner/],
    [{ [OUTER]: outer, [INNER]: { function: 'inner' } }, 1, /what came is not a trace/],
    [{ [OUTER]: outer, [INNER]: { ...inner, run: -1 } }, 1, /what came is not a trace/],
    [{ [OUTER]: outer, [INNER]: outer }, 1, /what came is the trace of \/128=outer/],
    [{ [OUTER]: trace(OUTER, 'x') }, 0, /no trace of outer:inner/],
    [{ [MERGE]: WORKFLOW[0] }, 1, /^no trace of tile\(n=1\).*, and 2 more$/],
  ]
  for (const [traces, shown, message] of cases) {
    const [first = ''] = Object.keys(traces)
    const endpoint = endpointWith(t, traces)
    const { functions, contents, incomplete } = await collectTraces(endpoint, Name.parse(first), REQUEST)
    t.equal(functions.length, shown)
    t.match(incomplete, message)
    t.ok(contents.length > 0, 'what is not followed stands where it was taken')
  }
})

t.test('traces that name each other as their inputs are not followed for ever', async (t) => {
  const endpoint = endpointWith(t, byResult([trace(OUTER, [OUTER, INNER]), trace(INNER, OUTER)]))
  const { functions, incomplete } = await collectTraces(endpoint, Name.parse(OUTER), REQUEST)
  t.equal(functions.length, 2)
  t.equal(incomplete, undefined)
})

t.test('no more traces are followed than the bound', async (t) => {
  const below = (name: string): string[] => Array.from({ length: 40 }, (_, i) => `${name}/${i}/v=1`)
  const middle = below('/128=f')
  const inner = middle.map((name) => below(name))
  const traces = [
    trace(MERGE, middle),
    ...middle.map((name, i) => trace(name, inner[i] ?? [])),
    ...inner.flat().map((name) => trace(name, '/a/v=1')),
  ]
  const endpoint = endpointWith(t, byResult(traces))
  const { functions, incomplete } = await collectTraces(endpoint, Name.parse(MERGE), REQUEST)
  t.equal(functions.length, MAX_TRACES)
  t.equal(incomplete, 'only 1024 functions are followed')
})

t.test('the table names each hop, who made it, its times and bytes', async (t) => {
  const outer = trace(result('outer:inner/a'), result('inner/a'), {
    received: SENT + 1,
    fetch: 30,
    wait: 2,
    run: 5,
    bytes: 12,
  })
  const inner = trace(result('inner/a'), '/a/v=1', {
    received: SENT - 5000,
    fetch: 8,
    wait: 1,
    run: 15,
    by: '/else\x1b[1m',
  })
  const request: RequestTrace = {
    ...compose([outer, inner], { sent: SENT, total: 40 }),
    contents: [{ name: '/a/v=1', bytes: 2000 }],
  }
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

t.test('where there is more than a chain, each hop says from where it took its inputs', async (t) => {
  const text = formatTrace({
    ...compose(WORKFLOW, { sent: SENT, total: 40 }),
    contents: [
      { name: '/b/v=1', bytes: 2000 },
      { name: '/a/v=1', bytes: 2000 },
    ],
  })
  t.same(
    text.split('\n').map((line) => line.slice(0, 24).trim().split(/ {2,}/)),
    [
      ['hop', 'from', 'at'],
      ['0', 'you'],
      ['1', '2–4, 6', 'merge'],
      ['2', '5', 'tile(n=1)'],
      ['3', '5', 'tile(n=2)'],
      ['4', '5', 'tile(n=3)'],
      ['5', '7', 'split'],
      ['6', '/b'],
      ['7', '/a'],
      ['from: the hops whose res'],
      [''],
    ],
  )
  t.match(text, /8\.00 kB → 10 B/, 'bytes of all inputs')
})

t.test('a trace that ends early says why', async (t) => {
  const text = formatTrace({
    total: 4,
    hop: 4,
    functions: [],
    contents: [{ name: '/a/v=1' }],
    incomplete: 'no trace of x',
  })
  t.match(text, /\nno trace of x\n/)
})
