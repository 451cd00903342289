import assert from 'node:assert/strict'
import { LpPacket } from '@ndn/lp'
import { NackHeader, Data as TheirData, Interest as TheirInterest } from '@ndn/packet'
import { Decoder, Encoder } from '@ndn/tlv'
import fc from 'fast-check'
import { decodePacket, encodeData, encodeInterest, encodeLp, type LpFields } from '../../src/packet/index.ts'
import { dataFields, digestSigner, type Fields, interestFields, lpFields } from './arbitraries.ts'
import { holds } from './holds.ts'

const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex')

const interestWire = interestFields.map((fields) => encodeInterest(fields))
const dataWire = dataFields.map((fields) => encodeData(fields, digestSigner))

/** A fragment with what the header says of it; a Nack header only where the fragment is an Interest. */
const frame: fc.Arbitrary<{ fragment: Uint8Array; fields: Fields<LpFields> }> = fc.oneof(
  fc.record({ fragment: interestWire, fields: lpFields }),
  fc.record({ fragment: dataWire, fields: lpFields.map(({ nackReason: _, ...fields }) => fields) }),
)

function theirPacket(fragment: Uint8Array, fields: LpFields): LpPacket {
  const packet = new LpPacket()
  packet.payload = fragment
  if (fields.pitToken) packet.pitToken = fields.pitToken
  if (fields.nackReason !== undefined) packet.nack = new NackHeader(fields.nackReason)
  if (fields.congestionMark !== undefined) packet.congestionMark = fields.congestionMark
  return packet
}

holds('NDNts reads from our LpPacket the fields that were encoded', frame, ({ fragment, fields }) => {
  const wire = encodeLp(fragment, fields)
  if (Object.keys(fields).length === 0) {
    assert.equal(wire, fragment)
    return
  }
  const theirs = Decoder.decode(wire, LpPacket)
  assert.equal(theirs.pitToken && hex(theirs.pitToken), fields.pitToken && hex(fields.pitToken))
  assert.equal(theirs.nack?.reason, fields.nackReason)
  assert.equal(theirs.congestionMark, fields.congestionMark)
  assert.equal(hex(theirs.payload ?? Buffer.of()), hex(fragment))
})

holds('we read from an LpPacket of NDNts the fields that were encoded', frame, ({ fragment, fields }) => {
  const packet = decodePacket(Encoder.encode(theirPacket(fragment, fields)))
  assert.equal(packet.pitToken && hex(packet.pitToken), fields.pitToken && hex(fields.pitToken))
  // NDNts does not send a congestion mark of 0.
  assert.equal(packet.congestionMark ?? 0, fields.congestionMark ?? 0)
  if (packet.kind === 'nack') assert.equal(packet.reason, fields.nackReason)
  else assert.equal(fields.nackReason, undefined)
  if (packet.kind === 'data') assert.equal(hex(packet.data.wire), hex(fragment))
  else if (packet.kind !== 'idle') assert.equal(hex(packet.interest.wire), hex(fragment))
  else assert.fail('an LpPacket with a fragment is not idle')
})

holds('both encode the same header as the same octets', frame, ({ fragment, fields }) => {
  // NDNts writes no IncomingFaceId, and no congestion mark of 0.
  const { congestionMark, incomingFaceId: _, ...rest } = fields
  const same = congestionMark === undefined || congestionMark === 0 ? rest : { ...rest, congestionMark }
  if (Object.keys(same).length === 0) return
  assert.equal(hex(encodeLp(fragment, same)), hex(Encoder.encode(theirPacket(fragment, same))))
})

holds(
  'a numbered packet that is not fragmented is read',
  fc.tuple(interestWire, fc.bigInt(0n, 2n ** 64n - 1n)),
  ([fragment, sequence]) => {
    const theirs = theirPacket(fragment, {})
    theirs.fragSeqNum = sequence
    const packet = decodePacket(Encoder.encode(theirs))
    assert.equal(packet.kind, 'interest')
  },
)

holds(
  'a bare Interest or Data is read without LpPacket',
  fc.tuple(interestFields, dataFields),
  ([i, d]) => {
    const interest = decodePacket(Encoder.encode(new TheirInterest(`/8=${i.nonce}`)))
    assert.equal(interest.kind === 'interest' && interest.interest.name.toString(), `/${i.nonce}`)
    const data = decodePacket(Encoder.encode(new TheirData(`/8=${d.content?.length ?? 0}`)))
    assert.equal(data.kind === 'data' && data.data.name.toString(), `/${d.content?.length ?? 0}`)
  },
  100,
)
