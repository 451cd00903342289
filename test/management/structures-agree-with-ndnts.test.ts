import assert from 'node:assert/strict'
import * as ndnts from '@ndn/nfdmgmt'
import { Component as NdntsComponent, Name as NdntsName } from '@ndn/packet'
import { type Decodable, Decoder, type Encodable, Encoder } from '@ndn/tlv'
import fc from 'fast-check'
import {
  channelStatus,
  controlParameters,
  controlResponse,
  csInfo,
  faceQueryFilter,
  faceStatus,
  forwarderStatus,
  ribEntry,
  strategyChoice,
} from '../../src/management/index.ts'
import { Name } from '../../src/packet/index.ts'
import { holds } from '../packet/holds.ts'
import {
  componentValues,
  linkType,
  nameOf,
  number,
  persistency,
  scope,
  text,
  wireNumber,
} from './arbitraries.ts'

interface Codec {
  decode(bytes: Uint8Array): object
  encode(value: never): Uint8Array
}

/** Names, numbers and words in NDNts's terms. */
function theirValue(value: unknown, key: string): unknown {
  if (Array.isArray(value))
    return value.map((item: object) => Object.assign(new ndnts.Route(), theirValues(item)))
  if (value instanceof Name)
    return new NdntsName(value.components.map((component) => new NdntsComponent(8, component.value)))
  if (typeof value === 'string' && !['uri', 'localUri', 'uriScheme', 'nfdVersion'].includes(key))
    return wireNumber(value)
  if (BIG.has(key)) return BigInt(value as number)
  return value
}

/** What NDNts has as bigint. */
const BIG = new Set<string>()
const COUNTERS = ['nInInterests', 'nInData', 'nInNacks', 'nOutInterests', 'nOutData', 'nOutNacks']

function theirValues(ours: object): object {
  return Object.fromEntries(
    Object.entries(ours).map(([key, value]) => [key === 'routes' ? 'route' : key, theirValue(value, key)]),
  )
}

/** Both ways: what we write NDNts reads and writes again alike, and what that writes we read. */
function agrees<T extends object>(
  what: string,
  codec: Codec,
  Theirs: (new () => Encodable & object) & Decodable<Encodable & object>,
  values: fc.Arbitrary<T>,
  big: readonly string[] = [],
): void {
  holds(`${what} of NDNts are read, and ours by NDNts`, values, (value) => {
    BIG.clear()
    for (const key of big) BIG.add(key)
    const ours = codec.encode(value as never)
    const theirs = Encoder.encode(Object.assign(new Theirs(), theirValues(value)))
    assert.deepEqual(Buffer.from(ours), Buffer.from(theirs))
    assert.deepEqual(Buffer.from(Encoder.encode(Decoder.decode(ours, Theirs))), Buffer.from(ours))
    assert.deepEqual(plain(codec.decode(theirs)), plain(value))
  })
}

/** Comparable: names as text, in any order of properties. */
function plain(value: unknown): unknown {
  if (value instanceof Name) return value.toString()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, plain(item)])
      .toSorted(),
  )
}

const name = componentValues.map(nameOf)

agrees(
  'ControlParameters',
  controlParameters,
  ndnts.ControlParameters,
  fc.record(
    {
      name,
      faceId: number,
      uri: text,
      localUri: text,
      origin: number,
      cost: number,
      capacity: number,
      count: number,
      flags: number,
      mask: number,
      strategy: name,
      expirationPeriod: number,
      facePersistency: persistency,
      baseCongestionMarkingInterval: number,
      defaultCongestionThreshold: number,
      mtu: number,
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
)

agrees(
  'FaceStatus',
  faceStatus,
  ndnts.FaceStatus,
  fc.record(
    {
      faceId: number,
      uri: text,
      localUri: text,
      expirationPeriod: number,
      faceScope: scope,
      facePersistency: persistency,
      linkType,
      baseCongestionMarkingInterval: number,
      defaultCongestionThreshold: number,
      mtu: number,
      nInInterests: number,
      nInData: number,
      nInNacks: number,
      nOutInterests: number,
      nOutData: number,
      nOutNacks: number,
      nInBytes: number,
      nOutBytes: number,
      flags: number,
    },
    {
      noNullPrototype: true,
      requiredKeys: [
        'faceId',
        'uri',
        'localUri',
        'faceScope',
        'facePersistency',
        'linkType',
        'nInInterests',
        'nInData',
        'nInNacks',
        'nOutInterests',
        'nOutData',
        'nOutNacks',
        'nInBytes',
        'nOutBytes',
        'flags',
      ],
    },
  ),
  [...COUNTERS, 'nInBytes', 'nOutBytes'],
)

agrees(
  'FaceQueryFilter',
  faceQueryFilter,
  ndnts.FaceQueryFilter,
  fc.record(
    {
      faceId: number,
      uriScheme: text,
      uri: text,
      localUri: text,
      faceScope: scope,
      facePersistency: persistency,
      linkType,
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
)

agrees(
  'ChannelStatus',
  channelStatus,
  ndnts.ChannelStatus,
  fc.record({ localUri: text }, { noNullPrototype: true }),
)

agrees(
  'CsInfo',
  csInfo,
  ndnts.CsInfo,
  fc.record(
    { capacity: number, flags: number, nCsEntries: number, nHits: number, nMisses: number },
    { noNullPrototype: true },
  ),
  ['capacity', 'nCsEntries', 'nHits', 'nMisses'],
)

agrees(
  'StrategyChoice',
  strategyChoice,
  ndnts.StrategyChoice,
  fc.record({ name, strategy: name }, { noNullPrototype: true }),
)

agrees(
  'RibEntry',
  ribEntry,
  ndnts.RibEntry,
  fc.record(
    {
      name,
      routes: fc.array(
        fc.record(
          { faceId: number, origin: number, cost: number, flags: number, expirationPeriod: number },
          { requiredKeys: ['faceId', 'origin', 'cost', 'flags'], noNullPrototype: true },
        ),
        { minLength: 1, maxLength: 4 },
      ),
    },
    { noNullPrototype: true },
  ),
)

agrees(
  'ForwarderStatus',
  forwarderStatus,
  ndnts.GeneralStatus,
  fc.record(
    {
      nfdVersion: text,
      startTimestamp: number,
      currentTimestamp: number,
      nNameTreeEntries: number,
      nFibEntries: number,
      nPitEntries: number,
      nMeasurementsEntries: number,
      nCsEntries: number,
      nInInterests: number,
      nInData: number,
      nInNacks: number,
      nOutInterests: number,
      nOutData: number,
      nOutNacks: number,
      nSatisfiedInterests: number,
      nUnsatisfiedInterests: number,
    },
    { noNullPrototype: true },
  ),
)

holds(
  'ControlResponses of NDNts are read, and ours by NDNts',
  fc.tuple(fc.integer({ min: 100, max: 599 }), text, fc.option(number, { nil: undefined })),
  ([statusCode, statusText, cost]) => {
    const body = cost === undefined ? undefined : new ndnts.ControlParameters({ cost })
    const theirs = Encoder.encode(new ndnts.ControlResponse(statusCode, statusText, body))
    const ours = { statusCode, statusText, ...(cost === undefined ? {} : { parameters: { cost } }) }
    assert.deepEqual(controlResponse.decode(theirs), ours)
    const read = Decoder.decode(controlResponse.encode(ours), ndnts.ControlResponse)
    assert.deepEqual([read.statusCode, read.statusText], [statusCode, statusText])
    if (cost !== undefined) assert.equal(ndnts.ControlParameters.decodeFromResponseBody(read).cost, cost)
  },
)
