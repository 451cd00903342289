import t, { type Test } from 'tap'
import { push } from '../../src/repository/push.ts'
import type { RegistryOptions } from '../../src/repository/registry.ts'
import { smallImage } from './craft.ts'
import { type FunctionOptions, Home, makeFunction, openRepository } from './fixture.ts'
import { Interposer } from './interposer.ts'
import { RegistryHost, skipWithoutRegistry } from './registry-host.ts'

t.test('a push that fails', { skip: skipWithoutRegistry }, async (t) => {
  const registry = await RegistryHost.start(t)
  const between = await Interposer.start(t, registry.url)
  let count = 0

  const setUp = async (t: Test, options: RegistryOptions = {}) => {
    between.intercept = () => false
    between.seen.length = 0
    const name = `pushed-${++count}`
    const home = await Home.make(t)
    const repository = openRepository(t, between.url, options)
    const make = async (fields: FunctionOptions = {}) =>
      smallImage(home.store, await makeFunction(t, { name, ...fields }))
    const pushIt = async (fields?: FunctionOptions) => await push(repository, await make(fields), home.store)
    return { name, home, repository, make, pushIt }
  }

  await t.test(
    'because the connection breaks in the middle of a layer is done again from its beginning',
    async (t) => {
      const { repository, name, pushIt } = await setUp(t)
      let broken = 0
      between.intercept = (request) => {
        if (request.method !== 'PUT' || broken > 0) return false
        broken++
        request.once('data', () => request.socket.destroy())
        return true
      }
      const { digest } = await pushIt()
      t.equal(broken, 1)
      t.same(repository.waits, [250])
      t.equal((await repository.find(name)).digest, digest)
      t.equal(between.seen.filter((line) => line.startsWith('POST')).length, 3, 'the upload was begun anew')
    },
  )

  await t.test('because the registry dies in the middle of a layer goes on when it is back', async (t) => {
    const comesBack = async () => {
      await registry.run()
    }
    const { repository, name, pushIt } = await setUp(t, { retry: { wait: comesBack } })
    let isKilled = false
    between.intercept = (request, response) => {
      if (request.method !== 'PUT' || isKilled) return false
      isKilled = true
      request.once('data', () => void registry.stop().then(() => response.destroy()))
      return true
    }
    const { digest } = await pushIt()
    t.ok(isKilled)
    t.equal((await repository.find(name)).digest, digest)
  })

  await t.test('again and again leaves the version as it was', async (t) => {
    const { repository, name, pushIt } = await setUp(t)
    const before = await pushIt()
    between.intercept = (request) => {
      if (request.method !== 'PUT') return false
      request.socket.destroy()
      return true
    }
    await t.rejects(pushIt({ files: { 'more.txt': 'new' } }), { code: 'registry-unreachable' })
    t.same(repository.waits, [250, 500, 1000])
    between.intercept = () => false
    t.equal((await repository.find(name)).digest, before.digest)
  })

  await t.test('before its manifest is there leaves no version', async (t) => {
    const { repository, name, pushIt } = await setUp(t)
    between.intercept = (request, response) => {
      if (request.method !== 'PUT' || !request.url?.includes('/manifests/')) return false
      request.resume().on('end', () => response.writeHead(500).end('{}'))
      return true
    }
    await t.rejects(pushIt(), { code: 'registry-failed', message: /it answered 500; see its log/ })
    between.intercept = () => false
    t.same(await repository.versions(name), [])
  })

  await t.test('because the registry is busy waits as long as it says', async (t) => {
    const { repository, pushIt } = await setUp(t)
    let refused = 0
    between.intercept = (request, response) => {
      if (request.method !== 'POST' || refused++ > 0) return false
      response.writeHead(429, { 'retry-after': '3' }).end()
      return true
    }
    await pushIt()
    t.same(repository.waits, [3000])
  })

  await t.test("because the registry's disk is full says whose disk", async (t) => {
    const { repository, pushIt } = await setUp(t)
    between.intercept = (request, response) => {
      if (request.method !== 'PUT') return false
      const detail = 'write /var/lib/x: no space left on device'
      const body = JSON.stringify({ errors: [{ code: 'UNKNOWN', message: 'unknown error', detail }] })
      request.resume().on('end', () => response.writeHead(500).end(body))
      return true
    }
    await t.rejects(pushIt(), { code: 'disk-full', message: /registry at .*free some space there/ })
    t.same(repository.waits, [])
  })

  await t.test('because a layer is not on this machine any more says what to do', async (t) => {
    const { home, make, repository } = await setUp(t)
    const image = await make()
    await home.store.remove(image.image.layers[0]?.digest ?? '')
    await t.rejects(push(repository, image, home.store), { code: 'ENOENT' })
    await home.images.put(image)
    await t.rejects(home.images.get({ name: image.manifest.name }), {
      code: 'not-found',
      message: /build or pull it again/,
    })
  })

  await t.test('not because of images for other architectures, which stay beside it', async (t) => {
    const { repository, name, pushIt } = await setUp(t)
    await pushIt()
    const { manifest, repository: place } = await repository.resolve(name)
    const index = JSON.parse(manifest.bytes.toString())
    index.manifests.push({ ...index.manifests[0], platform: { architecture: 'riscv64', os: 'linux' } })
    await repository.contents.putManifest(
      place,
      '1.0.0',
      manifest.mediaType,
      Buffer.from(JSON.stringify(index)),
    )
    t.same((await pushIt({ files: { 'more.txt': 'new' } })).dropped, [])
    const architectures = (await repository.find(name)).architectures.map(({ architecture }) => architecture)
    t.ok(architectures.includes('riscv64'))
    t.equal(architectures.length, 2)

    await t.test('unless they are of another function.yaml', async (t) => {
      t.same((await pushIt({ description: 'Says something else' })).dropped, ['riscv64'])
      t.equal((await repository.find(name)).architectures.length, 1)
    })
  })
})

t.test('a registry that does not delete says how it would', { skip: skipWithoutRegistry }, async (t) => {
  const registry = await RegistryHost.start(t, { withDeletion: false })
  const repository = openRepository(t, registry.url)
  const home = await Home.make(t)
  await push(repository, await smallImage(home.store, await makeFunction(t)), home.store)
  await t.rejects(repository.remove('hello:1.0.0'), {
    code: 'registry-refused',
    message: /storage\.delete\.enabled: true/,
  })
  t.equal((await repository.find('hello')).version, '1.0.0')
})
