import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { LpPacket } from '@ndn/lp'
import { Decoder } from '@ndn/tlv'
import t, { type Test } from 'tap'
import { Framer } from '../../src/face/framer.ts'
import { connect, type Face, type ListenOptions, listen } from '../../src/face/index.ts'
import { TT } from '../../src/packet/index.ts'
import { frame, numberOf, Owner, socketPath, turn } from './fixture.ts'
import { ManualClock } from './manual-clock.ts'

/** More than what the system holds of a socket for a peer that does not read. */
const SYSTEM_BYTES = 2 * 1024 * 1024

/** A listener, a peer that reads nothing until it is resumed, and one that reads, each with the listener's face to it. */
async function crowd(t: Test, options: ListenOptions) {
  const faces: Face[] = []
  const listener = await listen(socketPath(t), (face) => faces.push(face), options)
  const socket = createConnection(listener.address.slice('unix://'.length))
  await once(socket, 'connect')
  const reader = new Owner(await connect(listener.address))
  for (let i = 0; i < 1000 && faces.length < 2; i++) await turn()
  t.teardown(async () => {
    socket.destroy()
    for (const face of [reader.face, ...faces]) face.close()
    await listener.close()
  })
  const [toSlow, toReader] = faces.map((face) => new Owner(face).face) as [Face, Face]
  return { socket, reader, toSlow, toReader }
}

interface Received {
  readonly numbers: number[]
  /** Those with a congestion mark. */
  readonly marked: number[]
}

/** Reads so many packets. */
async function readAll(socket: Socket, count: number): Promise<Received> {
  const received: Received = { numbers: [], marked: [] }
  const framer = new Framer((buffer, start, end) => {
    let packet = buffer.subarray(start, end)
    if (packet[0] === TT.LpPacket) {
      const lp = Decoder.decode(packet, LpPacket)
      packet = lp.payload as Uint8Array
      if (lp.congestionMark === 1) received.marked.push(numberOf(packet))
    }
    received.numbers.push(numberOf(packet))
  })
  socket.on('data', (chunk) => framer.push(chunk))
  while (received.numbers.length < count) await once(socket, 'data')
  return received
}

t.test(
  'the queue of a slow reader is bounded, it is marked, and another reader does not notice',
  async (t) => {
    const clock = new ManualClock()
    const maxQueue = 1_000_000
    const { socket, reader, toSlow, toReader } = await crowd(t, { maxQueue, clock })
    const rounds = 300
    const accepted: number[] = []
    for (let round = 0; round < rounds; round++) {
      for (let i = 10 * round; i < 10 * round + 10; i++) {
        if (toSlow.send(frame(i, 1000))) accepted.push(i)
        toReader.send(frame(i, 1000))
      }
      // It has all of a round before the next begins.
      await reader.received(10 * round + 10)
      clock.advance(5)
    }
    t.equal(reader.packets.length, 10 * rounds)
    t.ok(
      reader.packets.every((packet, i) => Buffer.compare(packet, frame(i, 1000)) === 0),
      'none is marked',
    )
    t.same([toReader.counters.queueDrops, toReader.counters.congestionMarks], [0, 0])

    const { queueDrops, congestionMarks, bytesOut, packetsOut } = toSlow.counters
    t.equal(packetsOut, accepted.length)
    t.equal(packetsOut + queueDrops, 10 * rounds)
    t.ok(queueDrops > 0)
    t.ok(bytesOut <= maxQueue + SYSTEM_BYTES, `${bytesOut} octets`)
    const { numbers, marked } = await readAll(socket, accepted.length)
    t.same(numbers, accepted, 'it gets all that was accepted')
    t.equal(marked.length, congestionMarks)
    t.ok(marked.length > 1, `${marked.length} marks`)
    // A round takes 5 ms, and each mark comes in the first after 100 ms, and then after 100/√2 ms.
    const [first = 0, second = 0, third = 0] = marked.map((number) => Math.floor(number / 10))
    t.same([second - first, third - first], [20, 35])
  },
)

t.test('what is sent in one turn is no queue', async (t) => {
  const { reader, toReader } = await crowd(t, {})
  for (let i = 0; i < 500; i++) toReader.send(frame(i, 1000))
  await reader.received(500)
  t.equal(toReader.counters.congestionMarks, 0)
})

t.test('where marking is switched off a slow reader is not marked', async (t) => {
  const { socket, toSlow } = await crowd(t, { maxQueue: 500_000, congestion: false })
  let accepted = 0
  for (let i = 0; toSlow.counters.queueDrops < 10 && i < 5000; i++) {
    if (toSlow.send(frame(accepted, 1000))) accepted++
    if (i % 10 === 0) await turn()
  }
  t.equal(toSlow.counters.queueDrops, 10)
  t.equal(toSlow.counters.congestionMarks, 0)
  t.same((await readAll(socket, accepted)).marked, [])
})

t.test('threshold and interval can be chosen', async (t) => {
  const clock = new ManualClock()
  const { socket, toSlow } = await crowd(t, { clock, congestion: { threshold: 5000, baseInterval: 10 } })
  // One write that the system does not take at once.
  let sent = 0
  for (; sent < 2500; sent++) toSlow.send(frame(sent, 1000))
  await turn()
  t.equal(toSlow.counters.congestionMarks, 0)
  for (const [ms, marks] of [
    [0, 1],
    [9, 1],
    [1, 2],
    [7, 2],
    [1, 3],
  ] as const) {
    clock.advance(ms)
    toSlow.send(frame(sent++, 1000))
    t.equal(toSlow.counters.congestionMarks, marks)
  }
  const { marked } = await readAll(socket, sent)
  t.same(marked, [2500, 2502, 2504])
  toSlow.send(frame(0, 1000))
  t.equal(toSlow.counters.congestionMarks, 3, 'when it has read all, nothing is marked')
})
