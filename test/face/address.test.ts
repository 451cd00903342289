import t from 'tap'
import {
  formatAddress,
  isMulticast,
  NDN_MULTICAST_GROUP,
  NDN_MULTICAST_PORT,
  NDN_WEBSOCKET_PORT,
} from '../../src/face/address.ts'
import { connect, FaceError, listen, NDN_PORT, parseAddress } from '../../src/face/index.ts'

const GOOD: [string, ReturnType<typeof parseAddress>, string][] = [
  ['unix:///run/ndn-sfc.sock', { kind: 'unix', path: '/run/ndn-sfc.sock' }, 'unix:///run/ndn-sfc.sock'],
  ['/run/ndn-sfc.sock', { kind: 'unix', path: '/run/ndn-sfc.sock' }, 'unix:///run/ndn-sfc.sock'],
  ['tcp://127.0.0.1:7000', { kind: 'tcp', host: '127.0.0.1', port: 7000 }, 'tcp4://127.0.0.1:7000'],
  ['tcp4://127.0.0.1', { kind: 'tcp', host: '127.0.0.1', port: NDN_PORT }, 'tcp4://127.0.0.1:6363'],
  ['tcp6://[::1]:7000', { kind: 'tcp', host: '::1', port: 7000 }, 'tcp6://[::1]:7000'],
  ['tcp://[fe80::1]', { kind: 'tcp', host: 'fe80::1', port: NDN_PORT }, 'tcp6://[fe80::1]:6363'],
  [
    'udp4://127.0.0.1',
    { kind: 'udp', family: 4, host: '127.0.0.1', port: NDN_PORT },
    'udp4://127.0.0.1:6363',
  ],
  ['udp://0.0.0.0:7000', { kind: 'udp', family: 4, host: '0.0.0.0', port: 7000 }, 'udp4://0.0.0.0:7000'],
  ['udp://[::]:7000', { kind: 'udp', family: 6, host: '::', port: 7000 }, 'udp6://[::]:7000'],
  [
    'udp6://[fe80::1%eth0]',
    { kind: 'udp', family: 6, host: 'fe80::1%eth0', port: NDN_PORT },
    'udp6://[fe80::1%eth0]:6363',
  ],
  ['udp6://host:7000', { kind: 'udp', family: 6, host: 'host', port: 7000 }, 'udp6://host:7000'],
  ['udp://host', { kind: 'udp', family: 4, host: 'host', port: NDN_PORT }, 'udp4://host:6363'],
  [
    'udp4://224.0.23.170',
    { kind: 'udp', family: 4, host: NDN_MULTICAST_GROUP, port: NDN_MULTICAST_PORT },
    'udp4://224.0.23.170:56363',
  ],
  [
    'udp6://[ff02::1234]',
    { kind: 'udp', family: 6, host: 'ff02::1234', port: NDN_MULTICAST_PORT },
    'udp6://[ff02::1234]:56363',
  ],
  ['ws://127.0.0.1', { kind: 'ws', host: '127.0.0.1', port: NDN_WEBSOCKET_PORT }, 'ws://127.0.0.1:9696'],
  ['ws://[::1]:80', { kind: 'ws', host: '::1', port: 80 }, 'ws://[::1]:80'],
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
  'udp5://host:6363',
  'udp4://[::1]:6363',
  'udp6://127.0.0.1:6363',
  'udp://host:65536',
  'ws4://host:9696',
  'ws://host:9696/path',
  'wsclient://127.0.0.1:9696',
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

t.test('a multicast group is told from another address', async (t) => {
  for (const host of ['224.0.23.170', '239.255.255.255', 'ff02::1234', 'FF0e::1'])
    t.ok(isMulticast(host), host)
  for (const host of [
    '223.255.255.255',
    '240.0.0.0',
    '127.0.0.1',
    'fe80::1',
    '::1',
    'ff',
    '224.example',
    'ff02.example',
  ])
    t.notOk(isMulticast(host), host)
})
