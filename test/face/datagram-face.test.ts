import t from 'tap'
import { DatagramFace, type DatagramFaceOptions, MAX_EARLY_BYTES } from '../../src/face/datagram-face.ts'
import { REASSEMBLY_TIMEOUT_MS } from '../../src/face/reassembler.ts'
import { encodeTlv, MAX_PACKET_SIZE, TT } from '../../src/packet/index.ts'
import { frame, Owner, turn } from './fixture.ts'
import { ManualClock } from './manual-clock.ts'

/** A face and what it handed to a system that takes datagrams when the test says so. */
function faceUnderTest(options: Partial<DatagramFaceOptions> = {}) {
  const clock = new ManualClock()
  const datagrams: Uint8Array[] = []
  const pending: ((error: Error | null) => void)[] = []
  const state = { released: 0 }
  const face = new DatagramFace({
    local: 'udp4://192.0.2.1:6363',
    remote: 'udp4://192.0.2.2:6363',
    linkType: 'point-to-point',
    persistency: 'persistent',
    mtu: 1000,
    clock,
    transmit: (buffer, size, onDone) => {
      datagrams.push(Buffer.from(buffer.subarray(0, size)))
      pending.push(onDone)
    },
    release: () => {
      state.released++
    },
    ...options,
  })
  const take = (error: Error | null = null): void => {
    for (const onDone of pending.splice(0)) onDone(error)
  }
  return { face, clock, datagrams, take, state }
}

t.test('a packet that fits goes as it is, a larger one in datagrams of at most the MTU', async (t) => {
  const { face, datagrams, take } = faceUnderTest()
  t.equal(face.send(frame(1, 1000)), true)
  t.same(datagrams, [frame(1, 1000)])
  t.equal(face.send(frame(2, 5000)), true)
  take()
  const fragments = datagrams.slice(1)
  t.equal(fragments.length, 6)
  for (const each of fragments) t.ok(each.length <= 1000, `${each.length} octets`)
  const peer = faceUnderTest()
  const owner = new Owner(peer.face)
  for (const each of fragments.reverse()) peer.face.receive(each)
  t.same(owner.packets, [frame(2, 5000)])
  const bytes = datagrams.reduce((sum, { length }) => sum + length, 0)
  t.match(face.counters, { packetsOut: 2, fragmentsOut: 6, bytesOut: bytes, queueDrops: 0 })
  t.match(peer.face.counters, { packetsIn: 1, fragmentsIn: 6, bytesIn: bytes - 1000 })
})

t.test('the caller may use the octets again as soon as send has returned', async (t) => {
  const { face, datagrams } = faceUnderTest({
    transmit: (buffer, size) => datagrams.push(buffer.subarray(0, size)),
  })
  const buffer = Buffer.concat([Buffer.of(9, 9, 9), frame(1), Buffer.of(9)])
  face.send(buffer, 3, buffer.length - 1)
  face.send(frame(2))
  buffer.fill(0)
  t.same(datagrams, [frame(1), frame(2)])
})

t.test('what the system has not taken is bounded, and beyond it whole packets are dropped', async (t) => {
  const { face, datagrams, take } = faceUnderTest({ maxQueue: 5000 })
  for (let i = 0; i < 5; i++) t.equal(face.send(frame(i, 1000)), true)
  t.equal(face.send(Buffer.of(6, 0)), false)
  t.equal(face.counters.queueDrops, 1)
  take()
  t.equal(face.send(frame(5, 1000)), true)
  t.equal(face.send(frame(6, 4500)), false, 'no room for all fragments: none is sent')
  t.equal(datagrams.length, 6)
  t.match(face.counters, { queueDrops: 2, packetsOut: 6, fragmentsOut: 0 })
})

t.test('many small datagrams wait in memory of their size, and each is the one that was sent', async (t) => {
  const views: Uint8Array[] = []
  const { face } = faceUnderTest({
    mtu: 8800,
    transmit: (buffer, size) => views.push(buffer.subarray(0, size)),
  })
  for (let i = 0; i < 1000; i++) face.send(frame(i))
  for (const [i, view] of views.entries())
    if (!frame(i).every((octet, at) => view[at] === octet)) t.fail(`${i}`)
  const memory = views.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)
  t.ok(memory < 64 * 8800 + 1000 * 110, `${memory} octets`)
})

t.test('a packet whose header leaves no room in a datagram is dropped and counted', async (t) => {
  const { face, datagrams } = faceUnderTest({ mtu: 64 })
  const token = encodeTlv(TT.LpPitToken, Buffer.alloc(60))
  t.equal(face.send(encodeTlv(TT.LpPacket, token, encodeTlv(TT.LpFragment, frame(1)))), false)
  t.equal(face.counters.unfragmentable, 1)
  t.same(datagrams, [])
})

t.test('a datagram that is not one TLV element is dropped, and does not keep the face alive', async (t) => {
  const { face, clock } = faceUnderTest()
  const owner = new Owner(face)
  clock.advance(1000)
  const bad = [
    Buffer.of(),
    Buffer.of(6),
    Buffer.of(0, 0),
    Buffer.of(6, 2, 1),
    Buffer.of(6, 0, 0),
    Buffer.of(6, 253, 0, 2, 1, 1),
    Buffer.of(6, 254, 0, 0, 0, 1, 1),
    Buffer.of(255, 0, 0),
    frame(1, MAX_PACKET_SIZE + 1),
  ]
  for (const each of bad) face.receive(each)
  t.match(face.counters, { malformed: bad.length, packetsIn: 0 })
  t.equal(face.lastReceived, 0)
  face.receive(Buffer.of(100, 0))
  face.receive(Buffer.of(64, 1, 7))
  t.equal(owner.packets.length, 2, 'what is framed well is for the forwarder to judge')
  t.equal(face.lastReceived, 1000)
})

t.test('what comes before start is kept in order, up to a bound', async (t) => {
  const { face } = faceUnderTest()
  const fitting = Math.floor(MAX_EARLY_BYTES / 1000)
  for (let i = 0; i < fitting + 3; i++) face.receive(frame(i, 1000))
  t.match(face.counters, { earlyDrops: 3, packetsIn: 0 })
  const owner = new Owner(face)
  t.same(owner.packets, [], 'not within start')
  await turn()
  face.receive(frame(999))
  t.same(owner.numbers, [...Array.from({ length: fitting }, (_, i) => i), 999])
})

t.test('a packet that waits too long for its fragments is given up without a further datagram', async (t) => {
  const sender = faceUnderTest()
  sender.face.send(frame(1, 5000))
  const { face, clock } = faceUnderTest()
  face.receive(sender.datagrams[0] as Uint8Array)
  clock.advance(300)
  face.receive(sender.datagrams[1] as Uint8Array)
  clock.advance(REASSEMBLY_TIMEOUT_MS - 1)
  t.equal(face.counters.reassemblyTimeouts, 0)
  clock.advance(REASSEMBLY_TIMEOUT_MS)
  t.equal(face.counters.reassemblyTimeouts, 1)
  t.equal(clock.pending, 0, 'and no timer is left')
  face.receive(sender.datagrams[2] as Uint8Array)
  t.equal(clock.pending, 1)
  face.close()
  await turn()
  t.equal(clock.pending, 0)
})

t.test('a failure of the link is counted and closes no face', async (t) => {
  for (const persistency of ['persistent', 'permanent'] as const) {
    const { face, take, datagrams } = faceUnderTest({ persistency })
    const owner = new Owner(face)
    face.send(frame(1))
    take(new Error('ECONNREFUSED'))
    face.noteLinkError()
    await turn()
    t.equal(owner.closeCount, 0)
    t.equal(face.counters.linkErrors, 2)
    t.equal(face.send(frame(2)), true)
    t.equal(datagrams.length, 2)
  }
})

t.test('close waits for the system to take what was sent, but not for ever', async (t) => {
  const first = faceUnderTest()
  const owner = new Owner(first.face)
  first.face.send(frame(1))
  first.face.close()
  first.face.close()
  await turn()
  t.equal(owner.closeCount, 0)
  t.equal(first.face.send(frame(2)), false)
  first.face.receive(frame(3))
  first.take()
  t.same(await owner.closed, { reason: 'closed-here', detail: '' })
  t.same([first.state.released, owner.closeCount, owner.packets.length, first.clock.pending], [1, 1, 0, 0])

  const second = faceUnderTest({ linger: 700 })
  const late = new Owner(second.face)
  second.face.send(frame(1))
  second.face.close()
  second.clock.advance(699)
  t.equal(late.closeCount, 0)
  second.clock.advance(1)
  second.take()
  await late.closed
  t.same([second.state.released, late.closeCount], [1, 1])
})

t.test('an owner that starts a closed face is told once', async (t) => {
  const { face, state } = faceUnderTest()
  face.close()
  const soon = new Owner(face)
  await turn()
  await turn()
  t.same([state.released, soon.closeCount], [1, 1])
  const another = faceUnderTest()
  another.face.close()
  await turn()
  const late = new Owner(another.face)
  t.equal(late.closeCount, 0, 'not within start')
  await turn()
  t.equal(late.closeCount, 1)
})

t.test('a packet is marked when those of earlier turns wait, and not for those of its own', async (t) => {
  const { face, take } = faceUnderTest()
  for (let i = 0; i < 100; i++) face.send(frame(i, 1000))
  t.equal(face.counters.congestionMarks, 0)
  await turn()
  face.send(frame(100, 500))
  face.send(frame(101, 500))
  t.equal(face.counters.congestionMarks, 1, 'one in 100 ms')
  take()
  await turn()
  face.send(frame(102))
  t.equal(face.counters.congestionMarks, 1)

  const full = faceUnderTest({ mtu: 64 })
  for (let i = 0; i < 100; i++) full.face.send(frame(i, 1000))
  await turn()
  const token = encodeTlv(TT.LpPitToken, Buffer.alloc(32))
  t.equal(full.face.send(encodeTlv(TT.LpPacket, token, encodeTlv(TT.LpFragment, frame(1)))), true)
  t.match(full.face.counters, { congestionMarks: 0, unfragmentable: 0 }, 'no room for a mark')

  const off = faceUnderTest({ congestion: false })
  for (let i = 0; i < 100; i++) off.face.send(frame(i, 1000))
  await turn()
  off.face.send(frame(100))
  t.equal(off.face.counters.congestionMarks, 0)
})
