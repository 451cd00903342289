import assert from 'node:assert/strict'
import { LpPacket } from '@ndn/lp'
import { Decoder } from '@ndn/tlv'
import fc from 'fast-check'
import t from 'tap'
import { markCongestion } from '../../src/face/congestion-mark.ts'
import {
  decodePacket,
  encodeInterest,
  encodeLp,
  encodeNni,
  encodeTlv,
  MAX_PACKET_SIZE,
  Name,
  TT,
} from '../../src/packet/index.ts'
import { frame } from './fixture.ts'

const INTEREST = encodeInterest({ name: Name.parse('/a/b'), nonce: 1 })
const TOKEN = Buffer.of(1, 2, 3, 4)

t.test('a bare packet is wrapped, and keeps its octets', async (t) => {
  for (const bare of [INTEREST, frame(1), frame(2, 5000)]) {
    const before = Buffer.from(bare)
    const theirs = Decoder.decode(markCongestion(bare), LpPacket)
    t.equal(theirs.congestionMark, 1)
    t.same(Buffer.from(theirs.payload ?? []), before)
    t.same(Buffer.from(bare), before, 'what the caller holds is not touched')
  }
})

t.test('an LpPacket keeps its fields', async (t) => {
  const wire = encodeLp(INTEREST, { pitToken: TOKEN, nackReason: 150, incomingFaceId: 300 })
  const marked = markCongestion(wire)
  const packet = decodePacket(marked)
  t.match(packet, { kind: 'nack', reason: 150, incomingFaceId: 300, congestionMark: 1 })
  t.same(packet.pitToken, TOKEN)
  t.match(Decoder.decode(marked, LpPacket), { congestionMark: 1, nack: { reason: 150 } })
})

/** Header fields in their order: those before the mark, and those behind it. 904 is one that nobody knows. */
const BEFORE = [
  TT.LpSequence,
  TT.LpFragIndex,
  TT.LpFragCount,
  TT.LpPitToken,
  TT.LpNack,
  TT.LpIncomingFaceId,
  TT.LpCachePolicy,
]
const BEHIND = [TT.LpAck, TT.LpAck, TT.LpTxSequence, TT.LpNonDiscovery, 904]

const fieldsOf = (types: readonly number[]): fc.Arbitrary<Uint8Array[]> =>
  fc
    .tuple(fc.subarray([...types]), fc.uint8Array({ minLength: 1, maxLength: 300 }))
    .map(([chosen, value]) => chosen.map((type) => encodeTlv(type, value)))

const parts = fc.record({
  before: fieldsOf(BEFORE),
  mark: fc.constantFrom([], [encodeTlv(TT.LpCongestionMark, Buffer.of(0))]),
  behind: fieldsOf(BEHIND),
  fragment: fc.constantFrom([], [encodeTlv(TT.LpFragment, INTEREST)]),
})

t.test('whatever the header holds, the mark is put in the order of types', async (t) => {
  const mark = encodeTlv(TT.LpCongestionMark, Buffer.of(1))
  fc.assert(
    fc.property(parts, ({ before, mark: none, behind, fragment }) => {
      const wire = encodeTlv(TT.LpPacket, ...before, ...none, ...behind, ...fragment)
      const expected = encodeTlv(TT.LpPacket, ...before, mark, ...behind, ...fragment)
      assert.deepEqual(markCongestion(wire), expected)
    }),
    { numRuns: 500 },
  )
  t.pass()
})

t.test('a packet that is marked already stays as it is', async (t) => {
  for (const congestionMark of [1, 2, 300]) {
    const wire = encodeLp(INTEREST, { pitToken: TOKEN, congestionMark })
    t.equal(markCongestion(wire), wire)
  }
})

t.test('a packet that would become too large stays as it is', async (t) => {
  for (const pitToken of [undefined, TOKEN]) {
    const overhead = pitToken === undefined ? 0 : encodeLp(frame(1, 5000), { pitToken }).length - 5000
    for (const [room, isMarked] of [
      [40, true],
      [0, false],
    ] as const) {
      const wire = encodeLp(frame(1, MAX_PACKET_SIZE - overhead - room), { pitToken })
      const marked = markCongestion(wire)
      t.equal(marked !== wire, isMarked)
      t.ok(marked.length <= MAX_PACKET_SIZE)
    }
  }
})

t.test('what is no packet stays as it is', async (t) => {
  const broken = [
    Buffer.of(),
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.of(TT.LpPacket),
    Buffer.of(TT.LpPacket, 10, 1),
    Buffer.concat([encodeTlv(TT.LpPacket, encodeTlv(TT.LpFragment, INTEREST)), Buffer.of(1)]),
    encodeTlv(TT.LpPacket, Buffer.of(TT.LpPitToken, 9, 1)),
    encodeTlv(TT.LpPacket, encodeTlv(TT.LpCongestionMark, Buffer.alloc(3))),
  ]
  for (const wire of broken) t.equal(markCongestion(wire), wire)
  const intact = encodeLp(INTEREST, { pitToken: TOKEN })
  t.equal(decodePacket(markCongestion(intact)).congestionMark, 1, 'and does the next no harm')
})

t.test('no octets make it throw, and what it gives back is a frame', async (t) => {
  const octets = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.uint8Array({ maxLength: 60 }).map((value) => encodeTlv(TT.LpPacket, value)),
    fc
      .tuple(fc.uint8Array({ maxLength: 30 }), fc.nat(1000))
      .map(([value, type]) => encodeTlv(TT.LpPacket, encodeTlv(type + 1, value), encodeNni(type))),
  )
  fc.assert(
    fc.property(octets, (wire) => {
      const marked = markCongestion(wire)
      if (marked !== wire)
        assert.equal(Decoder.decode(marked, { decodeFrom: (d) => d.read().tlv }).length, marked.length)
    }),
    { numRuns: 2000 },
  )
  t.pass()
})
