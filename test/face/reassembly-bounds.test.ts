import t from 'tap'
import {
  MAX_FRAGMENTS,
  MAX_PARTIAL_BYTES,
  MAX_PARTIAL_PACKETS,
  REASSEMBLY_TIMEOUT_MS,
} from '../../src/face/reassembler.ts'
import { encodeNni, encodeTlv, MAX_PACKET_SIZE, TT } from '../../src/packet/index.ts'
import { frame } from './fixture.ts'
import { fragment, head, octets, pitToken, receiver } from './fragments.ts'

t.test('fragments that contradict themselves or others are dropped and counted', async (t) => {
  const number = encodeTlv(TT.LpSequence, octets(8))
  const count = encodeTlv(TT.LpFragCount, encodeNni(2))
  const payload = encodeTlv(TT.LpFragment, octets(10))
  const bad = {
    'FragIndex beyond FragCount': fragment(1n, 2, 2, octets(10)),
    'no fragments at all': fragment(1n, 0, 0, octets(10)),
    'too many fragments': fragment(1n, 0, MAX_FRAGMENTS + 1, octets(1)),
    'no Sequence': encodeTlv(TT.LpPacket, count, payload),
    'a Sequence of 4 octets': encodeTlv(TT.LpPacket, encodeTlv(TT.LpSequence, octets(4)), count, payload),
    'nothing of the packet': encodeTlv(TT.LpPacket, number, count),
    'an empty part of the packet': fragment(1n, 0, 2, octets(0)),
    'a field behind the part': encodeTlv(TT.LpPacket, number, count, payload, pitToken),
    'FragCount twice': encodeTlv(TT.LpPacket, number, count, pitToken, count, payload),
    'a field that is cut off': encodeTlv(TT.LpPacket, number, count, Buffer.of(TT.LpPitToken, 9)),
  }
  const { receive, counters, reassembler } = receiver()
  for (const [what, each] of Object.entries(bad)) {
    const before = counters.badFragments
    t.equal(receive(each), undefined, what)
    t.equal(counters.badFragments, before + 1, what)
  }
  t.equal(reassembler.size, 0)
  receive(fragment(10n, 0, 3, octets(10)))
  receive(fragment(11n, 1, 4, octets(10)))
  t.equal(counters.badFragments, Object.keys(bad).length + 1, 'FragCount that changed')
})

t.test(
  'fragments that come twice are dropped and counted, also after the packet was put together',
  async (t) => {
    const { receive, counters, reassembler } = receiver()
    const first = fragment(7n, 0, 2, Buffer.of(6, 1))
    const second = fragment(8n, 1, 2, Buffer.of(9))
    receive(first)
    receive(first)
    t.same(receive(second), Buffer.of(6, 1, 9))
    receive(second)
    receive(first)
    t.equal(counters.duplicateFragments, 3)
    t.equal(reassembler.size, 0)
    t.equal(receive(first, REASSEMBLY_TIMEOUT_MS), undefined)
    t.same(
      receive(second, REASSEMBLY_TIMEOUT_MS),
      Buffer.of(6, 1, 9),
      'later, the peer may have begun to count anew',
    )
  },
)

t.test('senders on one link may use the same numbers', async (t) => {
  const { receive } = receiver()
  receive(fragment(7n, 0, 2, Buffer.of(6, 1)), 0, 'a')
  receive(fragment(7n, 0, 2, Buffer.of(5, 1)), 0, 'b')
  t.same(receive(fragment(8n, 1, 2, Buffer.of(1)), 0, 'b'), Buffer.of(5, 1, 1))
  t.same(receive(fragment(8n, 1, 2, Buffer.of(2)), 0, 'a'), Buffer.of(6, 1, 2))
})

t.test(
  'a packet waits half a second for its next fragment, and each that comes begins the wait anew',
  async (t) => {
    const { receive, counters, reassembler } = receiver()
    receive(fragment(0n, 0, 3, octets(10)), 0)
    receive(fragment(1n, 1, 3, octets(10)), 499)
    receive(frame(1), 998)
    t.equal(reassembler.size, 1)
    receive(frame(1), 999)
    t.equal(reassembler.size, 0)
    t.equal(reassembler.bytes, 0)
    t.equal(counters.reassemblyTimeouts, 1)
  },
)

t.test(
  'at most so many packets are put together at once: the one that waits longest goes first',
  async (t) => {
    const { receive, counters, reassembler } = receiver()
    for (let i = 0; i < MAX_PARTIAL_PACKETS; i++) receive(fragment(BigInt(10 * i), 0, 3, head(30, 10)))
    receive(fragment(1n, 1, 3, octets(10)))
    t.equal(counters.reassemblyEvictions, 0)
    receive(fragment(5000n, 0, 3, octets(10)))
    t.equal(reassembler.size, MAX_PARTIAL_PACKETS)
    t.equal(counters.reassemblyEvictions, 1)
    t.equal(receive(fragment(2n, 2, 3, octets(10)))?.length, 30, 'not the oldest: it had a fragment since')
    receive(fragment(11n, 1, 3, octets(10)))
    t.equal(receive(fragment(12n, 2, 3, octets(10))), undefined, 'this was the oldest')
  },
)

t.test('at most so many octets of memory are taken by packets that are put together', async (t) => {
  const { receive, counters, reassembler } = receiver()
  for (let i = 0; i < 40; i++) {
    receive(fragment(BigInt(10 * i), 0, 6, octets(1400)))
    t.ok(reassembler.bytes <= MAX_PARTIAL_BYTES)
  }
  const fitting = Math.floor(MAX_PARTIAL_BYTES / (6 * 1400 + 6 * 4))
  t.equal(reassembler.size, fitting)
  t.equal(counters.reassemblyEvictions, 40 - fitting)
  // The last fragment comes first and is small, so the packet turns out larger than expected.
  const small = receiver({ maxBytes: 10_000 })
  small.receive(fragment(12n, 2, 3, octets(10)))
  small.receive(fragment(22n, 2, 3, octets(10)))
  small.receive(fragment(21n, 1, 3, octets(4000)))
  t.equal(small.counters.reassemblyEvictions, 0)
  t.ok(small.reassembler.bytes <= 10_000)
  small.receive(fragment(11n, 1, 3, octets(4000)))
  t.equal(small.counters.reassemblyEvictions, 1)
  t.ok(small.reassembler.bytes <= 10_000)
  t.equal(small.receive(fragment(10n, 0, 3, head(8010, 4000)))?.length, 8010)
  const tiny = receiver({ maxBytes: 1000 })
  tiny.receive(fragment(10n, 0, 2, octets(600)))
  t.match(tiny.counters, { badFragments: 1, reassemblyEvictions: 0 })
})

t.test('fragments of more than a packet may have are dropped', async (t) => {
  const { receive, counters } = receiver()
  receive(fragment(0n, 0, 3, head(MAX_PACKET_SIZE, 4000)))
  receive(fragment(1n, 1, 3, octets(4000)))
  t.equal(receive(fragment(2n, 2, 3, octets(801))), undefined)
  t.equal(counters.badFragments, 1)
  t.equal(receive(fragment(2n, 2, 3, octets(800)))?.length, MAX_PACKET_SIZE)
  receive(fragment(10n, 0, 2, octets(4000), pitToken))
  t.equal(
    receive(fragment(11n, 1, 2, octets(4760))),
    undefined,
    'with the header of the LpPacket it would be too large',
  )
  t.equal(counters.badFragments, 2)
})

t.test('what is no packet when it is put together is dropped', async (t) => {
  const { receive, counters } = receiver()
  const cases = {
    'octets behind an element': [octets(3), octets(20)],
    'too few octets': [head(30, 10), octets(19)],
    'an LpPacket in an LpPacket': [Buffer.of(TT.LpPacket, 4), Buffer.of(TT.LpFragment, 2, TT.Data, 0)],
  }
  for (const [i, [what, [first, second]]] of Object.entries(cases).entries()) {
    receive(fragment(BigInt(10 * i), 0, 2, first as Uint8Array))
    t.equal(receive(fragment(BigInt(10 * i + 1), 1, 2, second as Uint8Array)), undefined, what)
    t.equal(counters.badFragments, i + 1, what)
  }
})
