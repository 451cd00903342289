import assert from 'node:assert/strict'
import { ControlParameters, ControlResponse } from '@ndn/nfdmgmt'
import { Component as NdntsComponent, Name as NdntsName } from '@ndn/packet'
import { Decoder, Encoder } from '@ndn/tlv'
import fc from 'fast-check'
import { Component, Name, PacketError, TT } from '../../src/packet/index.ts'
import {
  decodeControlParameters,
  decodeControlResponse,
  encodeControlParameters,
  encodeControlResponse,
} from '../../src/router/control.ts'
import { holds } from '../packet/holds.ts'

const number = fc.option(fc.nat(), { nil: undefined })
const components = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 6 })
const parameters = fc.record({
  values: fc.option(components, { nil: undefined }),
  numbers: fc.record({
    faceId: number,
    origin: number,
    cost: number,
    flags: number,
    expirationPeriod: number,
  }),
})

holds('ControlParameters of NDNts are read, and ours by NDNts', parameters, ({ values, numbers }) => {
  const theirs = new ControlParameters({
    ...numbers,
    ...(values && { name: new NdntsName(values.map((value) => new NdntsComponent(8, value))) }),
  })
  const name = values && Name.of(...values.map((value) => new Component(TT.GenericNameComponent, value)))
  const wire = Encoder.encode(theirs)
  const { name: readName, ...readNumbers } = decodeControlParameters(wire)
  assert.deepEqual(readNumbers, { ...numbers })
  assert.equal(readName?.toString(), name?.toString())
  const ours = encodeControlParameters({ ...numbers, name })
  assert.deepEqual(Buffer.from(Encoder.encode(Decoder.decode(ours, ControlParameters))), Buffer.from(wire))
})

const response = fc.tuple(fc.integer({ min: 100, max: 599 }), fc.string({ unit: 'grapheme' }))

holds('ControlResponses of NDNts are read, and ours by NDNts', response, ([statusCode, statusText]) => {
  const read = decodeControlResponse(Encoder.encode(new ControlResponse(statusCode, statusText)))
  assert.deepEqual(read, { statusCode, statusText })
  const theirs = Decoder.decode(
    encodeControlResponse({ statusCode, statusText }, { cost: 7 }),
    ControlResponse,
  )
  assert.deepEqual([theirs.statusCode, theirs.statusText], [statusCode, statusText])
  assert.equal(ControlParameters.decodeFromResponseBody(theirs).cost, 7)
})

holds(
  'octets that are none give an error of the packet and no other',
  fc.uint8Array({ maxLength: 60 }),
  (octets) => {
    for (const decode of [decodeControlParameters, decodeControlResponse]) {
      for (const type of [undefined, 101, 104]) {
        try {
          decode(type === undefined ? octets : Uint8Array.of(type, octets.length, ...octets))
        } catch (error) {
          assert.ok(error instanceof PacketError)
        }
      }
    }
  },
)
