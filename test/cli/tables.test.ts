import t from 'tap'
import { formatFaces } from '../../src/cli/faces.ts'
import { formatFunction, formatFunctions } from '../../src/cli/functions.ts'
import { formatRoutes } from '../../src/cli/routes.ts'
import { formatStatus } from '../../src/cli/status.ts'
import type { FaceStatus, FunctionStatus, NodeStatus } from '../../src/control/index.ts'

const NOW = 1_800_000_000_000

const RESIZE: FunctionStatus = {
  name: 'resize',
  version: '1.0.0',
  description: 'Makes an image smaller',
  input: ['image/*'],
  output: 'image/jpeg',
  parameters: {
    width: { type: 'integer', description: 'In pixels', default: 640, minimum: 1, maximum: 4096 },
  },
  state: 'ready',
  digest: '0123456789abcdef',
  instance: 'resize-1',
  restarts: 0,
  since: NOW - 125_000,
  memory: 44_800_000,
  cpu: 12,
}

const SHA256: FunctionStatus = {
  ...RESIZE,
  name: 'sha256',
  input: ['*/*'],
  output: 'text/plain',
  parameters: {},
  state: 'failed',
  cause: 'exited with code 1: \x1b[31moops',
  memory: undefined,
}

t.test('functions are listed by name, with what is wrong with them below', async (t) => {
  const lines = formatFunctions([SHA256, RESIZE], NOW).split('\n')
  t.match(lines[0], /^function +version +state +for +restarts +memory +takes → gives$/)
  t.match(lines[1], /^resize +1\.0\.0 +ready +2 min 5 s +0 +44\.8 MB +image\/\* → image\/jpeg$/)
  t.match(lines[2], /^sha256 +1\.0\.0 +failed /)
  t.equal(lines[4], 'sha256: exited with code 1: \\x1b[31moops')
  t.equal(formatFunctions([], NOW), 'This node offers no function.\n')
})

t.test('one function is told of with its parameters', async (t) => {
  const text = formatFunction(RESIZE, NOW)
  t.match(text, /^resize 1\.0\.0: Makes an image smaller\n/)
  t.match(text, /\nwidth +640 +.*1.*4096.* +In pixels\n/)
  t.match(formatFunction(SHA256, NOW), /It has no parameters/)
})

t.test('a prefix with several hops is written once', async (t) => {
  const text = formatRoutes([
    { prefix: 'resize', hops: [{ face: 2, cost: 0, origin: 'function', remote: 'function resize' }] },
    {
      prefix: '/camera',
      hops: [
        {
          face: 5,
          cost: 0,
          origin: 'client',
          remote: 'unix:///a',
          flags: ['child-inherit', 'capture'],
          expiresIn: 120_000,
        },
        { face: 12, cost: 10, origin: 'static', remote: 'tcp4://b' },
      ],
    },
  ])
  t.strictSame(
    text.split('\n').map((line) => line.trim().split(/ {2,}/)),
    [
      ['prefix', 'from', 'cost', 'face', 'flags', 'ends in', 'leads to'],
      ['/camera', 'client', '0', '5', 'child-inherit, capture', '2 min', 'unix:///a'],
      ['static', '10', '12', 'tcp4://b'],
      ['resize', 'function', '0', '2', 'function resize'],
      [''],
    ],
  )
})

t.test('faces are listed by number, with what they dropped and why', async (t) => {
  const face: FaceStatus = {
    id: 12,
    remote: 'unix:///a',
    local: 'unix:///a',
    form: 'flat',
    interestsIn: 1200,
    interestsOut: 3,
    dataIn: 4,
    dataOut: 5,
    nacksIn: 6,
    nacksOut: 7,
    aggregated: 0,
    expired: 0,
    bytesIn: 9,
    bytesOut: 5_000_000,
    queueDrops: 2,
    drops: { malformed: 3 },
  }
  const lines = formatFaces([face, { ...face, id: 2, function: 'resize', queueDrops: 0, drops: {} }]).split(
    '\n',
  )
  t.match(lines[1], /^ +2 +function resize /)
  t.match(lines[2], /1,200\/3 +4\/5 +6\/7 +9 B\/5\.00 MB +3 malformed, 2 queue full$/)
})

t.test('the status is a summary', async (t) => {
  const status: NodeStatus = {
    name: 'lab',
    version: '0.1.0',
    availability: 'active',
    engine: 'process',
    why: 'Functions run as child processes.',
    uptime: 125_000,
    addresses: ['unix:///a', 'tcp4://b'],
    pit: { entries: 1, max: 65_536 },
    contentStore: {
      packets: 667,
      bytes: 5_190_000,
      maxPackets: 65_536,
      maxBytes: 134_000_000,
      hits: 30,
      misses: 10,
      insertions: 700,
      evictions: 0,
    },
    fib: { prefixes: 9 },
    disconnects: { 'closed-by-peer': 3, garbage: 1 },
    anchor: '/op/KEY/1/self/v=1',
    memory: 97_300_000,
  }
  const text = formatStatus(status, [RESIZE, SHA256])
  t.match(text, /^node +lab, ndn-sfc 0\.1\.0, up for 2 min 5 s, 97\.3 MB of memory\n/)
  t.match(text, /\nfunctions +1 of 2 ready, sha256 failed\n/)
  t.match(text, /\nContent Store +667 packets of at most 65,536, .* 30 hits in 40 look-ups \(75 %\)/)
  t.match(text, /\ndisconnected +1 garbage\n/, 'that a consumer leaves is nothing to tell of')
})
