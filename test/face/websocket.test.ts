import { once } from 'node:events'
import { createServer } from 'node:net'
import t from 'tap'
import { connect, listen } from '../../src/face/index.ts'
import { PING_INTERVAL_MS } from '../../src/face/websocket-face.ts'
import { MAX_PACKET_SIZE } from '../../src/packet/index.ts'
import { facesComply } from './compliance.ts'
import { fill, frame, Owner, turn } from './fixture.ts'
import { ManualClock } from './manual-clock.ts'
import { bareSocket, listening } from './websocket-fixture.ts'

t.test('a WebSocket face complies', async (t) => {
  facesComply(t, async (t, options = {}) => {
    const { listener, next } = await listening(t, options)
    const face = await connect(listener.address, options)
    t.teardown(() => face.close())
    return [face, await next()]
  })
})

t.test('both ends say who they are, in the words of NFD', async (t) => {
  const { listener, next } = await listening(t)
  t.match(listener.address, /^ws:\/\/127\.0\.0\.1:\d+$/)
  const face = await connect(listener.address)
  const accepted = await next()
  const common = { isLocal: true, linkType: 'point-to-point', mtu: Number.POSITIVE_INFINITY }
  t.match(face, { ...common, remote: listener.address, persistency: 'persistent' })
  t.match(accepted, { ...common, local: listener.address, persistency: 'on-demand' })
  t.match(accepted.remote, /^wsclient:\/\/127\.0\.0\.1:\d+$/)
  t.equal(accepted.remote, face.local)
  face.close()
})

t.test('a page of another site in a browser on this host is not local', async (t) => {
  const { listener, next } = await listening(t)
  for (const [origin, isLocal] of [
    ['https://attacker.example', false],
    ['http://localhost.attacker.example', false],
    ['null', false],
    ['http://localhost:8080', true],
    ['http://127.0.0.1:8080', true],
    ['http://[::1]', true],
  ] as const) {
    await bareSocket(t, listener.address, { origin })
    t.equal((await next()).isLocal, isLocal, origin)
  }
})

t.test('text ends the connection', async (t) => {
  const { listener, next } = await listening(t)
  const socket = await bareSocket(t, listener.address)
  const owner = new Owner(await next())
  socket.send('\x06\x00')
  socket.send(frame(1))
  t.equal((await once(socket, 'close'))[0], 1003)
  t.match(await owner.closed, { reason: 'garbage', detail: /text/ })
  t.same(owner.packets, [])
})

t.test('a message larger than a packet ends the connection', async (t) => {
  const { listener, next } = await listening(t)
  const socket = await bareSocket(t, listener.address)
  const owner = new Owner(await next())
  socket.send(frame(1, MAX_PACKET_SIZE))
  socket.send(Buffer.alloc(MAX_PACKET_SIZE + 1))
  t.equal((await once(socket, 'close'))[0], 1009)
  t.match(await owner.closed, { reason: 'oversized', detail: /8800/ })
  t.same(owner.packets, [frame(1, MAX_PACKET_SIZE)])
})

t.test('octets that are no WebSocket frame end the connection', async (t) => {
  const { listener, next } = await listening(t)
  const socket = await bareSocket(t, listener.address)
  const owner = new Owner(await next())
  ;(socket as unknown as { _socket: { write(bytes: Uint8Array): void } })._socket.write(
    Buffer.alloc(40, 0xff),
  )
  t.equal((await owner.closed).reason, 'garbage')
})

t.test('a message that is not one TLV element is dropped and counted, and the next is taken', async (t) => {
  const { listener, next } = await listening(t)
  const socket = await bareSocket(t, listener.address)
  const owner = new Owner(await next())
  for (const bad of [[], [6], [6, 1], [6, 0, 6, 0]]) socket.send(Buffer.from(bad))
  socket.send(frame(1))
  await owner.received(1)
  t.same(owner.numbers, [1])
  t.match(owner.face.counters, { malformed: 4, packetsIn: 1 })
})

t.test('a peer that answers pings stays, one that does not is gone', async (t) => {
  const clock = new ManualClock()
  const { listener, next } = await listening(t, { clock })
  const socket = await bareSocket(t, listener.address, { autoPong: false })
  const owner = new Owner(await next())
  const answered = once(socket, 'ping')
  clock.advance(PING_INTERVAL_MS)
  await answered
  socket.pong()
  socket.send(frame(1))
  await owner.received(1)
  const unanswered = once(socket, 'ping')
  clock.advance(PING_INTERVAL_MS)
  await unanswered
  t.equal(owner.closeCount, 0)
  clock.advance(PING_INTERVAL_MS)
  t.match(await owner.closed, { reason: 'error', detail: /did not answer a ping within 10000 ms/ })
  t.equal(clock.pending, 0)
})

t.test(
  'a peer that pings is answered, and one that does not read gets no more answers than fit',
  async (t) => {
    const { listener, next } = await listening(t, { maxQueue: 10_000 })
    const socket = await bareSocket(t, listener.address)
    const owner = new Owner(await next())
    socket.ping(Buffer.from('hello'))
    t.same((await once(socket, 'pong'))[0], Buffer.from('hello'))
    socket.pause()
    const filled = await fill(owner.face, 1000)
    let answers = 0
    socket.on('pong', () => answers++)
    for (let i = 0; i < 5000; i++) socket.ping(Buffer.alloc(125))
    socket.send(frame(1))
    await owner.received(1)
    let messages = 0
    const all = new Promise<void>((resolve) => {
      socket.on('message', () => {
        if (++messages > filled) resolve()
      })
    })
    socket.resume()
    while (!owner.face.send(frame(2))) await turn()
    await all
    t.ok(answers <= 9, `${answers} answers`)
  },
)

t.test('a peer that reads too slowly gets congestion marks, one that reads gets none', async (t) => {
  const { listener, next } = await listening(t)
  const slow = await bareSocket(t, listener.address)
  const toSlow = new Owner(await next()).face
  const reader = new Owner(await connect(listener.address))
  t.teardown(() => reader.face.close())
  const toReader = new Owner(await next()).face
  slow.pause()
  for (let i = 0; i < 5000 && toSlow.counters.congestionMarks === 0; i += 10) {
    for (let j = i; j < i + 10; j++) for (const face of [toSlow, toReader]) face.send(frame(j, 5000))
    await reader.received(i + 10)
  }
  t.equal(toSlow.counters.congestionMarks, 1)
  t.equal(toReader.counters.congestionMarks, 0)
})

t.test('a listener has at most maxPeers peers, and answers who does not speak WebSocket', async (t) => {
  const { listener, next } = await listening(t, { maxPeers: 1 })
  const first = new Owner(await connect(listener.address))
  const accepted = new Owner(await next())
  await t.rejects(connect(listener.address), { code: 'unreachable' })
  first.face.close()
  await accepted.closed
  const response = await fetch(listener.address.replace('ws:', 'http:'))
  t.equal(response.status, 426)
  await response.text()
})

t.test('a face over which nothing comes or goes for the idle time-out closes, if there is one', async (t) => {
  const clock = new ManualClock()
  const { listener, next } = await listening(t, { clock, idleTimeout: 100 })
  const peer = new Owner(await connect(listener.address))
  const owner = new Owner(await next())
  peer.face.send(frame(1))
  await owner.received(1)
  clock.advance(100)
  t.equal(owner.closeCount, 0)
  clock.advance(100)
  t.equal((await owner.closed).reason, 'idle')
  t.equal((await peer.closed).reason, 'closed-by-peer')
})

t.test('a permanent face connects again when its link breaks', async (t) => {
  const { listener, next } = await listening(t)
  const face = await connect(listener.address, { persistency: 'permanent', reconnect: { firstWait: 1 } })
  t.teardown(() => face.close())
  t.match(face, { remote: listener.address, persistency: 'permanent', isLocal: true })
  const peer = new Owner(face)
  const first = new Owner(await next())
  first.face.close()
  await first.closed
  const second = new Owner(await next())
  while (!face.send(frame(1))) await turn()
  await second.received(1)
  t.equal(peer.closeCount, 0)
})

t.test('a peer that goes without a word is gone', async (t) => {
  const { listener, next } = await listening(t)
  const socket = await bareSocket(t, listener.address)
  const owner = new Owner(await next())
  socket.terminate()
  t.equal((await owner.closed).reason, 'closed-by-peer')
})

t.test('a peer that never answers the closing is left after the linger time', async (t) => {
  const clock = new ManualClock()
  const { listener, next } = await listening(t, { clock, linger: 300 })
  const socket = await bareSocket(t, listener.address)
  const owner = new Owner(await next())
  socket.pause()
  owner.face.close()
  await turn()
  t.equal(owner.closeCount, 0)
  clock.advance(300)
  t.equal((await owner.closed).reason, 'closed-here')
})

t.test('where nobody can listen or be reached the error says why', async (t) => {
  const { listener } = await listening(t)
  await t.rejects(
    listen(listener.address, () => {}),
    { code: 'address-in-use', message: `${listener.address} is in use by another program` },
  )
  await t.rejects(connect('ws://[fe80::1%eth0]'), { code: 'bad-address', message: /Invalid URL/ })
  await listener.close()
  await t.rejects(connect(listener.address), { code: 'unreachable', message: /ECONNREFUSED/ })
  const mute = createServer().listen(0, '127.0.0.1')
  t.teardown(() => mute.close())
  await once(mute, 'listening')
  mute.on('connection', (socket) => t.teardown(() => socket.destroy()))
  const { port } = mute.address() as { port: number }
  await t.rejects(connect(`ws://127.0.0.1:${port}`, { timeout: 20 }), {
    code: 'unreachable',
    message: /handshake has timed out/,
  })
})
