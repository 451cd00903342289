import assert from 'node:assert/strict'
import { AltUri } from '@ndn/naming-convention2'
import { Name as TheirName } from '@ndn/packet'
import fc from 'fast-check'
import t from 'tap'
import { Component, Name, TT } from '../../src/packet/index.ts'
import { anyName, component, numberComponent } from './arbitraries.ts'
import { holds } from './holds.ts'

const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex')

/** The number is in its shortest form, or is none: only then the decimal form says all, and only then we write it. */
function isPlainNumber({ type, value, number }: Component): boolean {
  const markers: readonly number[] = [50, 52, 54, 56, 58]
  return (
    !markers.includes(type) ||
    number === undefined ||
    Component.parse(`v=${number}`).value.length === value.length
  )
}

/** NDNts refuses to read a timestamp beyond 2^53. */
function isReadByNdnts({ type, value }: Component): boolean {
  return (
    type !== 56 ||
    value.length !== 8 ||
    Buffer.from(value).readBigUInt64BE() <= BigInt(Number.MAX_SAFE_INTEGER)
  )
}

const sharedName = anyName.filter(({ components }) =>
  components.every((component) => isPlainNumber(component) && isReadByNdnts(component)),
)

holds('we write the URI that NDNts writes', sharedName, (name) => {
  assert.equal(name.toString(), AltUri.ofName(new TheirName(name.value)))
})

holds('NDNts reads our URI as the same name', sharedName, (name) => {
  assert.equal(hex(AltUri.parseName(name.toString()).value), hex(name.value))
})

holds('we read the URI of NDNts as the same name, in alternate and in canonical form', sharedName, (name) => {
  const theirs = new TheirName(name.value)
  assert.equal(hex(Name.parse(AltUri.ofName(theirs)).value), hex(name.value))
  assert.equal(hex(Name.parse(theirs.toString()).value), hex(theirs.value))
})

holds(
  'both read hand-written components alike',
  fc.array(fc.stringMatching(/^([a-z0-9.~_:!@-]|%[0-9A-Fa-f]{2}){1,12}$/), { minLength: 1, maxLength: 4 }),
  (parts) => {
    // NDNts takes '.' and '..' as they stand; we refuse them (NDN Packet Format 0.3 §2.1).
    if (parts.some((part) => part === '.' || part === '..')) return
    const uri = `/${parts.join('/')}`
    assert.equal(hex(Name.parse(uri).value), hex(AltUri.parseName(uri).value))
  },
)

holds('numbers are written in decimal by both', numberComponent, (component) => {
  const name = Name.of(component)
  assert.match(name.toString(), /^\/(seg|off|v|t|seq)=(0|[1-9][0-9]*)$/)
  assert.equal(name.toString(), AltUri.ofName(new TheirName(name.value)))
})

t.test('numbers beyond 2^53 are written and read like those of NDNts', async (t) => {
  const value = Buffer.from('ffffffffffffffff', 'hex')
  const name = Name.of(new Component(TT.VersionNameComponent, value))
  t.equal(name.toString(), '/v=18446744073709551615')
  t.equal(name.toString(), AltUri.ofName(new TheirName(name.value)))
  t.ok(Name.parse('/v=18446744073709551615').equals(name))
  t.equal(name.at(0)?.number, undefined, 'but are no number in memory')
})

const pair = fc.oneof(
  fc.tuple(component, component),
  component.map((one): [Component, Component] => [one, new Component(one.type, Buffer.from(one.value))]),
)

holds('components are equal where NDNts finds them equal', pair, ([a, b]) => {
  const [theirA, theirB] = [a, b].map((one) => new TheirName(Name.of(one).value).at(0))
  assert.equal(a.equals(b), theirA?.equals(theirB as NonNullable<typeof theirB>))
})
