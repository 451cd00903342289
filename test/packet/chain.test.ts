import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import {
  type Chain,
  Component,
  callComponents,
  chainOf,
  flatName,
  formatCall,
  formatChain,
  formatName,
  Name,
  PacketError,
  parseChain,
} from '../../src/packet/index.ts'
import { call, chain, interestName } from './arbitraries.ts'
import { holds } from './holds.ts'

/** A chain as plain values, to be compared without `Name`. */
function plain({ functions, content }: Chain) {
  return {
    functions: functions.map(({ name, parameters }) => ({
      name,
      parameters: parameters.map(({ key, value }) => ({ key, value })),
    })),
    content: content.components.map(({ type, value }) => `${type}=${Buffer.from(value).toString('hex')}`),
  }
}

holds('a chain is read from its text as it was written', chain, (chain) => {
  assert.deepEqual(plain(parseChain(formatChain(chain))), plain(chain))
})

holds('the text of a chain is printable ASCII without spaces', chain, (chain) => {
  assert.match(formatChain(chain), /^[!-~]+$/)
})

holds('a chain is read from its flat name as it was written', chain, (chain) => {
  assert.deepEqual(plain(chainOf(flatName(chain))), plain(chain))
})

holds(
  'a flat name that is read as a chain is the flat name of that chain, octet by octet',
  interestName,
  (name) => {
    const chain = ((): Chain | undefined => {
      try {
        return chainOf(name)
      } catch (error) {
        assert.ok(error instanceof PacketError)
        assert.equal(error.code, 'bad-function-names')
        return undefined
      }
    })()
    if (chain !== undefined) assert.equal(flatName(chain).key, name.key)
  },
)

const shuffled = fc
  .array(call, { minLength: 1, maxLength: 3 })
  .chain((calls) =>
    fc.tuple(
      fc.constant(calls),
      fc.tuple(
        ...calls.map(({ parameters }) =>
          fc.shuffledSubarray([...parameters], { minLength: parameters.length }),
        ),
      ),
    ),
  )

holds('parameters in any order give the same flat name and the same text', shuffled, ([calls, orders]) => {
  const content = Name.parse('/x')
  const other = calls.map(({ name }, i) => ({ name, parameters: orders[i] ?? [] }))
  assert.equal(flatName({ functions: other, content }).key, flatName({ functions: calls, content }).key)
  assert.equal(formatChain({ functions: other, content }), formatChain({ functions: calls, content }))
  assert.deepEqual(
    plain(parseChain(formatChain({ functions: other, content }))),
    plain({ functions: calls, content }),
  )
})

/** Two chains that differ in little or in nothing. */
const pair = fc.tuple(chain, chain, fc.nat(6)).map(([a, b, how]): [Chain, Chain] => {
  if (how === 0) return [a, parseChain(formatChain(a))]
  if (how === 1) return [a, { functions: a.functions, content: b.content }]
  if (how === 2) return [a, { functions: b.functions, content: a.content }]
  if (how === 3) return [a, { functions: a.functions.toReversed(), content: a.content }]
  if (how === 4) return [a, { functions: a.functions.slice(1), content: a.content }]
  if (how === 5)
    return [a, { functions: a.functions.map((one) => ({ ...one, parameters: [] })), content: a.content }]
  return [a, b]
})

holds('chains are equal if and only if their keys are', pair, ([a, b]) => {
  const isEqual = formatChain(a) === formatChain(b)
  assert.equal(JSON.stringify(plain(a)) === JSON.stringify(plain(b)), isEqual)
  assert.equal(flatName(a).key === flatName(b).key, isEqual)
  assert.equal(flatName(a).equals(flatName(b)), isEqual)
})

t.test('a chain with parameters is read', async (t) => {
  const { functions, content } = parseChain(
    'age-gender:extract-faces(shape=round,margin=0.2):detect-faces/camera/lobby/1',
  )
  t.same(functions, [
    { name: 'age-gender', parameters: [] },
    {
      name: 'extract-faces',
      parameters: [
        { key: 'margin', value: '0.2' },
        { key: 'shape', value: 'round' },
      ],
    },
    { name: 'detect-faces', parameters: [] },
  ])
  t.equal(content.toString(), '/camera/lobby/1')
})

t.test('content without functions is a chain of none', async (t) => {
  t.same(parseChain('/camera/v=1/seg=0').functions, [])
  t.equal(formatChain(parseChain('/camera/v=1/seg=0')), '/camera/v=1/seg=0')
})

t.test('different spellings of one chain have one name and one canonical text', async (t) => {
  const canonical = 'f(a=%2B1,b=%3D%3A%40)/x/...'
  for (const uri of ['f(a=+1,b==:@)/x/...', '%66(b=%3d%3A@,%61=%2B1)/%78/.../']) {
    t.equal(formatChain(parseChain(uri)), canonical, uri)
    t.equal(flatName(parseChain(uri)).key, flatName(parseChain(canonical)).key)
  }
})

t.test('a value may be empty and may hold any character, percent-encoded', async (t) => {
  const { functions } = parseChain('f(a=,b=%2C%29%2F%20%C3%BC%F0%9F%99%82%00)/x')
  t.same(functions[0]?.parameters, [
    { key: 'a', value: '' },
    { key: 'b', value: ',)/ ü🙂\0' },
  ])
})

t.test('a byte order mark in a name is kept', async (t) => {
  t.equal(formatChain(parseChain('%EF%BB%BFf/x')), '%EF%BB%BFf/x')
  t.equal(flatName(parseChain('%EF%BB%BFf/x')).equals(flatName(parseChain('f/x'))), false)
})

t.test('one function is formatted as it stands in a chain', async (t) => {
  t.equal(formatCall({ name: 'f', parameters: [] }), 'f')
  t.equal(formatCall({ name: 'f g', parameters: [{ key: 'a', value: '1' }] }), 'f%20g(a=1)')
})

t.test('the components of a call are its name and, if any, its parameters', async (t) => {
  t.same(callComponents({ name: 'f', parameters: [] }).map(String), ['128=f'])
  const parameters = [
    { key: 'b', value: '2' },
    { key: 'a', value: '1' },
  ]
  t.same(callComponents({ name: 'f', parameters }).map(String), ['128=f', '130=a%3D1%2Cb%3D2'])
})

t.test('a name is shown as a chain where it is one, as a URI where it is not', async (t) => {
  t.equal(formatName(Name.parse('/128=f/130=a%3D1/128=g/x/v=1')), 'f(a=1):g/x/v=1')
  t.equal(formatName(Name.parse('/x')), '/x')
  t.equal(formatName(Name.parse('/128=f/130=nonsense/x')), '/128=f/130=nonsense/x')
})

t.test('a name is no chain if its functions are not as flatName writes them', async (t) => {
  const cases: [parameters: string | Uint8Array, message: RegExp][] = [
    ['', /'' is not key=value/],
    ['a', /'a' is not key=value/],
    ['=1', /'=1' is not key=value/],
    ['a=1,', /'' is not key=value/],
    ['a=%', /'a=%' is not key=value/],
    ['a=%FF', /'a=%FF' is not key=value/],
    ['b=1,a=2', /'b=1,a=2' are not sorted by key/],
    ['a=1,a=2', /each key once/],
    ['a=%31', /percent-encoded/],
    ['a=%2f', /percent-encoded/],
    ['a=x y', /percent-encoded/],
    [Buffer.of(0x61, 0x3d, 0xff), /percent-encoded/],
  ]
  for (const [parameters, message] of cases) {
    const value = typeof parameters === 'string' ? Buffer.from(parameters) : parameters
    const name = Name.of(
      new Component(128, Buffer.from('f')),
      new Component(130, value),
      Component.generic('x'),
    )
    t.throws(
      () => chainOf(name),
      { name: 'PacketError', code: 'bad-function-names', message },
      String(parameters),
    )
  }
  for (const uri of ['/128=.../x', '/128=%FF/x', '/128=f/128=%C3%28/x']) {
    t.throws(
      () => chainOf(Name.parse(uri)),
      { code: 'bad-function-names', message: /empty or not UTF-8/ },
      uri,
    )
  }
})
