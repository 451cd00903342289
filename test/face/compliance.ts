import type { Test } from 'tap'
import type { Face, SocketOptions } from '../../src/face/index.ts'
import { MAX_PACKET_SIZE } from '../../src/packet/index.ts'
import { fill, frame, numberOf, Owner, turn } from './fixture.ts'

/** Makes two faces that are connected to each other and have not been started. */
export type MakePair = (t: Test, options?: SocketOptions) => Promise<[Face, Face]>

const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

/** What every kind of face must do. */
export function facesComply(t: Test, makePair: MakePair): void {
  t.test('packets go both ways, whole and in order', async (t) => {
    const [a, b] = (await makePair(t)).map((face) => new Owner(face)) as [Owner, Owner]
    for (const i of count(100)) {
      t.equal(a.face.send(frame(i, 10 + 80 * i)), true)
      t.equal(b.face.send(frame(1000 + i)), true)
    }
    await Promise.all([a.received(100), b.received(100)])
    t.same(b.numbers, count(100))
    t.same(
      a.numbers,
      count(100).map((i) => 1000 + i),
    )
    t.same(b.packets[99], frame(99, 10 + 80 * 99))
    for (const { face } of [a, b]) {
      t.equal(face.counters.packetsOut, 100)
      t.equal(face.counters.packetsIn, 100)
      t.equal(face.counters.queueDrops, 0)
    }
    t.equal(a.face.counters.bytesOut, b.face.counters.bytesIn)
    t.equal(b.face.counters.bytesOut, a.face.counters.bytesIn)
  })

  t.test('a packet is sent from where it lies, and its bytes may be used again at once', async (t) => {
    const [a, b] = (await makePair(t)).map((face) => new Owner(face)) as [Owner, Owner]
    const memory = Buffer.alloc(10_000, 9)
    for (const [i, size] of [100, 5000, 40].entries()) {
      const start = 1000 * i
      memory.set(frame(i, size), start)
      t.equal(a.face.send(memory, start, start + frame(i, size).length), true)
      memory.fill(9)
    }
    await b.received(3)
    t.same(b.packets, [frame(0, 100), frame(1, 5000), frame(2, 40)])
    const { bytesOut } = a.face.counters
    t.equal(
      bytesOut,
      b.packets.reduce((sum, { length }) => sum + length, 0),
    )
  })

  t.test('what is received is answered from the memory that it lies in', async (t) => {
    const [a, b] = await makePair(t, { congestion: false })
    const owner = new Owner(a)
    b.start({ onPacket: (...packet) => void b.send(...packet), onClose: () => {} })
    for (const i of count(1000)) a.send(frame(i, (i * 29) % 2000))
    await owner.received(1000)
    t.same(owner.numbers, count(1000))
    t.same(owner.packets[999], frame(999, (999 * 29) % 2000))
  })

  t.test('the largest packet and the smallest pass', async (t) => {
    const [a, b] = (await makePair(t)).map((face) => new Owner(face)) as [Owner, Owner]
    const largest = frame(1, MAX_PACKET_SIZE)
    t.equal(largest.length, MAX_PACKET_SIZE)
    const smallest = Buffer.of(6, 0)
    for (const packet of [largest, smallest, largest]) a.face.send(packet)
    await b.received(3)
    t.same(b.packets, [largest, smallest, largest])
  })

  t.test('a burst of 20 MB both ways at once comes through', async (t) => {
    const pair = await makePair(t, { maxQueue: 64 * 1024 * 1024 })
    const [a, b] = pair.map((face) => new Owner(face)) as [Owner, Owner]
    const total = 5000
    for (const i of count(total)) {
      a.face.send(frame(i, (i * 37) % MAX_PACKET_SIZE))
      b.face.send(frame(i, (i * 41) % MAX_PACKET_SIZE))
    }
    await Promise.all([a.received(total), b.received(total)])
    t.same(a.numbers, count(total))
    t.same(b.numbers, count(total))
  })

  t.test('nothing is received before start, and nothing of it is lost', async (t) => {
    const [a, b] = await makePair(t)
    for (const i of count(10)) a.send(frame(i))
    await turn()
    await turn()
    t.equal(b.counters.packetsIn, 0)
    const owner = new Owner(b)
    t.same(owner.packets, [], 'not within start either')
    await owner.received(10)
    t.same(owner.numbers, count(10))
  })

  t.test('close sends what waits, and each side learns of it once', async (t) => {
    const [a, b] = (await makePair(t)).map((face) => new Owner(face)) as [Owner, Owner]
    for (const i of count(500)) a.face.send(frame(i, 1000))
    a.face.close()
    a.face.close()
    t.equal((await b.closed).reason, 'closed-by-peer')
    t.equal((await a.closed).reason, 'closed-here')
    t.same(b.numbers, count(500))
    b.face.close()
    await turn()
    t.same([a.closeCount, b.closeCount], [1, 1])
  })

  t.test('nothing is sent or received after close', async (t) => {
    const [a, b] = (await makePair(t)).map((face) => new Owner(face)) as [Owner, Owner]
    b.onPacket = (packet) => {
      if (numberOf(packet) === 1) b.face.close()
    }
    for (const i of count(5)) a.face.send(frame(i))
    await b.closed
    t.same(b.numbers, [0, 1], 'what came with the packet that made the owner close is not for it')
    t.equal(b.face.send(frame(9)), false)
    await a.closed
    t.equal(a.face.send(frame(9)), false)
    t.same(a.packets, [])
    t.equal(b.face.counters.packetsOut, 0)
  })

  t.test('a peer that closed before start is reported after what it had sent', async (t) => {
    const [a, b] = await makePair(t)
    const owner = new Owner(a)
    a.send(frame(7))
    a.close()
    await owner.closed
    const late = new Owner(b)
    const { reason } = await late.closed
    t.equal(reason, 'closed-by-peer')
    t.same(late.numbers, [7])
  })

  t.test('a face can be closed before it was started', async (t) => {
    const [a, b] = await makePair(t)
    const owner = new Owner(b)
    a.close()
    await owner.closed
    const late = new Owner(a)
    t.equal((await late.closed).reason, 'closed-here')
  })

  t.test('the send queue for a peer that does not read is bounded, and the rest is dropped', async (t) => {
    const maxQueue = 100_000
    const [a, b] = await makePair(t, { maxQueue })
    const accepted = await fill(a, 1000)
    t.ok(accepted >= 99, `${accepted} packets`)
    t.equal(a.counters.packetsOut, accepted)
    const { queueDrops } = a.counters
    t.ok(queueDrops > 0)
    t.equal(a.send(frame(0, 1000)), false, 'full')
    t.equal(a.counters.queueDrops, queueDrops + 1)

    const owner = new Owner(b)
    await owner.received(accepted)
    t.same(owner.numbers, count(accepted), 'what was accepted arrives, in order')
    t.equal(a.send(frame(accepted)), true, 'and there is room again')
    await owner.received(accepted + 1)
  })
}
