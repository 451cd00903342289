import { networkInterfaces } from 'node:os'
import t, { type Test } from 'tap'
import { parseAddress, type UdpAddress } from '../../src/face/address.ts'
import { connect } from '../../src/face/index.ts'
import { multicastInterfaces, openMulticast } from '../../src/face/udp-multicast.ts'
import { frame, Owner } from './fixture.ts'

/** Not NDN's own: what else runs on this machine is not to hear it. */
const URI = 'udp4://239.255.63.63:56399'
const GROUP = parseAddress(URI) as UdpAddress
const OPTIONS = { localInterface: '127.0.0.1', loopback: true }

/** A face on the loopback interface; undefined, and the test skipped, where the system has no multicast there. */
async function opened(t: Test, options: object = {}): Promise<Owner | undefined> {
  const face = await connect(URI, { ...OPTIONS, ...options }).catch((error: Error) => {
    t.pass('', { skip: `the system has no multicast on its loopback interface: ${error.message}` })
    return undefined
  })
  if (face === undefined) return undefined
  t.teardown(() => face.close())
  return new Owner(face)
}

t.test('all on the link but the sender receive, whole and reassembled per sender', async (t) => {
  const [a, b, c] = [await opened(t), await opened(t), await opened(t)]
  if (a === undefined || b === undefined || c === undefined) return
  t.match(a.face, {
    remote: URI,
    linkType: 'multi-access',
    persistency: 'permanent',
    isLocal: false,
    mtu: 1472,
  })
  t.match(a.face.local, /^udp4:\/\/127\.0\.0\.1:\d+$/)
  a.face.send(frame(1, 8000))
  b.face.send(frame(2, 8000))
  await Promise.all([a.received(1), b.received(1), c.received(2)])
  t.same(a.packets, [frame(2, 8000)])
  t.same(b.packets, [frame(1, 8000)])
  t.same(c.numbers.sort(), [1, 2])
  c.face.close()
  t.equal((await c.closed).reason, 'closed-here')
})

t.test('a face does not hear itself', async (t) => {
  for (const loopback of [true, false]) {
    const [a, b] = [await opened(t, { loopback }), await opened(t)]
    if (a === undefined || b === undefined) return
    a.face.send(frame(1))
    await b.received(1)
    b.face.send(frame(2))
    await a.received(1)
    t.same(a.numbers, [2])
  }
})

t.test('what is no group, or cannot be joined there, is a bad address', async (t) => {
  await t.rejects(openMulticast(parseAddress('udp4://192.0.2.1:56363') as UdpAddress), {
    code: 'bad-address',
    message: 'udp4://192.0.2.1:56363 is not a multicast group',
  })
  await t.rejects(openMulticast(GROUP, { localInterface: '192.0.2.199' }), {
    code: 'bad-address',
    message: /^cannot join udp4:\/\/239\.255\.63\.63:56399 on 192\.0\.2\.199: /,
  })
  await t.rejects(openMulticast(GROUP, { mtu: 9000 }), RangeError)
})

t.test('the interfaces for multicast are those of IPv4 that are not loopback', async (t) => {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  t.same(
    multicastInterfaces().sort(),
    all
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => address)
      .sort(),
  )
})
