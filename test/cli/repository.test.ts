import { appendFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { makeBase, OTHER, program, publishBase } from '../repository/base-fixture.ts'
import { Home, openRepository } from '../repository/fixture.ts'
import { RegistryHost, skipWithoutRegistry, USER } from '../repository/registry-host.ts'
import { Cli, TEST_TIMEOUT_MS, temporaryFolder } from './fixture.ts'

t.setTimeout(TEST_TIMEOUT_MS)

const MANIFEST = `
name: NAME
version: 1.0.0
description: Turns lines round
input: text/*
output: text/plain
command: [awk, -f, code.awk]
programs: [awk]
limits: { memory: 64MiB }
`

/** Folders of functions. */
async function makeFunctions(t: Test, ...names: string[]): Promise<string> {
  const folder = await temporaryFolder(t)
  for (const name of names) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'function.yaml'), MANIFEST.replace('NAME', name))
    await writeFile(join(folder, name, 'code.awk'), '{ print $2, $1 }\n')
  }
  return folder
}

t.test('a repository from the command line', { skip: skipWithoutRegistry }, async (t) => {
  const { url } = await RegistryHost.start(t)
  const cli = (await Cli.create(t)).with({ NDN_SFC_REGISTRY: url })
  const folder = await makeFunctions(t, 'first', 'second')

  await t.test('seed builds and pushes every function of a folder, and says what moved', async (t) => {
    const { code, stdout, stderr } = await cli.run('repository', 'seed', folder)
    t.equal(code, 0, stderr)
    t.match(stdout, /^first +1\.0\.0 +[\d.]+ MB +0 B /m)
    t.match(stdout, /^second +1\.0\.0 +[\d.]+ kB +[\d.]+ MB /m)
    t.match(stdout, /^2 functions at .*: [\d.]+ MB sent, 0 B were there already; /m)
    t.match(stderr, /pushing second:1\.0\.0/)
  })

  await t.test('a second seed moves nothing, or what changed', async (t) => {
    const again = JSON.parse((await cli.run('repository', 'seed', folder, '--json')).stdout)
    t.equal(again.bytesSent, 0)
    t.ok(again.bytesThere > 10_000_000)
    await appendFile(join(folder, 'first', 'code.awk'), '# changed\n')
    const changed = JSON.parse((await cli.run('repository', 'seed', folder, '--json')).stdout)
    t.ok(changed.bytesSent > 0 && changed.bytesSent < 100_000, `${changed.bytesSent} bytes`)
    t.same(
      changed.functions.map((one: { bytesSent: number }) => one.bytesSent > 0),
      [true, false],
    )
  })

  await t.test('ls and show say what there is', async (t) => {
    t.match(
      (await cli.run('function', 'ls')).stdout,
      /^first +1\.0\.0 +1 +\w+ +[\d.]+ MB +\w{12} +text\/\* → text\/plain$/m,
    )
    t.equal(JSON.parse((await cli.run('function', 'ls', '--json')).stdout).length, 2)
    const { stdout } = await cli.run('function', 'show', 'first')
    t.match(stdout, /^first 1\.0\.0: Turns lines round\n/)
    t.match(stdout, /^runs +awk -f code\.awk$/m)
    t.match(stdout, /^packages +[\d.]+ [kM]B +\w{12}$/m)
    t.match(JSON.parse((await cli.run('function', 'show', 'first:1.0.0', '--json')).stdout), {
      name: 'first',
      manifest: { limits: { memory: 64 * 2 ** 20 } },
      versions: ['1.0.0'],
    })
  })

  await t.test('a plain program becomes a function in the repository, and runs elsewhere', async (t) => {
    const script = join(folder, 'shout.awk')
    await writeFile(script, '{ print toupper($0) }\n')
    const types = ['--input', 'text/*', '--output', 'text/plain']
    const built = await cli.run(
      'function',
      'build',
      script,
      '--as',
      '2.1.0',
      '--command',
      'awk -f shout.awk',
      ...types,
    )
    t.equal(built.code, 0, built.stderr)
    t.match(
      built.stdout,
      /^shout:2\.1\.0 for .*\n(.*\n)*To have it in the repository: ndn-sfc function push shout:2\.1\.0\n$/,
    )
    t.match(
      (await cli.run('function', 'push', 'shout')).stdout,
      /^shout:2\.1\.0 sha256:\w{64}\n.* sent, .* were there; /,
    )

    const other = (await Cli.create(t)).with({ NDN_SFC_REGISTRY: url })
    const { code, stdout, stderr } = await other.run(
      'function',
      'pull',
      'shout',
      '--engine',
      'process',
      '--json',
    )
    t.equal(code, 0, stderr)
    const { folder: artifact, version, bytesFetched } = JSON.parse(stdout)
    t.equal(version, '2.1.0')
    t.ok(bytesFetched > 10_000_000)
    t.same((await readdir(artifact)).sort(), ['main.mjs', 'manifest.json', 'shout.awk'])
    t.equal(
      JSON.parse((await other.run('function', 'pull', 'shout', '--engine', 'process', '--json')).stdout)
        .bytesFetched,
      0,
    )
  })

  await t.test('a script on a base image, and for another architecture', async (t) => {
    const repository = openRepository(t, url)
    const home = new Home(await temporaryFolder(t))
    const base = await makeBase([[program('usr/bin/awk')]])
    const node = [program('usr/bin/awk'), program('usr/bin/node')]
    const other = await makeBase([node], { architecture: OTHER, environment: ['NODE_VERSION=22.0.0'] })
    await publishBase(repository, home, 'base/awk', '1', base, { ...other, architecture: OTHER })
    const script = join(folder, 'lower.awk')
    await writeFile(script, '{ print tolower($0) }\n')
    const said = ['--command', 'awk -f lower.awk', '--input', 'text/*', '--output', 'text/plain']
    const build = ['function', 'build', script, ...said, '--base', 'base/awk:1']
    const built = await cli.run(...build)
    t.equal(built.code, 0, built.stderr)
    t.match(
      built.stdout,
      /^lower:0\.0\.0 for \w+ on base\/awk:1, .*\nlayer .*\nsystem .*\nbase .*\nfunction .*\n/,
    )
    t.match(built.stderr, /getting the base image base\/awk:1/)
    const foreign = await cli.run(...build, '--architecture', OTHER)
    t.equal(foreign.code, 0, foreign.stderr)
    t.match(
      foreign.stdout,
      new RegExp(`^lower:0.0.0 for ${OTHER} .*function push lower:0.0.0 --architecture ${OTHER}\n$`, 's'),
    )
    t.equal((await cli.run('function', 'push', 'lower')).code, 0)
    t.equal((await cli.run('function', 'push', 'lower', '--architecture', OTHER)).code, 0)
    t.match((await cli.run('function', 'ls')).stdout, /^lower +0\.0\.0 +1 +amd64, arm64 /m)
    t.match((await cli.run('function', 'show', 'lower')).stdout, new RegExp(`^${OTHER} on base/awk:1: `, 'm'))
    const cases: [args: string[], code: number, message: RegExp][] = [
      [[...build.slice(0, -2), '--architecture', OTHER], 2, /needs --base with an image for/],
      [[...build.slice(0, -1), 'base/none:1'], 3, /there is no base image base\/none:1/],
      [[...build.slice(0, -1), 'a b'], 2, /names no base image/],
      [[...build, '--architecture', 's390x'], 8, /is not for linux\/s390x, but for linux/],
      [[...build, '--architecture', 'z80'], 2, /Allowed choices/],
      [[...build, '--program', 'perl'], 1, /has no program perl/],
      [['function', 'push', 'lower', '--base', 'base/awk:1'], 2, /--base is for a path/],
    ]
    for (const [args, expected, message] of cases) {
      const { code, stderr } = await cli.run(...args)
      t.equal(code, expected, `${args.join(' ')}: ${stderr}`)
      t.match(stderr, message)
    }
  })

  await t.test('a version is removed', async (t) => {
    t.match(await cli.run('function', 'rm', 'second:1.0.0'), { code: 0, stdout: 'removed second:1.0.0\n' })
    t.match(await cli.run('function', 'show', 'second'), {
      code: 3,
      stderr: /is not at .*see ndn-sfc function ls/,
    })
  })

  await t.test('what cannot be done has a code and a reason', async (t) => {
    const script = join(folder, 'shout.awk')
    const cases: [args: string[], code: number, message: RegExp][] = [
      [['function', 'pull', 'nothing'], 3, /it has no function of that name/],
      [['function', 'pull', 'A/b'], 2, /write NAME, NAME:VERSION/],
      [['function', 'rm', 'first'], 2, /say which version/],
      [['function', 'push', 'nothing'], 3, /neither built nor pulled here/],
      [['function', 'push', './nothing'], 1, /no such function folder/],
      [['function', 'build', script], 2, /--input and --output/],
      [['function', 'build', script, '--limit', 'memory'], 2, /write KEY=VALUE/],
      [['repository', 'seed', '/none'], 2, /cannot read the folder/],
      [['function', 'ls', '--registry', 'http://registry.example'], 2, /--insecure/],
      [['function', 'ls', '--password-stdin'], 2, /needs --username/],
      [['function', 'ls', '--username', 'a'], 2, /no password for a/],
      [['function', 'ls', '--ca', '/none'], 2, /cannot read the certificate/],
    ]
    await Promise.all(
      cases.map(async ([args, expected, message]) => {
        const { code, stderr, stdout } = await cli.run(...args)
        t.equal(code, expected, `${args.join(' ')}: ${stderr}`)
        t.match(stderr, message)
        t.equal(stdout, '')
      }),
    )
  })
})

t.test('credentials come from the environment or docker login', { skip: skipWithoutRegistry }, async (t) => {
  const { url } = await RegistryHost.start(t, { withPassword: true })
  const cli = (await Cli.create(t)).with({ NDN_SFC_REGISTRY: url })
  t.match(await cli.run('function', 'ls'), { code: 8, stderr: /wants a user name and password/ })
  const { username, password } = USER
  const known = cli.with({ NDN_SFC_REGISTRY_USERNAME: username, NDN_SFC_REGISTRY_PASSWORD: password })
  t.match(await known.run('function', 'ls'), { code: 0, stdout: /There are no functions at/ })
  const folder = await temporaryFolder(t)
  const auth = Buffer.from(`${username}:${password}`).toString('base64')
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [new URL(url).host]: { auth } } }))
  t.equal((await cli.with({ DOCKER_CONFIG: folder }).run('function', 'ls')).code, 0)
  const helper = `#!/bin/sh\necho '{"Username": "${username}", "Secret": "${password}"}'\n`
  await writeFile(join(folder, 'docker-credential-test'), helper, { mode: 0o755 })
  await writeFile(join(folder, 'config.json'), JSON.stringify({ credsStore: 'test' }))
  const withHelper = cli.with({ DOCKER_CONFIG: folder, PATH: `${folder}:${process.env.PATH}` })
  t.match(await withHelper.run('function', 'ls'), { code: 0, stderr: '' })
  t.match(await cli.with({ DOCKER_CONFIG: folder }).run('function', 'ls'), {
    code: 8,
    stderr: /kept by docker-credential-test, which is not on this machine/,
  })
})

t.test('a registry that is down is told of', async (t) => {
  const cli = await Cli.create(t)
  t.match(await cli.run('function', 'ls', '--registry', 'http://127.0.0.1:1'), {
    code: 7,
    stderr:
      /the registry at http:\/\/127\.0\.0\.1:1 cannot be reached .*: start one with 'apt-get install docker-registry'/,
  })
  const folder = await makeFunctions(t, 'first')
  const none = ['--registry', 'http://127.0.0.1:1']
  for (const args of [
    ['repository', 'seed', folder, ...none],
    ['function', 'push', join(folder, 'first'), ...none],
  ]) {
    const { code, stderr } = await cli.run(...args)
    t.equal(code, 7)
    t.notMatch(stderr, /building/, 'before anything is made')
  }
})
