import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { Component, Name, PacketError, TT } from '../../src/packet/index.ts'
import { anyName, bytes, component, numberComponent } from './arbitraries.ts'
import { holds } from './holds.ts'
import { hex, tlv } from './wire.ts'

const sameComponent = (a: Component | undefined, b: Component | undefined): boolean =>
  a?.type === b?.type && Buffer.from(a?.value ?? []).equals(Buffer.from(b?.value ?? []))

/** Two names of which one often is a prefix of the other, in components or only in octets. */
const pair = fc
  .tuple(anyName, anyName, fc.nat(6), fc.nat(60), fc.boolean())
  .map(([name, other, cut, octets, isSwapped]): [Name, Name] => {
    const relatives = [
      name.slice(0, cut),
      name.append(...other.components),
      name.slice(0, cut).append(...other.components),
    ]
    const cutOctets = ((): Name => {
      try {
        return Name.decode(name.value.subarray(0, octets))
      } catch {
        return relatives[octets % relatives.length] as Name
      }
    })()
    const second = octets % 4 === 0 ? other : cutOctets
    return isSwapped ? [second, name] : [name, second]
  })

holds('a name is a prefix if and only if its components are', pair, ([a, b]) => {
  const model = a.components.every((component, i) => i < b.length && sameComponent(component, b.at(i)))
  assert.equal(a.isPrefixOf(b), model)
})

holds('names are equal if and only if their components are, and so are their keys', pair, ([a, b]) => {
  const model =
    a.length === b.length && a.components.every((component, i) => sameComponent(component, b.at(i)))
  assert.equal(a.equals(b), model)
  assert.equal(a.key === b.key, model)
})

holds('a name is the octets of its components', fc.array(component, { maxLength: 8 }), (components) => {
  const name = Name.of(...components)
  const value = Buffer.concat(components.map((one) => tlv(one.type, one.value)))
  assert.deepEqual(Buffer.from(name.value), value)
  const decoded = Name.decode(value)
  assert.equal(decoded.length, components.length)
  assert.ok(decoded.components.every((one, i) => one.equals(components[i] as Component)))
  assert.ok(decoded.equals(name))
  assert.deepEqual(new Name(value).components.map(String), components.map(String))
})

holds(
  'names are cut and joined like arrays',
  fc.tuple(anyName, anyName, fc.integer({ min: -8, max: 8 }), fc.integer({ min: -8, max: 8 })),
  ([a, b, start, end]) => {
    assert.deepEqual(a.slice(start, end).components.map(String), a.components.slice(start, end).map(String))
    assert.deepEqual(
      a.append(...b.components).components.map(String),
      [...a.components, ...b.components].map(String),
    )
    assert.equal(String(a.at(start)), String(a.components.at(start)))
  },
)

holds('a name is read from its URI as it was written', anyName, (name) => {
  assert.equal(Name.parse(name.toString()).key, name.key)
  assert.equal(JSON.stringify({ name }), `{"name":"${name}"}`)
})

holds('a component is read from its URI as it was written', component, (component) => {
  assert.match(component.toString(), /^[A-Za-z0-9._~%=-]+$/)
  assert.ok(Component.parse(component.toString()).equals(component))
})

holds(
  'a number of any encoded size, the shortest or not, is read from its URI',
  fc.tuple(numberComponent, bytes(9)),
  ([{ type }, value]) => {
    const component = new Component(type, value)
    assert.ok(Component.parse(component.toString()).equals(component))
  },
)

t.test('a component of every type is read from its URI as it was written', async (t) => {
  const values = [
    hex(''),
    hex('2e2e'),
    hex('3d'),
    hex('0007'),
    hex('00'),
    hex('ffffffffffffffff'),
    Buffer.alloc(32, 0xab),
  ]
  let count = 0
  for (let type = 1; type <= 65535; type++) {
    for (const value of type === 1 || type === 2 ? values.slice(-1) : values) {
      const component = new Component(type, value)
      if (!Component.parse(component.toString()).equals(component)) t.fail(`${type}: ${component}`)
      count++
    }
  }
  t.equal(count, 65533 * values.length + 2)
})

t.test('a component with every octet in it is read from its URI as it was written', async (t) => {
  for (let octet = 0; octet < 256; octet++) {
    for (const value of [Buffer.of(octet), Buffer.of(octet, octet, octet), Buffer.of(0x61, octet, 0x3d)]) {
      const component = new Component(TT.GenericNameComponent, value)
      if (!Component.parse(component.toString()).equals(component)) t.fail(`${octet}: ${component}`)
    }
  }
  t.pass('all 256')
})

t.test('components have the URI forms of the naming conventions', async (t) => {
  const cases: [Component, string][] = [
    [Component.generic('lobby'), 'lobby'],
    [Component.generic(''), '...'],
    [Component.generic('.'), '....'],
    [Component.generic('...'), '......'],
    [Component.generic('a/b ü'), 'a%2Fb%20%C3%BC'],
    [Component.generic('v=1'), 'v%3D1'],
    [Component.keyword('metadata'), '32=metadata'],
    [Component.version(7), 'v=7'],
    [Component.segment(256), 'seg=256'],
    [new Component(TT.VersionNameComponent, hex('0007')), '54=%00%07'],
    [new Component(TT.SegmentNameComponent, hex('070707')), '50=%07%07%07'],
    [new Component(TT.FunctionComponent, Buffer.from('F3')), '128=F3'],
    [
      new Component(TT.ImplicitSha256DigestComponent, Buffer.alloc(32, 0xab)),
      `sha256digest=${'ab'.repeat(32)}`,
    ],
    [new Component(TT.ParametersSha256DigestComponent, Buffer.alloc(32)), `params-sha256=${'00'.repeat(32)}`],
  ]
  for (const [component, uri] of cases) {
    t.equal(component.toString(), uri)
    t.ok(Component.parse(uri).equals(component), uri)
  }
})

t.test('a component gives its value as text and as a number', async (t) => {
  t.equal(Component.generic('lobby ü').text, 'lobby ü')
  t.equal(Component.segment(65536).number, 65536)
  t.equal(Component.generic('abc').number, undefined)
})

const bad = (message: RegExp) => ({ name: 'PacketError', code: 'bad-name', message })

t.test('a digest component of 31 octets is refused', async (t) => {
  for (const type of [1, 2]) {
    t.throws(() => new Component(type, Buffer.alloc(31)), bad(/a digest component of 31 octets, not 32/))
    t.throws(() => Name.decode(tlv(type, Buffer.alloc(31))), bad(/of 31 octets/))
    t.throws(() => Name.decode(tlv(type, Buffer.alloc(33))), bad(/of 33 octets/))
    t.equal(Name.decode(tlv(type, Buffer.alloc(32))).length, 1)
  }
})

t.test('a component type out of 1 to 65535 is refused', async (t) => {
  t.throws(() => new Component(0, hex('')), bad(/type 0 is out of range/))
  t.throws(() => new Component(65536, hex('')), bad(/type 65536 is out of range/))
  t.throws(() => Name.decode(tlv(65536, 'x')), bad(/type 65536 is out of range/))
  t.equal(Name.decode(tlv(65535, 'x')).toString(), '/65535=x')
})

t.test('a text that is no name is refused', async (t) => {
  t.throws(() => Name.parse(''), bad(/'' does not begin with '\/'/))
  t.throws(() => Name.parse('a/b'), bad(/'a\/b' does not begin with '\/'/))
  t.throws(() => Name.parse('/a//b'), bad(/has an empty component/))
  t.throws(() => Name.parse('//'), bad(/has an empty component/))
  t.throws(() => Name.parse('/a/..'), bad(/a component may not be '..'/))
  t.throws(() => Name.parse('/%'), bad(/'%' without two hexadecimal digits/))
  t.ok(new PacketError('bad-name', '') instanceof Error)
})

t.test('a trailing slash is ignored, and a slash alone is the empty name', async (t) => {
  t.equal(Name.parse('/a/').toString(), '/a')
  t.equal(Name.parse('/').length, 0)
  t.equal(Name.of().toString(), '/')
  t.ok(Name.parse('/').isPrefixOf(Name.parse('/a')))
})
