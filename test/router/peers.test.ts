import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { encodeData, encodeInterest, encodeTlv, Name } from '../../src/packet/index.ts'
import type { Node } from '../../src/router/index.ts'
import { digestSigner } from '../../src/trust/index.ts'
import { askText, connectTo, functionFile, homeAddress, Log, publish, startNode } from './fixture.ts'

/** A peer that sends what octets the test likes. */
async function dial(t: Test, node: Node): Promise<Socket> {
  const socket = connect(homeAddress(node).slice('unix://'.length))
  t.teardown(() => socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.resume()
  return socket
}

const bytes = (...octets: number[]): Buffer => Buffer.from(octets)

t.test('a peer that sends what is no stream of packets is disconnected, and the node goes on', async (t) => {
  const log = new Log()
  const node = await startNode(t, { functions: [functionFile('upper')], log })
  await publish(t, node, '/camera', { text: 'smile' })
  const consumer = await connectTo(t, node)
  const count = (reason: string): number => node.status().disconnects[reason] ?? 0

  for (const [what, reason, octets] of [
    ['HTTP', 'garbage', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['zeros', 'garbage', Buffer.alloc(100)],
    ['a TLV-TYPE that is no packet', 'garbage', bytes(8, 1, 65)],
    ['a packet of 1 GiB', 'oversized', bytes(5, 254, 0x40, 0, 0, 0)],
    ['a packet of 2^60 octets', 'oversized', bytes(6, 255, 0x10, 0, 0, 0, 0, 0, 0, 0)],
    ['a packet one octet too large', 'oversized', bytes(6, 253, 0x22, 0x5d)],
    [
      'garbage after a packet',
      'garbage',
      Buffer.concat([encodeInterest({ name: Name.parse('/x') }), bytes(1)]),
    ],
  ] as const) {
    await t.test(`${what}: ${reason}`, async (t) => {
      const before = count(reason)
      const lines = log.lines.length
      const socket = await dial(t, node)
      socket.write(octets)
      await once(socket, 'close')
      t.equal(count(reason), before + 1)
      t.match(await log.saw(/closed: /, lines), reason)
      t.equal(await askText(consumer, `upper/camera/${before}`), 'SMILE')
    })
  }

  await t.test('garbage in small pieces', async (t) => {
    const before = count('garbage')
    const socket = await dial(t, node)
    for (const octet of [6, 253, 0x10]) socket.write(bytes(octet))
    socket.write(Buffer.alloc(0x1000 + 3 + 1))
    await once(socket, 'close')
    t.equal(count('garbage'), before + 1)
  })

  await t.test('a packet that is cut off by the end costs nothing', async (t) => {
    const before = count('closed-by-peer')
    const socket = await dial(t, node)
    socket.end(encodeInterest({ name: Name.parse('/camera/cut') }).subarray(0, 5))
    await once(socket, 'close')
    while (count('closed-by-peer') === before) await new Promise(setImmediate)
    t.equal(await askText(consumer, 'upper/camera/cut'), 'SMILE')
  })
})

t.test(
  'a packet that breaks a rule of the format is dropped and counted, and its sender stays',
  async (t) => {
    const node = await startNode(t)
    await publish(t, node, '/camera', { text: 'smile' })
    const name = Name.parse('/camera/1')
    const nameElement = encodeTlv(7, name.value)
    const drops = (): Record<string, number> => ({
      ...node.faces().find((face) => face.remote === homeAddress(node) && Object.keys(face.drops).length > 0)
        ?.drops,
    })

    const malformed: [string, Uint8Array][] = [
      ['an Interest without Name', encodeTlv(5, encodeTlv(10, bytes(1, 2, 3, 4)))],
      ['an unknown critical element', encodeTlv(5, nameElement, encodeTlv(127, bytes(1)))],
      ['empty FunctionNames', encodeTlv(5, nameElement, encodeTlv(129))],
      [
        'a plain component in FunctionNames',
        encodeTlv(5, nameElement, encodeTlv(129, encodeTlv(8, Buffer.from('x')))),
      ],
      ['a truncated element', encodeTlv(5, nameElement, bytes(10, 200, 1))],
      ['a Nonce of three octets', encodeTlv(5, nameElement, encodeTlv(10, bytes(1, 2, 3)))],
      ['a Data without signature', encodeTlv(6, nameElement, encodeTlv(21, bytes(1)))],
      [
        'an LpPacket with an unknown critical header',
        encodeTlv(100, encodeTlv(801, bytes(1)), encodeTlv(80)),
      ],
    ]
    const socket = await dial(t, node)
    for (const [what, frame] of malformed) {
      const before = drops().malformed ?? 0
      socket.write(frame)
      while ((drops().malformed ?? 0) === before) await new Promise(setImmediate)
      t.equal(drops().malformed, before + 1, what)
    }
    t.equal(malformed.length, drops().malformed)
    socket.write(encodeData({ name: Name.parse('/nobody/asked') }, digestSigner))
    while (drops().unsolicited !== 1) await new Promise(setImmediate)

    const answered = once(socket, 'data')
    socket.write(encodeInterest({ name, canBePrefix: true }))
    t.equal((await answered)[0][0], 6, 'it is answered as before')
    t.same(node.status().disconnects, {})
  },
)

t.test('a name that leaves no room for an answer is refused, and the node goes on', async (t) => {
  const node = await startNode(t, { functions: [functionFile('upper')] })
  await publish(t, node, '/camera', { text: 'smile' })
  const consumer = await connectTo(t, node)
  for (const length of [8000, 8500, 8600, 8650]) {
    await t.rejects(askText(consumer, `upper/attic/${'y'.repeat(length)}`, { timeout: 1000 }), {
      name: /Error$/,
    })
  }
  t.equal(await askText(consumer, 'upper/camera/1'), 'SMILE')
  t.match(await node.functions(), [{ state: 'ready', restarts: 0 }])
})

t.test('no more peers than are allowed', async (t) => {
  const log = new Log()
  const node = await startNode(t, { limits: { faces: 3 }, listen: ['tcp://127.0.0.1:0'], log })
  const sockets = [await dial(t, node), await dial(t, node), await dial(t, node)]
  while (node.faces().length < 3) await new Promise(setImmediate)
  const refused = await dial(t, node)
  await once(refused, 'close')
  t.match(await log.saw(/refused/), /refused: there are 3 faces already; limits\.faces allows no more/)
  const tcp = await connectTo(t, node.addresses[1] as string)
  await t.rejects(
    askText(tcp, '/x', { timeout: 5000 }),
    { code: 'unreachable' },
    'counted over all addresses',
  )
  t.match(node.status().disconnects, { 'too-many-faces': 2 })

  sockets[0]?.destroy()
  while (node.faces().length > 2) await new Promise(setImmediate)
  const socket = await dial(t, node)
  const answered = once(socket, 'data')
  socket.write(encodeInterest({ name: Name.parse('/x') }))
  await answered
  t.equal(node.faces().length, 3, 'there is room again')
})

t.test('a peer that asks and does not read costs no more than its queue', async (t) => {
  const node = await startNode(t, { limits: { queue: 100_000 } })
  await publish(t, node, '/camera', { text: 'x'.repeat(7000) })
  const deaf = await dial(t, node)
  deaf.pause()
  const drops = (): number => Math.max(...node.faces().map(({ queueDrops }) => queueDrops))
  for (let i = 0; drops() === 0; i++) {
    deaf.write(encodeInterest({ name: Name.parse(`/camera/${i}`), canBePrefix: true }))
    await new Promise(setImmediate)
  }
  t.ok(drops() > 0)
  t.equal(await askText(await connectTo(t, node), '/camera/else'), 'x'.repeat(7000))
})

t.test('many consumers at once', async (t) => {
  const node = await startNode(t, { functions: [functionFile('upper')], listen: ['tcp://127.0.0.1:0'] })
  await publish(t, node, '/camera', { text: 'smile' })
  const consumers = await Promise.all(
    Array.from({ length: 200 }, (_, i) => connectTo(t, i % 2 ? node : (node.addresses[1] as string))),
  )
  const answers = await Promise.all(consumers.map((one, i) => askText(one, `upper/camera/${i % 50}`)))
  t.same(new Set(answers), new Set(['SMILE']))
  for (const consumer of consumers) consumer.close()
  while (node.faces().length > 2) await new Promise(setImmediate)
  t.equal(node.status().pit.entries, 0)
})
