import { join } from 'node:path'
import t from 'tap'
import { parseNetwork, readNetwork } from '../../src/deployment/network-file.ts'
import { problemsOf } from '../files/problems.ts'

const wrong = (text: string): string[] =>
  problemsOf(() => parseNetwork(text, '/n/n.yaml')).map((one) => one.replace(/allows \d+/, 'allows fewer'))

t.test('paths are relative to the file, and what is not said is left to the node', async (t) => {
  const text = `name: site
nodes:
  edge-1: { home: ./edge-1, address: tcp://127.0.0.1:6363, config: ../edge-1.yaml, network: edge, bandwidth: 12.5 }
  constructor: { control: unix:///run/cloud.sock, address: udp4://192.0.2.1 }
`
  t.strictSame(parseNetwork(text, '/etc/net/site.yaml'), {
    name: 'site',
    registry: 'http://127.0.0.1:5000',
    nodes: [
      {
        name: 'edge-1',
        control: 'unix:///etc/net/edge-1/router.sock',
        address: 'tcp://127.0.0.1:6363',
        network: 'edge',
        bandwidth: 12.5,
        config: '/etc/edge-1.yaml',
      },
      {
        name: 'constructor',
        control: 'unix:///run/cloud.sock',
        address: 'udp4://192.0.2.1',
        network: undefined,
        bandwidth: undefined,
        config: undefined,
      },
    ],
  })
})

t.test('all that is wrong is told at once, each with its line', async (t) => {
  t.strictSame(
    wrong(`name: Site
registry: localhost:5000
nodes:
  Edge: { home: ./e, address: tcp://127.0.0.1:1 }
  a: { address: tcp://127.0.0.1:2 }
  b: { home: ./b, control: unix:///b, address: tcp://127.0.0.1:3 }
  c: { home: ./c, address: 127.0.0.1, bandwidht: 3 }
  d: { control: ./d, address: tcp://127.0.0.1:4 }
  e: { home: ./e, address: tcp://127.0.0.1:5, network: a b, bandwidth: 0 }
  f:
    home: ./f
  g: { home: ./${'g'.repeat(120)}, address: tcp://127.0.0.1:7 }
  h: { home: ./h, address: tcp4://127.0.0.1:8 }
  i: { home: ./x/../h, address: tcp://127.0.0.1:8 }
`),
    [
      '1: name: is no name: one has 1 to 63 of a-z, 0-9 and -',
      '2: registry: must be a URL, such as http://127.0.0.1:5000',
      '4: nodes.Edge: is no name of a node: one has 1 to 63 of a-z, 0-9 and -, and - not first',
      '5: nodes.a: it does not say where it takes commands: give either home, its folder on this machine, or control, a FaceUri',
      '6: nodes.b: it says twice where it takes commands: give either home, its folder on this machine, or control, a FaceUri',
      '7: nodes.c.bandwidht: there is no such field; did you mean bandwidth?',
      "7: nodes.c.address: '127.0.0.1' is not an address: write unix:///PATH or tcp://HOST:PORT (or udp4://, udp6://, ws://)",
      "8: nodes.d.control: './d' is not an address: write unix:///PATH or tcp://HOST:PORT (or udp4://, udp6://, ws://)",
      '9: nodes.e.network: is no name of a network: one has 1 to 63 letters, digits and . _ -',
      '9: nodes.e.bandwidth: must be at least 0.001, and is 0',
      '10: nodes.f.address: is missing',
      `12: nodes.g.home: the socket path /n/${'g'.repeat(120)}/router.sock has 135 octets, the system allows fewer: choose a shorter one`,
      '14: nodes.i: its control is that of h',
      '14: nodes.i: its address is that of h',
    ],
  )
})

t.test('a network without nodes, or with too many', async (t) => {
  t.strictSame(wrong('name: n\nnodes: {}'), ['2: nodes: there is none'])
  t.strictSame(wrong('name: n'), ['1: nodes: is missing'])
  const nodes = Array.from({ length: 1025 }, (_, i) => `  n${i}: { home: ./${i}, address: tcp://h:${i} }`)
  t.strictSame(wrong(`name: n\nnodes:\n${nodes.join('\n')}`), [
    '1: it has 1025 nodes, and at most 1024 are read',
  ])
  t.equal(parseNetwork(`name: n\nnodes:\n${nodes.slice(1).join('\n')}`, 'n').nodes.length, 1024)
})

t.test('a file that cannot be read, or is too large', async (t) => {
  const folder = t.testdir({ 'large.yaml': `#${'x'.repeat(2 ** 20)}` })
  await t.rejects(readNetwork(join(folder, 'none.yaml')), {
    code: 'bad-file',
    message: /none.yaml: there is no such file/,
  })
  await t.rejects(readNetwork(join(folder, 'large.yaml')), {
    message: /large.yaml: it has 1048577 octets, and at most 1048576 are read/,
  })
})
