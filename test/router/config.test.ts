import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
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
    listen: [`unix://${home}/router.sock`],
    functions: undefined,
    routes: [],
    contentStore: { packets: 65_536, bytes: 128 * 1024 * 1024 },
    limits: { pending: 65_536, routes: 1_000_000, faces: 1024, queue: 4 * 1024 * 1024 },
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
  t.same(config.listen, [defaultAddress(config.home), 'tcp://127.0.0.1:6363'])
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
  - tcp://0.0.0.0:6363
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
contentStore:
  packets: 1000
limits:
  faces: 10
`,
  )
  const config = await loadConfig(file)
  const folder = dirname(file)
  t.equal(config.home, join(folder, 'state'), 'paths are relative to the file')
  t.same(config.functions, [join(folder, 'functions/detect-faces'), '/opt/functions/resize.ts'])
  t.same(config.listen, [defaultAddress(config.home), 'tcp://0.0.0.0:6363'])
  t.match(
    config.routes.map(({ prefix, ...rest }) => ({ ...rest, prefix: prefix.toString() })),
    [
      { prefix: '/camera', to: 'tcp://10.0.0.2:6363', cost: 10, form: undefined },
      { prefix: '/', to: 'tcp6://[2001:db8::1]', cost: 20, form: 'extended' },
    ],
  )
  t.match(config, {
    name: 'edge-1',
    engine: 'docker',
    contentStore: { packets: 1000, bytes: 128 * 1024 * 1024 },
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

t.test('the socket of the home is listened at once, however it is spelled', async (t) => {
  const listen = ['/h/router.sock', 'unix:///other.sock', '/other.sock', 'tcp://[::1]:1', 'tcp6://[::1]:1']
  const config = await loadConfig(undefined, { home: '/h', listen })
  t.same(config.listen, ['unix:///h/router.sock', 'unix:///other.sock', 'tcp://[::1]:1'])
})

t.test('each thing that is wrong is told of with file, line, field and reason', async (t) => {
  const lines = await problems(
    t,
    `name: Edge 1
engine: podman
listen:
  - tcp://0.0.0.0:6363
  - quic://0.0.0.0
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
    /^node\.yaml:5: listen\.1: 'quic:\/\/0\.0\.0\.0' is not an address: write unix:\/\/\/PATH or tcp:\/\/HOST:PORT/,
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
