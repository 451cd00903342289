import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import type { CloseReason } from '../../src/face/index.ts'
import { StreamFace } from '../../src/face/stream-face.ts'
import { READ_BUFFER_BYTES, StreamSocket } from '../../src/face/stream-socket.ts'
import { frame, Owner, socketPath } from './fixture.ts'

/** A peer that writes octets as it likes, and the face on our side with its socket. */
async function rawPeer(t: Test): Promise<{ peer: Socket; owner: Owner; socket: Socket }> {
  const path = socketPath(t)
  const server = createServer({ pauseOnConnect: true })
  server.listen(path)
  await once(server, 'listening')
  const peer = createConnection(path)
  peer.on('error', () => {})
  const [accepted] = (await once(server, 'connection')) as [Socket]
  const stream = StreamSocket.adopt(accepted)
  const { socket } = stream
  const owner = new Owner(new StreamFace(stream, { local: path, remote: path, isLocal: true }))
  t.teardown(() => {
    peer.destroy()
    socket.destroy()
    server.close()
  })
  return { peer, owner, socket }
}

const MIB = 1024 * 1024

for (const [what, octets, reason] of [
  ['announces a packet of 1 GiB', [100, 254, 0x40, 0, 0, 0], 'oversized'],
  ['announces a packet with a length of 9 octets', [6, 255, 0, 0, 0, 0, 0x40, 0, 0, 0], 'oversized'],
  ['announces a packet of 8801 octets', [5, 253, 0x22, 0x5d], 'oversized'],
  ['sends garbage', [0xff], 'garbage'],
] satisfies [string, number[], CloseReason][]) {
  t.test(`a peer that ${what} is disconnected after at most a chunk`, async (t) => {
    const { peer, owner, socket } = await rawPeer(t)
    peer.write(frame(1))
    peer.write(Buffer.concat([Buffer.from(octets), Buffer.alloc(10 * MIB)]))
    const { reason: actual, detail } = await owner.closed
    t.equal(actual, reason)
    t.match(detail, /^the peer (announced|sent) /, 'and the log learns why')
    t.ok(socket.bytesRead <= 2 * READ_BUFFER_BYTES, `${socket.bytesRead} octets were read`)
    t.same(owner.numbers, [1], 'what it had sent before is received')
    t.equal(owner.face.send(frame(2)), false)
    t.equal(owner.closeCount, 1)
  })
}

t.test('garbage within a chunk ends it, and what stands before it is received', async (t) => {
  const { peer, owner } = await rawPeer(t)
  peer.write(Buffer.concat([frame(1), frame(2), Buffer.of(9), frame(3)]))
  t.equal((await owner.closed).reason, 'garbage')
  t.same(owner.numbers, [1, 2])
})

t.test('a peer that closes in the middle of a packet is reported as closed', async (t) => {
  const { peer, owner } = await rawPeer(t)
  peer.end(Buffer.concat([frame(1), frame(2).subarray(0, 50)]))
  t.same(await owner.closed, { reason: 'closed-by-peer', detail: '' })
  t.same(owner.numbers, [1])
})

t.test('a peer whose header comes octet by octet is understood', async (t) => {
  const { peer, owner } = await rawPeer(t)
  peer.setNoDelay(true)
  const packet = frame(5, 1000)
  for (const octet of packet.subarray(0, 8)) {
    peer.write(Buffer.of(octet))
    await new Promise((resolve) => setImmediate(resolve))
  }
  peer.write(packet.subarray(8))
  await owner.received(1)
  t.same(owner.packets, [packet])
})

t.test('a peer that goes away while we send to it is reported once, and sending does no harm', async (t) => {
  const { peer, owner } = await rawPeer(t)
  owner.onPacket = () => {
    for (let i = 0; i < 100; i++) owner.face.send(frame(i, 1000))
  }
  peer.write(frame(1))
  peer.resume()
  peer.once('data', () => peer.destroy())
  const { reason } = await owner.closed
  t.ok(reason === 'closed-by-peer' || reason === 'error', reason)
  t.equal(owner.face.send(frame(1)), false)
  t.equal(owner.closeCount, 1)
})

t.test('a peer that resets the connection before start is reported at start', async (t) => {
  const server = createServer({ pauseOnConnect: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const peer = createConnection(port, '127.0.0.1')
  const [accepted] = (await once(server, 'connection')) as [Socket]
  const stream = StreamSocket.adopt(accepted)
  const { socket } = stream
  const face = new StreamFace(stream, { local: '', remote: '', isLocal: true })
  t.teardown(() => server.close())
  socket.destroy(new Error('reset'))
  await once(socket, 'close').catch(() => {})
  peer.destroy()
  const owner = new Owner(face)
  t.same(await owner.closed, { reason: 'error', detail: 'reset' })
})
