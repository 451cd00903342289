import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { imageArchitecture } from '../../src/engine/index.ts'
import { digestFolder } from '../engine/fixture.ts'
import { Home, makeFunction, openRepository } from './fixture.ts'
import { RegistryHost, skipWithoutRegistry } from './registry-host.ts'

t.test('functions in a registry', { skip: skipWithoutRegistry }, async (t) => {
  const registry = await RegistryHost.start(t)
  const repository = openRepository(t, registry.url)
  const builder = await Home.make(t)
  const node = await Home.make(t)

  await t.test('what was pushed is pulled elsewhere, the same to the byte', async (t) => {
    const artifact = await makeFunction(t, {
      files: { 'deep/er.txt': 'deep', 'node_modules/one/index.js': '1' },
    })
    const pushed = await builder.push(repository, artifact)
    t.match(pushed, { name: 'hello', version: '1.0.0', bytesThere: 0, dropped: [] })
    const pulled = await node.pull(repository, 'hello:1.0.0')
    t.equal(pulled.digest, pushed.digest)
    t.equal(pulled.bytesFetched, pushed.bytesSent)
    t.equal(pulled.artifact.digest, artifact.digest)
    t.same(pulled.artifact.manifest, artifact.manifest)
    t.equal(await digestFolder(pulled.artifact.directory), artifact.digest)
    t.equal(await readFile(join(pulled.artifact.directory, 'deep/er.txt'), 'utf8'), 'deep')
    t.equal((await node.images.get({ name: 'hello' })).artifactDigest, artifact.digest)
  })

  await t.test('the repository alone says what a function is', async (t) => {
    const facts = await repository.find('hello')
    t.match(facts, {
      name: 'hello',
      version: '1.0.0',
      manifest: { input: ['text/*'], output: 'text/plain', parameters: { marks: { type: 'integer' } } },
    })
    t.same(
      facts.architectures.map(({ architecture }) => architecture),
      [imageArchitecture()],
    )
    const [image] = facts.architectures
    t.same(
      image?.layers.map(({ kind }) => kind),
      ['base', 'packages', 'function'],
    )
    t.equal(
      image?.size,
      image?.layers.reduce((sum, { size }) => sum + size, 0),
    )
  })

  await t.test(
    'a node knows which layers it need not fetch, by the digests that the repository has',
    async (t) => {
      const [image] = (await repository.find('hello')).architectures
      const layers = image?.layers.map(({ digest }) => digest) ?? []
      const blobs = await node.store.list()
      t.equal(layers.length, 3)
      t.same(
        layers.filter((digest) => !blobs.includes(digest)),
        [],
      )
      t.same(await (await Home.make(t)).store.list(), [])
    },
  )

  await t.test('pushed or pulled again, nothing moves', async (t) => {
    const artifact = await makeFunction(t, { name: 'again' })
    const first = await builder.push(repository, artifact)
    await node.pull(repository, 'again')
    const second = await builder.push(repository, artifact)
    t.equal(second.bytesSent, 0)
    t.equal(second.digest, first.digest)
    t.equal((await node.pull(repository, 'again')).bytesFetched, 0)
  })

  await t.test('new code moves kilobytes: Node.js is mounted from where it is', async (t) => {
    const files = { 'more.txt': 'changed' }
    const { bytesSent, bytesThere } = await builder.push(
      repository,
      await makeFunction(t, { name: 'other', files }),
    )
    t.ok(bytesSent < 10_000, `${bytesSent} bytes sent`)
    t.ok(bytesThere > 10_000_000, `${bytesThere} bytes were there`)
    const { bytesFetched } = await node.pull(repository, 'other')
    t.ok(bytesFetched < 10_000, `${bytesFetched} bytes fetched`)
  })

  await t.test('the same function is the same digest wherever and whenever it is built', async (t) => {
    const artifact = await makeFunction(t, { name: 'same', files: { 'node_modules/one/index.js': '1' } })
    const [here, there] = [await builder.build(artifact), await (await Home.make(t)).build(artifact)]
    t.equal(here.descriptor.digest, there.descriptor.digest)
  })

  await t.test('versions are tags, and without one the newest is meant', async (t) => {
    for (const version of ['1.9.0', '1.10.0', '2.0.0-rc.1', '1.10.0+build.7']) {
      await builder.push(repository, await makeFunction(t, { name: 'many', version }))
    }
    t.same(await repository.versions('many'), ['2.0.0-rc.1', '1.10.0+build.7', '1.10.0', '1.9.0'])
    t.equal((await repository.find('many')).version, '2.0.0-rc.1')
    t.equal((await repository.find('many:1.10.0+build.7')).version, '1.10.0+build.7')
    const { digest } = await repository.find('many:1.9.0')
    t.equal((await repository.find(`many@${digest}`)).version, '1.9.0')
    await t.rejects(repository.find('many:3.0.0'), {
      code: 'not-found',
      message: /versions 2\.0\.0-rc\.1, 1\.10/,
    })
    await t.rejects(repository.find('none'), { code: 'not-found', message: /no function of that name/ })
  })

  await t.test('all functions are listed, with their versions', async (t) => {
    const all = await repository.list()
    t.same(
      all.map(({ name, version }) => `${name}:${version}`),
      ['again:1.0.0', 'hello:1.0.0', 'many:2.0.0-rc.1', 'other:1.0.0'],
    )
    t.equal(all.find(({ name }) => name === 'many')?.versions.length, 4)
  })

  await t.test('a version that is removed is gone, and the others stay', async (t) => {
    const before = await repository.find('many:1.9.0')
    const removed = await repository.remove('many:1.9.0')
    t.same(removed, [before.digest, ...before.architectures.map(({ digest }) => digest)])
    await t.rejects(repository.find('many:1.9.0'), { code: 'not-found' })
    t.equal((await repository.versions('many')).length, 3)
    await t.rejects(repository.remove('many:1.9.0'), { code: 'not-found' })
  })

  await t.test('a name with hyphens at its ends has a place', async (t) => {
    const { bytesSent } = await builder.push(repository, await makeFunction(t, { name: '-a-' }))
    t.ok(bytesSent > 0)
    t.equal((await node.pull(repository, '-a-')).name, '-a-')
  })

  await t.test('nothing unfinished is left anywhere', async (t) => {
    for (const { folder } of [builder, node]) {
      const left = (await readdir(folder, { recursive: true })).filter((path) =>
        /unfinished|\.tmp$/.test(path),
      )
      t.same(left, [])
    }
  })
})
