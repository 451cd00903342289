import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { setUpImage } from '../../src/engine/index.ts'
import type { BaseImage } from '../../src/repository/base.ts'
import { storedBase } from '../../src/repository/base-image.ts'
import { setUpBase } from '../../src/repository/set-up-base.ts'
import { docker, dockerUnderTest, functionImage, layersOf } from '../engine/docker-host.ts'
import { makeArtifact, startAgent, uniqueNode } from '../engine/fixture.ts'
import { skipWithoutDocker } from '../engine/require-docker.ts'
import { hostPrograms, makeBase, open, program, writeLayout } from './base-fixture.ts'
import type { ArchiveEntry } from './craft.ts'
import { Home, openRepository, temporaryFolder } from './fixture.ts'
import { RegistryHost, skipWithoutRegistry } from './registry-host.ts'

/** A base image that no other test has. */
async function baseOf(t: Test, home: Home, entries: readonly ArchiveEntry[]): Promise<BaseImage> {
  const own: ArchiveEntry = [{ name: 'etc/test' }, `${process.pid} ${home.folder}`]
  const layout = await writeLayout(await temporaryFolder(t), await makeBase([[...entries, own]]))
  const base = await open(home, layout)
  const tag = `ndn-sfc/system:${base.digest.slice(7, 19)}`
  t.teardown(() =>
    docker
      .getImage(tag)
      .remove({ force: true })
      .catch(() => {}),
  )
  return base
}

t.test('instances on a base image', { skip: skipWithoutRegistry || skipWithoutDocker }, async (t) => {
  const { url } = await RegistryHost.start(t)
  const repository = openRepository(t, url)
  const builder = await Home.make(t)
  const node = await Home.make(t)
  const engine = await dockerUnderTest.connect({ nodeName: uniqueNode(), stateDirectory: node.folder })
  t.teardown(() => engine.close())

  const run = async (name: string, entries: readonly ArchiveEntry[]) => {
    const base = await baseOf(t, builder, entries)
    const files = { 'node_modules/one/index.js': 'module.exports = 1' }
    await builder.push(repository, await makeArtifact(t, { name, files }), base)
    const { artifact } = await node.pull(repository, name)
    t.teardown(() => docker.getImage(functionImage(artifact)).remove({ force: true }))
    await engine.prepare(artifact)
    return await startAgent(t, engine, name, artifact)
  }

  await t.test("Node.js does not need the base's libraries, nor takes them from it", async (t) => {
    const programs = await hostPrograms('tr')
    const broken = programs.map(([header]): ArchiveEntry => [header, 'no library'])
    const alone = await run(`alone-${process.pid}`, broken)
    t.equal(await alone.run('return process.version + require("one")'), `${process.version}1`)
    t.equal(await alone.run('return process.getuid()'), 65534)

    const both = await run(`both-${process.pid}`, programs)
    const code =
      'return require("child_process").execFileSync("tr", ["a-z", "A-Z"], { input: "abc" }).toString()'
    t.equal(await both.run(code), 'ABC')
  })
})

t.test('setup commands on a base image', { skip: skipWithoutDocker }, async (t) => {
  const home = await Home.make(t)
  const base = await baseOf(t, home, [
    ...(await hostPrograms('sh', 'cp', 'ln', 'mkdir', 'rm', 'sleep')),
    [{ name: 'bin', type: 'symlink', linkname: 'usr/bin' }],
    program('usr/bin/old'),
  ])
  const makeFolder = async (t: Test) => {
    const folder = join(await temporaryFolder(t), 'folder')
    await mkdir(folder)
    await writeFile(join(folder, 'a.txt'), 'one')
    return folder
  }
  const steps: string[] = []
  const setUp = (lines: string[], folder: string) =>
    setUpBase(base, lines, folder, {
      store: home.store,
      home: home.folder,
      progress: (step) => steps.push(step),
    })
  // Other tests may set up others meanwhile.
  const isOwn = async (image: string) => (await layersOf(image).catch(() => []))[0] === base.layers[0]?.diffId
  const left = async () => {
    const containers = await docker.listContainers({ all: true })
    const images = await docker.listImages({ filters: { reference: ['ndn-sfc/setup'] } })
    const all = [...containers.map(({ Image }) => Image), ...images.map(({ Id }) => Id)]
    return (await Promise.all(all.map(isOwn))).filter(Boolean)
  }
  const lines = [
    'cp a.txt b.txt',
    'mkdir -p /opt/made; cp a.txt /opt/made/',
    'cp /bin/cp /usr/bin/fresh; rm /usr/bin/old',
  ]

  await t.test('what they make is a layer, and in the folder what is made there', async (t) => {
    const folder = await makeFolder(t)
    const made = await setUp(lines, folder)
    t.same(
      made.layers.map(({ kind }) => kind),
      ['system', 'setup'],
    )
    t.same((await readdir(folder)).sort(), ['a.txt', 'b.txt'])
    t.equal(made.programs.get('fresh'), '/usr/bin/fresh')
    t.equal(made.programs.get('old'), undefined)
    t.ok(steps.includes('running cp a.txt b.txt'))
    t.same(await left(), [], 'neither a container nor an image')
  })

  await t.test('the same again runs nothing', async (t) => {
    steps.length = 0
    const folder = await makeFolder(t)
    t.same((await setUp(lines, folder)).layers.length, 2)
    t.equal(await readFile(join(folder, 'b.txt'), 'utf8'), 'one')
    t.same(steps, [])
  })

  await t.test('where only the folder changes, there is no layer', async (t) => {
    const folder = await makeFolder(t)
    t.equal((await setUp(['cp a.txt c.txt'], folder)).layers.length, 1)
    t.same((await readdir(folder)).sort(), ['a.txt', 'c.txt'])
  })

  await t.test('one that fails is told of with what it said', async (t) => {
    await t.rejects(setUp(['cp none.txt b.txt', 'cp a.txt c.txt'], await makeFolder(t)), {
      code: 'build-failed',
      message:
        /a setup command failed with exit code 1 in the base image .*\n\+ cp none\.txt b\.txt\n.*none\.txt/,
    })
    await t.rejects(setUp(['ln -s /etc/test link'], await makeFolder(t)), {
      code: 'build-failed',
      message: /made function\/link, which .* leads out/,
    })
    const nowhere = async () => {}
    const folder = await makeFolder(t)
    const image = storedBase(base, home.store)
    const slow = { image, name: 'it', lines: ['sleep 600'], folder, onFolder: nowhere, onImage: nowhere }
    await t.rejects(setUpImage({ ...slow, timeout: 100 }, home.folder), {
      code: 'build-failed',
      message: /took more than 100 ms/,
    })
    const controller = new AbortController()
    const progress = (step: string) => step.includes('sleep') && controller.abort(new Error('enough'))
    const { signal } = controller
    await t.rejects(setUpImage({ ...slow, signal, progress }, home.folder), { message: 'enough' })
    t.same(await left(), [])
  })
})

t.test('setup commands on a base image need a Docker Engine', async (t) => {
  const home = await Home.make(t)
  const base = await open(
    home,
    await writeLayout(await temporaryFolder(t), await makeBase([[program('bin/sh')]])),
  )
  const { DOCKER_HOST } = process.env
  process.env.DOCKER_HOST = 'unix:///none/docker.sock'
  t.teardown(() => {
    if (DOCKER_HOST === undefined) delete process.env.DOCKER_HOST
    else process.env.DOCKER_HOST = DOCKER_HOST
  })
  const folder = await temporaryFolder(t)
  await t.rejects(setUpBase(base, ['true'], folder, { store: home.store, home: home.folder }), {
    code: 'engine-unreachable',
    message: /setup commands on a base image run in a container: no Docker Engine answers/,
  })
})
