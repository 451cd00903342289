import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { faceOptions } from '../../src/router/config.ts'
import { type ConfigError, type ConfigSource, defaultAddress, loadConfig } from '../../src/router/index.ts'

async function makeFile(t: Test, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sfc-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'node.yaml')
  await writeFile(file, text)
  return file
}

/** The lines of what is wrong with a configuration, without the folder of its file. */
async function problems(t: Test, text: string, overrides?: ConfigSource): Promise<string[]> {
  const file = await makeFile(t, text)
  const error = await loadConfig(file, overrides).then(
    () => undefined,
    (reason: ConfigError) => reason,
  )
  t.match(error, { name: 'ConfigError', code: 'config-invalid' })
  return (error?.message ?? '').split('\n').map((line) => line.replace(file, 'node.yaml'))
}

t.test('what is not said has its default', async (t) => {
  const home = '/var/lib/ndn-sfc'
  const config = await loadConfig(undefined, { home })
  t.match(config, {
    engine: 'auto',
    home,
    listen: [{ address: `unix://${home}/router.sock` }],
    multicast: { enabled: false, group: 'udp4://224.0.23.170:56363' },
    logLevel: 'info',
    functions: undefined,
    routes: [],
    contentStore: { packets: 65_536, bytes: 128 * 1024 * 1024, policy: 'lru', admit: true, serve: true },
    unsolicited: 'drop-all',
    networkRegion: [],
    strategies: [],
    limits: { pending: 65_536, pendingBytes: 64 * 1024 * 1024, routes: 1_000_000, faces: 1024 },
  })
  t.match(config.name, /^[a-z0-9][a-z0-9-]{0,62}$/, 'the name of this host, as far as it can be a name')
  t.ok(
    hostname()
      .toLowerCase()
      .includes(config.name.split('-')[0] as string) || config.name === 'node',
  )
})

t.test('the home is where the environment says', async (t) => {
  t.intercept(process, 'env', { value: { ...process.env, NDN_SFC_HOME: '/srv/ndn' } })
  t.equal((await loadConfig()).home, '/srv/ndn')
})

t.test('labels are texts, whatever YAML takes them for', async (t) => {
  const file = await makeFile(t, 'labels: { camera: true, rack: 7, zone: edge, example.org/room: "" }\n')
  const { labels } = await loadConfig(file)
  t.same(labels, { camera: 'true', rack: '7', zone: 'edge', 'example.org/room': '' })
})

t.test('labels and facts that a node cannot have are told with their line', async (t) => {
  const many = Array.from({ length: 65 }, (_, i) => `  k${i}: 1`).join('\n')
  t.match(await problems(t, `labels:\n${many}\n`), [/^node\.yaml:\d+: labels: 65 labels, at most 64$/])
  t.match(await problems(t, `labels:\n  ${'k'.repeat(64)}: 1\n`), [
    /^node\.yaml:2: labels\.k+: a key has at most 63/,
  ])
  t.match(await problems(t, `labels:\n  k: ${'v'.repeat(256)}\n`), [
    /^node\.yaml:2: labels\.k: a value has at most/,
  ])
  t.match(await problems(t, 'labels:\n  k: [1]\n'), [/^node\.yaml:2: labels\.k: /])
  t.match(
    await problems(
      t,
      `facts:
  vcpus: 0
  speed: fast
  cpuShare: 0
  architecture: ARM 7
  maximumUsage: 101
  network: two words
  bandwidth: 0
`,
    ),
    [
      /^node\.yaml:2: facts\.vcpus: /,
      /^node\.yaml:3: facts\.speed: /,
      /^node\.yaml:4: facts\.cpuShare: /,
      /^node\.yaml:5: facts\.architecture: write it as OCI images do/,
      /^node\.yaml:6: facts\.maximumUsage: /,
      /^node\.yaml:7: facts\.network: a network is named with/,
      /^node\.yaml:8: facts\.bandwidth: /,
    ],
  )
})

t.test('a control group is a path that leads down', async (t) => {
  for (const group of ['/nodes/lobby', 'lobby.slice', 'ndn_sfc/a:b@c-1']) {
    const file = await makeFile(t, `cgroupParent: ${group}\n`)
    t.equal((await loadConfig(file)).cgroupParent, group)
  }
  for (const group of [
    '""',
    '/',
    '/nodes/../..',
    '/nodes//lobby',
    'nodes/',
    'two words',
    `/${'a'.repeat(255)}`,
  ])
    t.match(
      await problems(t, `cgroupParent: ${group}\n`),
      [/^node\.yaml:1: cgroupParent: .*\/nodes\/lobby/],
      group,
    )
})

t.test('an empty file is all defaults', async (t) => {
  for (const text of ['', '# nothing yet\n', '---\n']) {
    const config = await loadConfig(await makeFile(t, text), { home: '/h' })
    t.same(config, await loadConfig(undefined, { home: '/h' }))
  }
})

t.test('the sample in the README says what it means', async (t) => {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8')
  const sample = /^```yaml node\.yaml\n(.*?)^```$/ms.exec(readme)?.[1] as string
  const file = await makeFile(t, sample)
  const config = await loadConfig(file)
  const folder = dirname(file)
  t.match(config, { name: 'lobby-gateway', engine: 'auto', home: join(folder, 'my-gateway') })
  t.same(config.functions, [join(folder, 'shout.ts')])
  t.same(config.listen, [{ address: defaultAddress(config.home) }, { address: 'tcp://127.0.0.1:6363' }])
  const { contentStore, limits } = await loadConfig(undefined, { home: '/h' })
  t.same(config.contentStore, contentStore, 'the bounds that it shows are the defaults')
  t.same(config.limits, limits)
})

t.test('a file may say everything', async (t) => {
  const file = await makeFile(
    t,
    `# One node of two
name: edge-1
engine: docker
home: state
listen:
  - tcp://0.0.0.0
  - address: udp://0.0.0.0
    mtu: 1200
    idleTimeout: 60000
    maxPeers: 10
  - ws://[::]
functions:
  - functions/detect-faces
  - /opt/functions/resize.ts
routes:
  - prefix: /camera
    to: tcp://10.0.0.2:6363
  - prefix: /
    to: tcp6://[2001:db8::1]
    cost: 20
    form: extended
    persistency: persistent
    childInherit: false
    capture: true
faces:
  congestion: { threshold: 10000 }
contentStore:
  packets: 1000
  policy: s3-fifo
  serve: false
unsolicited: admit-local
networkRegion: [/north]
strategies:
  - prefix: /video
    strategy: asf
  - prefix: /audio
    strategy: /localhost/nfd/strategy/best-route/v=5/retx-suppression-initial~5
limits:
  faces: 10
`,
  )
  const config = await loadConfig(file)
  const folder = dirname(file)
  t.equal(config.home, join(folder, 'state'), 'paths are relative to the file')
  t.same(config.functions, [join(folder, 'functions/detect-faces'), '/opt/functions/resize.ts'])
  t.same(config.listen, [
    { address: defaultAddress(config.home) },
    { address: 'tcp://0.0.0.0' },
    { address: 'udp://0.0.0.0', mtu: 1200, idleTimeout: 60_000, maxPeers: 10 },
    { address: 'ws://[::]' },
  ])
  t.match(
    config.routes.map(({ prefix, ...rest }) => ({ ...rest, prefix: prefix.toString() })),
    [
      {
        prefix: '/camera',
        to: 'tcp://10.0.0.2:6363',
        cost: 10,
        form: undefined,
        persistency: 'permanent',
        childInherit: true,
        capture: false,
      },
      {
        prefix: '/',
        to: 'tcp6://[2001:db8::1]',
        cost: 20,
        form: 'extended',
        persistency: 'persistent',
        childInherit: false,
        capture: true,
      },
    ],
  )
  t.same(config.networkRegion.map(String), ['/north'])
  t.same(
    config.strategies.map(({ prefix, strategy }) => `${prefix} ${strategy}`),
    [
      '/video /localhost/nfd/strategy/asf',
      '/audio /localhost/nfd/strategy/best-route/v=5/retx-suppression-initial~5',
    ],
  )
  t.match(config, {
    name: 'edge-1',
    engine: 'docker',
    contentStore: { packets: 1000, bytes: 128 * 1024 * 1024, policy: 's3-fifo', admit: true, serve: false },
    unsolicited: 'admit-local',
    faces: { congestion: { enabled: true, threshold: 10_000, interval: 100 } },
    limits: { faces: 10, pending: 65_536 },
  })
})

t.test('what is said beside the file takes the place of what it says', async (t) => {
  const file = await makeFile(t, 'name: one\nengine: docker\n')
  t.match(await loadConfig(file, { engine: 'process', home: '/h' }), {
    name: 'one',
    engine: 'process',
    home: '/h',
  })
})

t.test('the socket of the home is listened at once, and more may be said of it', async (t) => {
  const listen = ['/other.sock', { address: '/h/router.sock', maxPeers: 5 }]
  const config = await loadConfig(undefined, { home: '/h', listen })
  t.same(config.listen, [{ address: 'unix:///h/router.sock', maxPeers: 5 }, { address: '/other.sock' }])
})

t.test('what connect and listen are told of each link', async (t) => {
  const config = await loadConfig(undefined, {
    home: '/h',
    faces: { mtu: 1000, congestion: { threshold: 9, interval: 8 }, reassembly: { packets: 7 } },
    limits: { queue: 10_000 },
  })
  t.match(faceOptions(config), {
    mtu: 1000,
    maxQueue: 10_000,
    timeout: 5000,
    linger: 1000,
    congestion: { threshold: 9, baseInterval: 8 },
    reassembly: { timeout: 500, maxFragments: 400, maxPackets: 7, maxBytes: 131_072 },
  })
  const off = await loadConfig(undefined, { home: '/h', faces: { congestion: { enabled: false } } })
  t.equal(faceOptions(off).congestion, false)
})

t.test('one place is not told of twice, however it is spelled', async (t) => {
  const lines = await problems(
    t,
    `listen:
  - tcp://[::1]:1
  - unix:///other.sock
  - address: tcp6://[::1]:1
  - /other.sock
  - udp4://0.0.0.0
  - udp6://[::]
routes:
  - { prefix: /a, to: tcp://h }
  - { prefix: /b, to: tcp://h }
  - { prefix: /a, to: tcp://h:6363, cost: 5 }
strategies:
  - { prefix: /a, strategy: asf }
  - { prefix: /a/, strategy: random }
`,
  )
  t.same(lines, [
    'node.yaml:4: listen.2: the same as listen.0',
    'node.yaml:5: listen.3: the same as listen.1',
    'node.yaml:11: routes.2: the same as routes.0',
    'node.yaml:14: strategies.1: the same as strategies.0',
  ])
})

t.test('what a listener, a group, a strategy or a prefix cannot be is told of', async (t) => {
  const lines = await problems(
    t,
    `listen:
  - udp4://224.0.23.170
  - address: tcp://0.0.0.0
    mtu: 1400
  - address: udp://0.0.0.0
    mtu: 20
    idle: 1
  - mtu: 1400
  - 6363
multicast: { group: 'udp://192.0.2.1' }
networkRegion: [north]
strategies:
  - { prefix: /a, strategy: fastest }
  - { prefix: /b, strategy: asf/v=5/colour~red }
  - { prefix: /c, strategy: asf/v=99 }
  - { prefix: ${'/x'.repeat(33)}, strategy: asf }
faces: { linger: 2147483648 }
`,
  )
  t.match(lines, [
    'node.yaml:2: listen.0: nobody connects to a multicast group: see the field multicast',
    'node.yaml:4: listen.1.mtu: only a UDP link has an MTU',
    /^node\.yaml:6: listen\.2\.mtu: .*>=64/,
    'node.yaml:7: listen.2.idle: there is no such field',
    /^node\.yaml:8: listen\.3\.address: .*expected string/,
    'node.yaml:9: listen.4: write an address, or a mapping with the field address',
    'node.yaml:10: multicast.group: not a UDP multicast group, such as udp4://224.0.23.170:56363',
    /^node\.yaml:17: faces\.linger: .*<=2147483647/,
    "node.yaml:11: networkRegion.0: 'north' does not begin with '/'",
    "node.yaml:13: strategies.0.strategy: there is no strategy 'fastest' (there are: asf, best-route, multicast, random, sticky)",
    /^node\.yaml:14: strategies\.1\.strategy: there is no parameter colour/,
    "node.yaml:15: strategies.2.strategy: there is no strategy 'asf/v=99' (there are: asf, best-route, multicast, random, sticky)",
    'node.yaml:16: strategies.3.prefix: 33 components, at most 32',
  ])
})

t.test('there are no more regions than the forwarder takes', async (t) => {
  const names = (count: number): string => Array.from({ length: count }, (_, i) => `/${i}`).join(', ')
  t.equal((await loadConfig(await makeFile(t, `networkRegion: [${names(64)}]`))).networkRegion.length, 64)
  t.match(await problems(t, `networkRegion: [${names(65)}]`), [/^node\.yaml:1: networkRegion: .*<=64 items/])
})

t.test('each thing that is wrong is told of with file, line, field and reason', async (t) => {
  const lines = await problems(
    t,
    `name: Edge 1
engine: podman
listen:
  - tcp://0.0.0.0:6363
  - http://0.0.0.0
routes:
  - prefix: camera
    to: somewhere
    cost: -1
  - to: tcp://10.0.0.2
contentStore:
  packets: 1.5
  colour: red
limits: { faces: 0, queue: 100, routes: 2 }
watch: true
`,
  )
  t.match(lines.sort(), [
    /^node\.yaml:10: routes\.1\.prefix: .*expected string/,
    /^node\.yaml:12: contentStore\.packets: .*int/,
    /^node\.yaml:13: contentStore\.colour: there is no such field/,
    /^node\.yaml:14: limits\.faces: .*>=1/,
    /^node\.yaml:14: limits\.queue: .*>=8800/,
    /^node\.yaml:14: limits\.routes: .*>=16/,
    /^node\.yaml:15: watch: there is no such field/,
    /^node\.yaml:1: name: a name has 1 to 63 lower-case letters/,
    /^node\.yaml:2: engine: .*"docker"/,
    /^node\.yaml:5: listen\.1: 'http:\/\/0\.0\.0\.0' is not an address: write unix:\/\/\/PATH or tcp:\/\/HOST:PORT/,
    /^node\.yaml:7: routes\.0\.prefix: /,
    /^node\.yaml:8: routes\.0\.to: 'somewhere' is not an address/,
    /^node\.yaml:9: routes\.0\.cost: .*>=0/,
  ])
})

t.test('a field without a value is told of where it stands', async (t) => {
  t.match(await problems(t, 'engine: process\n\nname:\n'), [/^node\.yaml:3: name: /])
})

t.test('what is not YAML is told of with its line', async (t) => {
  t.match(await problems(t, 'name: a\nlisten: [tcp://x\nengine: auto\n'), [/^node\.yaml:[23]: /])
  t.match(await problems(t, 'name: a\nname: b\n'), [/^node\.yaml:2: .*unique/])
})

t.test('what is no mapping is refused', async (t) => {
  for (const text of ['- name: a\n', 'hello\n', '42\n', '[]\n']) {
    t.match(await problems(t, text), [/^node\.yaml:1: it has no fields/], text)
  }
})

t.test('a file that would unfold without end is refused', async (t) => {
  const doubled = (n: number): string => `x${n}: &x${n} [${'*x'.concat(String(n - 1), ', ').repeat(9)}1]\n`
  const bomb = `x0: &x0 [1]\n${[1, 2, 3, 4, 5, 6].map(doubled).join('')}`
  t.match(await problems(t, bomb), [/alias/i])
})

t.test('a file that cannot be read is told of', async (t) => {
  const error = { name: 'ConfigError', code: 'config-unreadable' }
  await t.rejects(loadConfig('/nonexistent/node.yaml'), {
    ...error,
    message: /cannot read \/nonexistent\/node\.yaml: ENOENT/,
  })
  const folder = join(await makeFile(t, ''), '..', 'folder.yaml')
  await mkdir(folder)
  await t.rejects(loadConfig(folder), { ...error, message: /EISDIR/ })
})

t.test('what is wrong beside the file is told of, too', async (t) => {
  await t.rejects(loadConfig(undefined, { name: '-' }), {
    code: 'config-invalid',
    message: /^configuration: name: a name has/,
  })
})
