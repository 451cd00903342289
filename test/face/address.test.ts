import t from 'tap'
import { formatAddress } from '../../src/face/address.ts'
import { connect, FaceError, listen, NDN_PORT, parseAddress } from '../../src/face/index.ts'

const GOOD: [string, ReturnType<typeof parseAddress>, string][] = [
  ['unix:///run/ndn-sfc.sock', { kind: 'unix', path: '/run/ndn-sfc.sock' }, 'unix:///run/ndn-sfc.sock'],
  ['/run/ndn-sfc.sock', { kind: 'unix', path: '/run/ndn-sfc.sock' }, 'unix:///run/ndn-sfc.sock'],
  ['tcp://127.0.0.1:7000', { kind: 'tcp', host: '127.0.0.1', port: 7000 }, 'tcp4://127.0.0.1:7000'],
  ['tcp4://127.0.0.1', { kind: 'tcp', host: '127.0.0.1', port: NDN_PORT }, 'tcp4://127.0.0.1:6363'],
  ['tcp6://[::1]:7000', { kind: 'tcp', host: '::1', port: 7000 }, 'tcp6://[::1]:7000'],
  ['tcp://[fe80::1]', { kind: 'tcp', host: 'fe80::1', port: NDN_PORT }, 'tcp6://[fe80::1]:6363'],
  ['tcp://router.example:0', { kind: 'tcp', host: 'router.example', port: 0 }, 'tcp4://router.example:0'],
]

for (const [uri, address, canonical] of GOOD) {
  t.test(`${uri} is an address`, async (t) => {
    t.same(parseAddress(uri), address)
    t.equal(formatAddress(address), canonical)
    t.same(parseAddress(canonical), address)
  })
}

const BAD = [
  '',
  'x',
  'run/ndn.sock',
  'unix://run/ndn.sock',
  'unix:',
  'tcp://',
  'tcp://:6363',
  'tcp://host:',
  'tcp://host:port',
  'tcp://host:65536',
  'tcp://host:-1',
  'tcp://host:6363/path',
  'tcp://[::1',
  'tcp://::1:6363',
  'tcp5://host',
  'udp://host:6363',
  'http://host',
]

for (const uri of BAD) {
  t.test(`'${uri}' is no address`, async (t) => {
    t.throws(() => parseAddress(uri), { name: 'FaceError', code: 'bad-address' })
    await t.rejects(connect(uri), {
      code: 'bad-address',
      message: /write unix:\/\/\/PATH or tcp:\/\/HOST:PORT/,
    })
    await t.rejects(
      listen(uri, () => {}),
      FaceError,
    )
  })
}

t.test('a socket path that is too long for the system is refused with both numbers', async (t) => {
  const path = `/${'x'.repeat(200)}`
  t.throws(() => parseAddress(path), {
    code: 'bad-address',
    message: /has 201 octets, the system allows \d+/,
  })
  t.same(parseAddress(`/${'x'.repeat(100)}`), { kind: 'unix', path: `/${'x'.repeat(100)}` })
})
