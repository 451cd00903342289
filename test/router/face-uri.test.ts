import t from 'tap'
import { judgeFaceUri } from '../../src/router/face-uri.ts'

const VERDICTS = {
  ok: [
    'tcp4://127.0.0.1:6363',
    'udp4://192.0.2.1:1',
    'udp4://224.0.23.170:56363',
    'tcp6://[::1]:65535',
    'udp6://[2001:db8::1]:6363',
    'udp6://[fe80::1%eth0]:6363',
  ],
  'not-canonical': [
    'tcp4://localhost:6363',
    'tcp://127.0.0.1:6363',
    'udp://[::1]:6363',
    'tcp4://127.0.0.1',
    'tcp4://127.0.0.1:0',
    'tcp4://127.0.0.1:06363',
    'tcp4://127.0.0.1:65536',
    'tcp4://[::1]:6363',
    'tcp6://127.0.0.1:6363',
    'tcp4://127.0.0.01:6363',
    'tcp4://256.0.0.1:6363',
    'udp6://[0::1]:6363',
    'udp6://[2001:DB8::1]:6363',
    'udp6://[2001:0db8::1]:6363',
    'TCP4://127.0.0.1:6363',
    'tcp4://127.0.0.1:6363/',
  ],
  unsupported: ['unix:///run/nfd.sock', 'ether://[01:00:5e:00:17:aa]', 'ws://127.0.0.1:9696', 'internal://'],
  'bad-uri': ['', 'camera', '/run/nfd.sock', 'tcp4:/127.0.0.1', '://x'],
} as const

for (const [verdict, uris] of Object.entries(VERDICTS))
  t.test(`${verdict}: ${uris[0]} and the like`, async (t) => {
    for (const uri of uris) t.equal(judgeFaceUri(uri), verdict, uri)
  })
