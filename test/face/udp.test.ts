import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { UdpTransport } from '@ndn/node-transport'
import t, { type Test } from 'tap'
import { parseAddress, type UdpAddress } from '../../src/face/address.ts'
import { type ConnectOptions, connect, type Face, type ListenOptions, listen } from '../../src/face/index.ts'
import { listenUdp, UDP_IDLE_TIMEOUT_MS } from '../../src/face/udp.ts'
import { frame, Owner, turn } from './fixture.ts'
import { ManualClock } from './manual-clock.ts'

const at = (uri: string): UdpAddress => parseAddress(uri) as UdpAddress

/** A listener, and what waits for the faces of its peers. */
async function listening(t: Test, uri: string, options?: ListenOptions) {
  const faces: Owner[] = []
  let onFace = (): void => {}
  const listener = await listenUdp(
    at(uri),
    (face) => {
      faces.push(new Owner(face))
      onFace()
    },
    options,
  )
  t.teardown(async () => {
    await listener.close()
    for (const { face } of faces) face.close()
  })
  const peers = async (count: number): Promise<Owner[]> => {
    while (faces.length < count)
      await new Promise<void>((resolve) => {
        onFace = resolve
      })
    return faces
  }
  return { listener, peers }
}

async function connecting(t: Test, uri: string, options?: ConnectOptions): Promise<Owner> {
  const owner = new Owner(await connect(uri, options))
  t.teardown(() => owner.face.close())
  return owner
}

/** A bare socket that sends to a listener. */
async function bareSocket(t: Test, uri: string): Promise<Socket> {
  const { host, port } = at(uri)
  const socket = createSocket('udp4')
  t.teardown(() => socket.close())
  socket.connect(port, host)
  await once(socket, 'connect')
  return socket
}

for (const host of ['127.0.0.1', '[::1]']) {
  const scheme = host === '[::1]' ? 'udp6' : 'udp4'
  t.test(`packets of every size go both ways over ${scheme}, each peer with a face of its own`, async (t) => {
    const { listener, peers } = await listening(t, `${scheme}://${host}:0`)
    t.match(listener.address, new RegExp(`^${scheme}://.*:\\d+$`))
    const a = await connecting(t, listener.address)
    const b = await connecting(t, listener.address)
    const sizes = [10, 1000, 1453, 3000, 8800]
    a.face.send(frame(1))
    const [first] = (await peers(1)) as [Owner]
    b.face.send(frame(2))
    const [, second] = (await peers(2)) as [Owner, Owner]
    t.equal(first.face.remote, a.face.local)
    t.equal(second.face.remote, b.face.local)
    for (const [i, size] of sizes.entries()) {
      a.face.send(frame(10 + i, size))
      first.face.send(frame(20 + i, size))
      second.face.send(frame(30 + i, size))
    }
    await Promise.all([first.received(6), a.received(5), b.received(5)])
    t.same(first.packets, [frame(1), ...sizes.map((size, i) => frame(10 + i, size))])
    t.same(second.packets, [frame(2)])
    t.same(
      a.packets,
      sizes.map((size, i) => frame(20 + i, size)),
    )
    t.same(
      b.packets,
      sizes.map((size, i) => frame(30 + i, size)),
    )
    const mtu = scheme === 'udp6' ? 1452 : 1472
    t.match(first.face, {
      local: listener.address,
      isLocal: false,
      linkType: 'point-to-point',
      persistency: 'on-demand',
      mtu,
    })
    t.match(a.face, { remote: listener.address, isLocal: false, persistency: 'persistent', mtu })
  })
}

t.test('the MTU can be set, and one out of range is refused', async (t) => {
  const { listener, peers } = await listening(t, 'udp4://127.0.0.1:0', { mtu: 8800 })
  const a = await connecting(t, listener.address, { mtu: 64 })
  a.face.send(frame(1, 8800))
  const [peer] = (await peers(1)) as [Owner]
  await peer.received(1)
  t.same(peer.packets, [frame(1, 8800)])
  t.ok(a.face.counters.bytesOut > 8800 * 1.3)
  peer.face.send(frame(2, 8800))
  await a.received(1)
  t.equal(peer.face.counters.bytesOut, 8800)
  for (const mtu of [63, 8801, 100.5]) {
    await t.rejects(connect(listener.address, { mtu }), RangeError)
    await t.rejects(
      listenUdp(at('udp4://127.0.0.1:0'), () => {}, { mtu }),
      RangeError,
    )
  }
})

t.test('what is no packet makes no face, and neither does a peer too many', async (t) => {
  const { listener, peers } = await listening(t, 'udp4://127.0.0.1:0', { maxPeers: 1 })
  const first = await bareSocket(t, listener.address)
  const second = await bareSocket(t, listener.address)
  first.send(Buffer.from('GET / HTTP/1.1'))
  first.send(frame(1))
  const [peer] = (await peers(1)) as [Owner]
  await peer.received(1)
  second.send(frame(2))
  second.send(frame(3))
  first.send(frame(4))
  await peer.received(2)
  t.same(peer.numbers, [1, 4])
  t.equal((await peers(1)).length, 1)
  t.same(listener.counters, { malformed: 1, refused: 2, linkErrors: 0 })
  peer.face.close()
  await peer.closed
  second.send(frame(5))
  const [, next] = (await peers(2)) as [Owner, Owner]
  await next.received(1)
  t.same(next.numbers, [5], 'there is room again')
})

t.test(
  'a peer that was silent for the idle time-out loses its face, one that was not keeps it',
  async (t) => {
    const clock = new ManualClock()
    const { listener, peers } = await listening(t, 'udp4://127.0.0.1:0', { clock })
    const silent = await connecting(t, listener.address)
    const talking = await connecting(t, listener.address)
    silent.face.send(frame(1))
    await peers(1)
    talking.face.send(frame(2))
    const [first, second] = (await peers(2)) as [Owner, Owner]
    clock.advance(UDP_IDLE_TIMEOUT_MS / 2)
    talking.face.send(frame(3))
    await second.received(2)
    first.face.send(frame(4))
    await silent.received(1)
    clock.advance(UDP_IDLE_TIMEOUT_MS / 2)
    t.same(await first.closed, { reason: 'idle', detail: 'nothing came for 600 s' })
    t.equal(second.closeCount, 0, 'what we send keeps nobody alive, what comes does')
    silent.face.send(frame(5))
    const [, , again] = (await peers(3)) as [Owner, Owner, Owner]
    await again.received(1)
    t.same(again.numbers, [5], 'and comes back with a new one')
  },
)

t.test('a listener that closes takes no more peers, and those it has go on until the last', async (t) => {
  const clock = new ManualClock()
  const { listener, peers } = await listening(t, 'udp4://127.0.0.1:0', { clock })
  const a = await connecting(t, listener.address)
  const b = await connecting(t, listener.address)
  a.face.send(frame(1))
  const [peer] = (await peers(1)) as [Owner]
  await listener.close()
  b.face.send(frame(2))
  a.face.send(frame(3))
  await peer.received(2)
  peer.face.send(frame(4))
  await a.received(1)
  t.equal((await peers(1)).length, 1)
  t.equal(listener.counters.refused, 1)
  await t.rejects(
    listenUdp(at(listener.address), () => {}),
    { code: 'address-in-use', message: `${listener.address} is in use by another program` },
  )
  peer.face.close()
  await peer.closed
  t.equal(clock.pending, 0, 'no timer is left')
  const next = await listenUdp(at(listener.address), () => {})
  await next.close()
  await next.close()
})

t.test('a face whose peer is not there lives on, and works when the peer comes', async (t) => {
  const { listener } = await listening(t, 'udp4://127.0.0.1:0')
  await listener.close()
  const face = await connecting(t, listener.address)
  while (face.face.counters.packetsOut < 50 && linkErrors(face.face) === 0) {
    face.face.send(frame(1))
    await turn()
  }
  t.ok(linkErrors(face.face) > 0, 'the refusal was counted')
  t.equal(face.closeCount, 0)
  const { peers } = await listening(t, listener.address)
  // The refusal of an earlier datagram may be what the system answers to the next.
  for (let i = 0; i < 3; i++) {
    face.face.send(frame(2))
    await turn()
  }
  const [peer] = (await peers(1)) as [Owner]
  await peer.received(1)
  peer.face.send(frame(3))
  await face.received(1)
  t.same(face.numbers, [3])
})

function linkErrors(face: Face): number {
  return (face.counters as unknown as { linkErrors: number }).linkErrors
}

t.test('where nobody can listen or be reached the error says why', async (t) => {
  await t.rejects(
    listenUdp(at('udp4://192.0.2.199:0'), () => {}),
    { code: 'bad-address', message: /cannot listen at udp4:\/\/192\.0\.2\.199:0: .*EADDRNOTAVAIL/ },
  )
  await t.rejects(
    listen('udp4://224.0.23.170', () => {}),
    { code: 'bad-address', message: /is a multicast group: connect to it/ },
  )
  await t.rejects(connect('udp4://no-such-host.invalid:6363'), { code: 'unreachable' })
  await t.rejects(connect('udp4://127.0.0.1:0'), { code: 'unreachable' })
})

t.test('NDNts sends and receives over UDP', async (t) => {
  const { listener, peers } = await listening(t, 'udp4://127.0.0.1:0')
  const { host, port } = at(listener.address)
  const transport = await UdpTransport.connect(host, port)
  let release = (): void => {}
  const untilReleased = new Promise<void>((resolve) => {
    release = resolve
  })
  const sending = transport
    .tx(
      (async function* () {
        yield frame(1)
        await untilReleased
      })(),
    )
    .catch(() => {})
  const [peer] = (await peers(1)) as [Owner]
  await peer.received(1)
  t.same(peer.packets, [frame(1)])
  peer.face.send(frame(2, 1000))
  for await (const { tlv } of transport.rx) {
    t.same(Buffer.from(tlv), Buffer.from(frame(2, 1000)))
    break
  }
  release()
  await sending
})
