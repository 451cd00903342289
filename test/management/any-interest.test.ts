import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ControlStatus, controlParameters, controlResponse } from '../../src/management/index.ts'
import { Component, Name, TT } from '../../src/packet/index.ts'
import { digestSigner } from '../../src/trust/index.ts'
import { holds } from '../packet/holds.ts'
import { number } from './arbitraries.ts'
import { CLIENT, makeFaceStatus } from './fakes.ts'
import { TestNode } from './fixture.ts'

const MAX_ROUTES = 6
const MAX_WAITING = 3
const KNOWN: ReadonlySet<number> = new Set(Object.values(ControlStatus))

const words = [
  ['faces', 'rib', 'fib', 'cs', 'strategy-choice', 'status', 'others'],
  [
    'create',
    'update',
    'destroy',
    'list',
    'query',
    'channels',
    'events',
    'register',
    'unregister',
    'announce',
  ],
  ['add-nexthop', 'remove-nexthop', 'config', 'erase', 'info', 'set', 'unset', 'general', 'unknown'],
] as const
const component = (values: fc.Arbitrary<string>): fc.Arbitrary<Component> => values.map(Component.generic)
const name = fc
  .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 40 })
  .map((parts) => Name.parse(`/${parts.join('/')}`))
const parameters = fc
  .record(
    {
      name,
      faceId: fc.oneof(fc.constantFrom(0, CLIENT, 301), number),
      uri: fc.string(),
      localUri: fc.string(),
      origin: number,
      cost: number,
      capacity: number,
      count: number,
      flags: number,
      mask: number,
      strategy: fc.oneof(name, fc.constant(Name.parse('/localhost/nfd/strategy/multicast'))),
      expirationPeriod: number,
      mtu: number,
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  .map((value) => controlParameters.encode(value))
const octets = fc.oneof({ weight: 3, arbitrary: parameters }, fc.uint8Array({ maxLength: 40 }))
const tail = fc.oneof(
  octets.map((value) => new Component(TT.GenericNameComponent, value)),
  fc.constantFrom(
    ...['v=1', 'seg=0', 'seq=0', 'seq=1', 'seq=9007199254740991', '58=%FF%FF%FF'].map(Component.parse),
  ),
)
const asked = fc.record({
  module: component(fc.constantFrom(...words[0])),
  verb: component(fc.constantFrom(...words[1], ...words[2])),
  rest: fc.array(tail, { maxLength: 3 }),
  isSigned: fc.boolean(),
  applicationParameters: octets,
  canBePrefix: fc.boolean(),
  mustBeFresh: fc.boolean(),
  face: fc.constantFrom(CLIENT, 301, 'unknown' as const),
})

holds(
  'whatever is asked is answered once, refused or waits, and no table outgrows its bound',
  fc.array(asked, { minLength: 1, maxLength: 12 }),
  async (interests) => {
    const node = new TestNode({ maxInterestsWaiting: MAX_WAITING }, MAX_ROUTES)
    node.faces.statuses.set(301, makeFaceStatus(301))
    let waiting = 0
    for (const { module, verb, rest, isSigned, applicationParameters, face, ...flags } of interests) {
      const isTold = node.answers.length
      const place = Name.parse('/localhost/nfd').append(module, verb, ...rest)
      const signature = isSigned ? { applicationParameters, signer: digestSigner } : {}
      const answer = await node.ask({ name: place, ...flags, ...signature }, face)
      assert.ok(node.answers.length <= isTold + 1)
      if (answer === undefined) {
        assert.ok(verb.text === 'events' && ++waiting <= MAX_WAITING, String(place))
        continue
      }
      assert.equal(answer.pitToken, 'token')
      if ('nack' in answer) continue
      const { data } = answer
      assert.ok(place.isPrefixOf(data.name))
      // A dataset has its version and segment; all else is a response.
      if (data.name.typeAt(-1) === TT.SegmentNameComponent && data.name.length > place.length) continue
      const { statusCode } = controlResponse.decode(data.content)
      assert.ok(KNOWN.has(statusCode) && statusCode !== ControlStatus.InternalError, node.log.join('\n'))
      assert.ok(isSigned || statusCode !== ControlStatus.Ok, 'only what is signed is carried out')
    }
    assert.ok(node.rib.size <= MAX_ROUTES)
    node.ribModule.close()
  },
  400,
)
