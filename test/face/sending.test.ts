import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { StreamFace, type StreamFaceOptions } from '../../src/face/stream-face.ts'
import { StreamSocket } from '../../src/face/stream-socket.ts'
import { bufferBytes, fill, frame, Owner, socketPath, turn } from './fixture.ts'

interface Link {
  readonly owner: Owner
  /** Sizes of the writes to the socket. */
  readonly writes: number[]
  readonly socket: Socket
  readonly peer: Socket
}

/** A face whose writes are counted, and a peer that does not read. */
async function link(t: Test, options: Partial<StreamFaceOptions> = {}): Promise<Link> {
  const path = socketPath(t)
  const server = createServer({ pauseOnConnect: true })
  server.listen(path)
  await once(server, 'listening')
  const stream = StreamSocket.dial({ path })
  const { socket } = stream
  const [peer] = (await once(server, 'connection')) as [Socket]
  const writes: number[] = []
  const write = socket.write.bind(socket) as (chunk: Uint8Array, done?: () => void) => boolean
  socket.write = ((chunk: Uint8Array, done?: () => void) => {
    writes.push(chunk.length)
    return write(chunk, done)
  }) as typeof socket.write
  t.teardown(() => {
    socket.destroy()
    peer.destroy()
    server.close()
  })
  const face = new StreamFace(stream, { local: path, remote: path, isLocal: true, ...options })
  return { owner: new Owner(face), writes, socket, peer }
}

t.test('what is sent in one turn leaves in one write', async (t) => {
  const { owner, writes, peer } = await link(t)
  for (let i = 0; i < 500; i++) owner.face.send(frame(i))
  t.same(writes, [], 'not before the turn is over')
  await turn()
  t.same(writes, [500 * frame(0).length])
  owner.face.send(frame(1))
  await turn()
  t.equal(writes.length, 2)

  owner.onPacket = () => owner.face.send(frame(1))
  peer.write(Buffer.concat(Array.from({ length: 50 }, (_, i) => frame(i))))
  await owner.received(50)
  await turn()
  t.same(writes.slice(2), [50 * frame(0).length], 'so do the answers to all packets of a chunk')
})

t.test(
  'while a peer does not read there is one write under way, and what waits leaves in the next',
  async (t) => {
    const { owner, writes, peer } = await link(t)
    const total = 2000
    for (let i = 0; i < total; i++) {
      owner.face.send(frame(i, 1000))
      if (i % 10 === 0) await turn()
    }
    const written = writes.length
    t.ok(written < total / 10, `${written} writes`)
    let received = 0
    peer.on('data', (chunk) => {
      received += chunk.length
    })
    peer.resume()
    while (received < total * 1000) await once(peer, 'data')
    t.equal(writes.length, written + 1)
  },
)

/** Sends until a turn comes in which nothing more was written: the peer does not read and the system holds no more. */
async function clog({ owner, writes }: Link): Promise<void> {
  for (let before = -1; before < writes.length; await turn()) {
    before = writes.length
    owner.face.send(frame(0, 8000))
    await turn()
  }
}

t.test('what waits, here and in the socket, is never more than the send queue may hold', async (t) => {
  const maxQueue = 100_000
  const clogged = await link(t, { maxQueue })
  const { owner, writes, socket } = clogged
  await clog(clogged)
  await fill(owner.face, 1000)
  const written = writes.reduce((sum, octets) => sum + octets, 0)
  const waiting = owner.face.counters.bytesOut - written + socket.writableLength
  t.ok(waiting <= maxQueue && waiting > maxQueue - 1000, `${waiting} octets`)
})

t.test('what waits for a slow peer costs its own octets, not the chunks that it came in', async (t) => {
  const maxQueue = 100_000
  const clogged = await link(t, { maxQueue })
  await clog(clogged)
  const before = await bufferBytes()
  let accepted = 0
  for (; accepted < 10_000; accepted++) {
    const chunk = Buffer.alloc(65_536)
    chunk.set(frame(accepted))
    if (!clogged.owner.face.send(chunk.subarray(0, frame(0).length))) break
    if (accepted % 10 === 0) await turn()
  }
  // What is being written may share a slab of Node's.
  const limit = 2 * maxQueue + 65_536
  const held = (await bufferBytes(before + limit)) - before
  t.ok(accepted > 500, `${accepted} packets`)
  t.ok(held <= limit, `${held} octets`)
})

t.test('close does not wait for ever for a peer that does not read', async (t) => {
  const { owner } = await link(t, { linger: 20 })
  await fill(owner.face, 8000)
  owner.face.close()
  t.equal((await owner.closed).reason, 'closed-here')
})

t.test('close waits for a peer that is slow', async (t) => {
  const { owner, peer } = await link(t, { linger: 10_000 })
  const sent = await fill(owner.face, 1000)
  owner.face.close()
  await turn()
  let received = 0
  peer.on('data', (chunk) => {
    received += chunk.length
  })
  peer.resume()
  await once(peer, 'end')
  t.equal(received, sent * 1000)
  t.equal((await owner.closed).reason, 'closed-here')
})
