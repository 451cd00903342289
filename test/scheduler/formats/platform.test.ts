import t from 'tap'
import { FileError, type LimitOptions, parsePlatform } from '../../../scheduler/index.ts'
import { problemsOf } from '../../files/problems.ts'

const wrong = (text: string, options?: LimitOptions): string[] =>
  problemsOf(() => parsePlatform(text, 'p.yaml', options))

t.test('what is not said has its default', async (t) => {
  const platform = parsePlatform(
    `networks: { lab: { bandwidth: 100 } }
hosts:
  a: { network: lab, bandwidth: 50, sockets: [{ speed: 2000, cores: 4 }] }
`,
    '/some/where/lab.yaml',
  )
  t.strictSame(platform, {
    name: 'lab',
    networks: [{ name: 'lab', bandwidth: 100 }],
    hosts: [
      {
        name: 'a',
        network: 'lab',
        bandwidth: 50,
        architecture: 'amd64',
        labels: {},
        sockets: [{ speed: 2000, cores: 4, vcpusPerCore: 2, maximumUsage: 60 }],
        machines: [],
        images: [],
        layers: [],
      },
    ],
    repository: undefined,
    fileServer: undefined,
  })
})

t.test('hosts of a kind are counted from 1, and names keep the order of the file', async (t) => {
  const { hosts } = parsePlatform(
    `networks: { lab: { bandwidth: 100 } }
hosts:
  b: { network: lab, bandwidth: 1, count: 2, labels: { floor: 2, camera: true } }
  7: { network: lab, bandwidth: 1 }
  constructor: { network: lab, bandwidth: 1, sockets: [{ speed: 1, cores: 1 }], machines: { 9: { vcpus: 1 }, 8: { vcpus: 1 } } }
  3: { network: lab, bandwidth: 1 }
repository: b-2
`,
    'p.yaml',
  )
  t.strictSame(
    hosts.map(({ name }) => name),
    ['b-1', 'b-2', '7', 'constructor', '3'],
  )
  t.strictSame(hosts[1]?.labels, { floor: '2', camera: 'true' })
  t.strictSame(
    hosts[3]?.machines.map(({ name }) => name),
    ['9', '8'],
  )
})

t.test('all that is wrong is told at once, each with its line', async (t) => {
  t.strictSame(
    wrong(`networks:
  edge: { bandwith: 12.5 }
  cloud: { bandwidth: -1 }
hosts:
  file-server: { network: edge, bandwidth: 1 }
  pi:
    count: 2
    network: egde
    bandwidth: 10
    sockets:
      - { speed: 0, cores: 4 }
  pi-1: { network: edge, bandwidth: 1 }
  vm:
    network: cloud
    bandwidth: 100
    sockets: [{ speed: 100, cores: 2 }]
    machines: { a: { vcpus: 1 }, b: { vcpus: 2 } }
    images: [x]
  vm: 3
  text: { network: cloud, bandwidth: text, labels: { a: [] } }
  a/b: 3
repository: mars
fileServer: file-srever
`),
    [
      '2: networks.edge.bandwidth: is missing',
      '2: networks.edge.bandwith: there is no such field; did you mean bandwidth?',
      '3: networks.cloud.bandwidth: must be more than 0, and is -1',
      '8: hosts.pi.network: there is no network egde; did you mean edge?',
      '11: hosts.pi.sockets.0.speed: must be more than 0, and is 0',
      '12: hosts.pi-1: there are two hosts with the name pi-1; the other is of pi',
      '17: hosts.vm.machines: they have 3 vCPUs together, and the host has 4',
      '18: hosts.vm.images: a host with machines holds none itself: say it of the machines',
      '19: there are two with the name vm; the other is in line 13',
      "20: hosts.text.bandwidth: must be a number, and is the text 'text'",
      '20: hosts.text.labels.a: must be text or a number or true or false, and is a list',
      '21: hosts.a/b: is no name of a host: it must be one line, without space before or after it, and without /',
      '22: repository: there is no host mars',
      '23: fileServer: there is no host file-srever; did you mean file-server?',
    ],
  )
})

t.test('a host that is wrong in itself is not called unknown', async (t) => {
  t.strictSame(wrong('networks: { n: { bandwidth: 1 } }\nhosts:\n  a: { network: n }\nrepository: a\n'), [
    '3: hosts.a.bandwidth: is missing',
  ])
})

t.test('faults of the YAML itself have their lines', async (t) => {
  t.strictSame(wrong('networks: {}\nhosts: { a: }\n  b: 3\n'), [
    '3: All mapping items must start at the same column',
  ])
  t.strictSame(wrong('networks: {}\nhosts: *nowhere'), ['2: there is no anchor nowhere'])
  t.strictSame(wrong(''), ['1: must be a mapping, and is empty'])
  t.strictSame(wrong('- a'), ['1: must be a mapping, and is a list'])
  t.strictSame(wrong('__proto__: {}\n[1]: 2\nnetworks: {}\nhosts: {}'), [
    '1: __proto__ cannot be a name',
    '2: this cannot be a name',
  ])
})

t.test('aliases stand for what they name, and cannot make a file endless', async (t) => {
  const { hosts } = parsePlatform(
    `networks: { n: { bandwidth: 1 } }
hosts: { a: &a { network: n, bandwidth: 2 }, b: *a }`,
    'p.yaml',
  )
  t.strictSame({ ...hosts[1], name: 'a' }, hosts[0])
  const doubling = Array.from(
    { length: 30 },
    (_, level) => `l${level + 1}: &l${level + 1} [*l${level}, *l${level}]`,
  )
  t.match(wrong(['l0: &l0 [x]', ...doubling].join('\n')), [/: its aliases make too much of it$/])
  t.match(wrong('a: &a [*a]'), [/: its values stand too deep in one another$/])
  t.match(wrong(`a: ${'['.repeat(20_000)}`), [/: its values stand too deep in one another$/])
})

t.test('the first 20 problems are told, and how many more there are', async (t) => {
  const hosts = Array.from({ length: 30 }, (_, host) => `  h${host}: { network: x, bandwidth: 1 }\n`)
  const parse = () => parsePlatform(`networks: {}\nhosts:\n${hosts.join('')}`, 'p.yaml')
  const error = t.throws(parse, FileError) as unknown as FileError
  t.equal(error.problems.length, 20)
  t.match(error.message, /^p\.yaml:3: hosts\.h0\.network: there is no network x\n/)
  t.match(error.message, /\nand 10 more$/)
  t.equal(error.code, 'bad-file')
})

t.test('a platform larger than the bounds is refused, and one just within is not', async (t) => {
  const text = `networks: { n: { bandwidth: 1 } }
hosts: { a: { network: n, bandwidth: 1, count: 3, sockets: [{ speed: 1, cores: 5 }] } }`
  const size = text.length
  t.strictSame(wrong(text, { limits: { markupBytes: size, hosts: 3, vcpus: 30 } }), [])
  t.strictSame(wrong(text, { limits: { markupBytes: size - 1 } }), [
    `undefined: it has ${size} octets, and at most ${size - 1} are read`,
  ])
  t.strictSame(wrong(text, { limits: { hosts: 2 } }), ['1: it has 3 hosts, and at most 2 are read'])
  t.strictSame(wrong(text, { limits: { vcpus: 29 } }), ['1: it has 30 vCPUs, and at most 29 are read'])
  t.match(wrong(text.replace('count: 3', 'count: 1000000000000')), [/^1: it has 1000000000000 hosts/])
  t.match(wrong(text.replace('cores: 5', 'cores: 1000000000000')), [/^1: it has 6000000000000 vCPUs/])
})
