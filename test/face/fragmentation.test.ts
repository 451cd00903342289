import { deepEqual, equal, ok } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { isFrame } from '../../src/face/datagram-face.ts'
import { Fragmenter, MAX_MTU, MIN_MTU } from '../../src/face/fragmenter.ts'
import { MAX_FRAGMENTS, MAX_PARTIAL_BYTES, REASSEMBLY_TIMEOUT_MS } from '../../src/face/reassembler.ts'
import { encodeNni, encodeTlv, MAX_PACKET_SIZE, TT } from '../../src/packet/index.ts'
import { frame } from './fixture.ts'
import { fragment, fragmentsOf, octets, pitToken, receiver } from './fragments.ts'

const nack = encodeTlv(TT.LpNack, encodeTlv(TT.LpNackReason, encodeNni(150)))

/** Frames that a forwarder sends: bare, or in an LpPacket with other fields; of 8 to MAX_PACKET_SIZE octets. */
const frames = fc
  .record({
    size: fc.integer({ min: 8, max: MAX_PACKET_SIZE }),
    seed: fc.nat(250),
    token: fc.nat(32),
    hasMark: fc.boolean(),
  })
  .map(({ size, seed, token, hasMark }) => {
    const payload = frame(seed, size)
    for (let i = 8; i < payload.length; i++) payload[i] = (seed + i * 7) % 251
    const fields = [
      ...(token > 0 ? [encodeTlv(TT.LpPitToken, octets(token))] : []),
      ...(hasMark ? [encodeTlv(TT.LpCongestionMark, encodeNni(1))] : []),
    ]
    const whole = encodeTlv(TT.LpPacket, ...fields, encodeTlv(TT.LpFragment, payload))
    return fields.length === 0 || whole.length > MAX_PACKET_SIZE ? payload : whole
  })
const mtus = fc.oneof(fc.integer({ min: MIN_MTU, max: 300 }), fc.integer({ min: MIN_MTU, max: MAX_MTU }))

t.test('any frame comes out once and equal, for any MTU, order and duplicates', async (t) => {
  const cases = fc.record({
    wires: fc.array(frames, { minLength: 1, maxLength: 4 }),
    mtu: mtus,
    sequence: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    order: fc.infiniteStream(fc.nat()),
  })
  fc.assert(
    fc.property(cases, ({ wires, mtu, sequence, order }) => {
      const fragmenter = new Fragmenter(mtu, sequence)
      // What is not fragmented has no number, so nobody can tell that it came twice.
      const cut = wires.map((wire) => fragmentsOf(fragmenter, wire))
      const datagrams = cut.flatMap((each) => (each.length > 1 ? [...each, ...each] : each))
      const sorted = datagrams
        .map((datagram) => ({ datagram, key: order.next().value as number }))
        .sort((a, b) => a.key - b.key)
      const { receive, reassembler } = receiver({ maxBytes: 10 * MAX_PARTIAL_BYTES })
      const out = sorted.flatMap(({ datagram }) => {
        if (datagram.length > mtu) throw new Error(`${datagram.length} octets`)
        return receive(datagram) ?? []
      })
      equal(reassembler.size, 0)
      deepEqual(
        out.map((each) => each.toString('hex')).sort(),
        wires
          .filter((_, i) => (cut[i] as Buffer[]).length > 0)
          .map((each) => Buffer.from(each).toString('hex'))
          .sort(),
      )
      // Only a header that fills a small MTU keeps a frame from being cut.
      for (const [i, each] of cut.entries())
        if (each.length === 0) ok(mtu < 100 && (wires[i] as Uint8Array)[0] === TT.LpPacket)
    }),
    { numRuns: 150 },
  )
  t.pass('none did not')
})

t.test('what comes at random never throws and never exceeds a bound', async (t) => {
  const near = fc
    .record({
      sequence: fc.bigInt({ min: 0n, max: 40n }),
      index: fc.nat(6),
      count: fc.oneof(fc.nat(6), fc.constantFrom(MAX_FRAGMENTS, MAX_FRAGMENTS + 1, 2 ** 32)),
      size: fc.oneof(fc.nat(50), fc.nat(8700)),
      cut: fc.nat(20),
    })
    .map(({ sequence, index, count, size, cut }) => {
      const whole = fragment(sequence, index, count, octets(size))
      return cut === 0 ? whole.subarray(0, whole.length - 1) : whole
    })
  const datagram = fc.oneof(
    { weight: 9, arbitrary: near },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  )
  const options = { maxPackets: 8, maxBytes: 20_000, maxFragments: 100 }
  fc.assert(
    fc.property(fc.array(fc.tuple(datagram, fc.nat(100)), { maxLength: 120 }), (steps) => {
      const { receive, reassembler, counters } = receiver(options)
      let now = 0
      let out = 0
      for (const [each, passed] of steps) {
        now += passed
        if (!isFrame(each)) continue
        const packet = receive(each, now)
        if (packet !== undefined) out++
        if (packet !== undefined && packet.length > MAX_PACKET_SIZE) throw new Error('a packet too large')
        if (reassembler.size > options.maxPackets || reassembler.bytes > options.maxBytes)
          throw new Error(`${reassembler.size} packets of ${reassembler.bytes} octets`)
      }
      if (out > steps.length) throw new Error('more came out than went in')
      const dropped = counters.badFragments + counters.duplicateFragments
      if (dropped > counters.fragmentsIn) throw new Error('more dropped than came')
      reassembler.sweep(now + REASSEMBLY_TIMEOUT_MS)
      if (reassembler.size !== 0 || reassembler.bytes !== 0) throw new Error('something stays')
    }),
    { numRuns: 200 },
  )
  t.pass('none did')
})

t.test('other header fields stand on the first fragment, in their order, and come out again', async (t) => {
  const wire = encodeTlv(TT.LpPacket, pitToken, nack, encodeTlv(TT.LpFragment, frame(1, 3000)))
  const fragments = fragmentsOf(new Fragmenter(1000, 2n ** 64n - 2n), wire)
  t.equal(fragments.length, 4)
  const has = (each: Buffer, field: Uint8Array) => each.includes(Buffer.from(field))
  t.same(
    fragments.map((each) => has(each, Buffer.concat([pitToken, nack]))),
    [true, false, false, false],
  )
  t.same(
    fragments.map((each) =>
      each
        .toString('hex')
        .slice(each[1] === 253 ? 8 : 4)
        .slice(0, 20),
    ),
    ['5108fffffffffffffffe', '5108ffffffffffffffff', '51080000000000000000', '51080000000000000001'],
    'Sequence has 8 octets and wraps',
  )
  const { receive } = receiver()
  t.same(
    fragments.map((each) => receive(each)),
    [undefined, undefined, undefined, Buffer.from(wire)],
  )
})

t.test('what is no fragment passes untouched, also with a Sequence', async (t) => {
  const { receive, counters } = receiver({ maxPackets: 0 })
  const sequence = encodeTlv(TT.LpSequence, octets(8))
  for (const each of [
    frame(1),
    encodeTlv(TT.LpPacket),
    encodeTlv(TT.LpPacket, pitToken, encodeTlv(TT.LpFragment, frame(1))),
    encodeTlv(TT.LpPacket, sequence, encodeTlv(TT.LpFragment, frame(1))),
    fragment(5n, 0, 1, frame(1)),
    encodeTlv(TT.LpPacket, Buffer.of(TT.LpSequence)),
    encodeTlv(TT.LpPacket, Buffer.of(TT.LpFragCount, 9, 2)),
  ])
    t.same(receive(each), Buffer.from(each))
  t.equal(counters.fragmentsIn, 0)
})

t.test('frames that cannot be cut make no datagram', async (t) => {
  const cases = {
    'a header without room': encodeTlv(TT.LpPacket, pitToken, nack, encodeTlv(TT.LpFragment, frame(1, 500))),
    'a fragment': fragment(1n, 0, 2, frame(1, 500)),
    'no fragment': encodeTlv(TT.LpPacket, encodeTlv(TT.LpPrefixAnnouncement, octets(500))),
    'an empty fragment': encodeTlv(
      TT.LpPacket,
      encodeTlv(TT.LpPrefixAnnouncement, octets(500)),
      encodeTlv(TT.LpFragment),
    ),
    'something behind it': encodeTlv(TT.LpPacket, encodeTlv(TT.LpFragment, frame(1, 500)), pitToken),
    'no TLV': Buffer.concat([Buffer.of(TT.LpPacket, 253, 1), octets(500)]),
  }
  for (const [what, wire] of Object.entries(cases)) t.same(fragmentsOf(new Fragmenter(64), wire), [], what)
  for (const mtu of [0, MIN_MTU - 1, MAX_MTU + 1, 1000.5, Number.NaN])
    t.throws(() => new Fragmenter(mtu), { name: 'RangeError', message: /MTU/ })
})
