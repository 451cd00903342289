import { readdir } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { imageArchitecture } from '../../src/engine/index.ts'
import { BlobStore } from '../../src/repository/blob-store.ts'
import { ANNOTATIONS } from '../../src/repository/oci.ts'
import { archiveOf, craftImage, type Flaws, publish } from './craft.ts'
import { Home, makeFunction, openRepository, temporaryFolder } from './fixture.ts'
import { Interposer } from './interposer.ts'
import { RegistryHost, skipWithoutRegistry } from './registry-host.ts'

/** What a home holds that could be taken for a function, and what was not finished. */
async function installed({ folder }: Home): Promise<string[]> {
  const paths = await readdir(folder, { recursive: true })
  return paths.filter((path) => /^(images|artifacts\/artifacts)\/.|unfinished|\.tmp$/.test(path))
}

t.test('a pull that fails', { skip: skipWithoutRegistry }, async (t) => {
  const registry = await RegistryHost.start(t)
  const between = await Interposer.start(t, registry.url)
  const author = await Home.make(t)
  let count = 0

  /** A function in the registry, and a client that has nothing of it. */
  const setUp = async (t: Test, flaws: Flaws = {}) => {
    between.intercept = () => false
    between.change = (_, bytes) => bytes
    const artifact = await makeFunction(t, { name: `pulled-${++count}` })
    const repository = openRepository(t, between.url)
    const { name } = artifact.manifest
    const place = repository.repositoryOf(name)
    const image = await craftImage(author.store, artifact, flaws)
    await publish({ contents: repository.contents, place }, '1.0.0', image, author.store)
    between.seen.length = 0
    return { repository, name, image, home: await Home.make(t) }
  }

  await t.test('because there is no image for this architecture says for which there is one', async (t) => {
    const { repository, name, home } = await setUp(t, { platform: { architecture: 'riscv64' } })
    await t.rejects(home.pull(repository, name), {
      code: 'no-such-architecture',
      message: new RegExp(`${name}.* has no image for ${imageArchitecture()}, only for riscv64`),
    })
    t.same(await installed(home), [])
    t.same(repository.waits, [], 'another try would not help')
  })

  await t.test('because a blob is not what its digest says leaves nothing of it', async (t) => {
    const { repository, name, home, image } = await setUp(t)
    between.change = (path, bytes) => {
      if (path.endsWith(image.blobs[0]?.digest ?? '')) bytes[20] = (bytes[20] ?? 0) ^ 1
      return bytes
    }
    await t.rejects(home.pull(repository, name), { code: 'wrong-digest', message: /push it again/ })
    t.same(await installed(home), [])
    t.notOk(await home.store.has(image.blobs[0] as never))
    t.same(repository.waits, [250, 500, 1000], 'it might have come right')
  })

  await t.test('because a blob is longer than it should be is ended early', async (t) => {
    const { repository, name, home, image } = await setUp(t)
    between.intercept = (request, response) => {
      if (request.method !== 'GET' || !request.url?.endsWith(image.blobs[0]?.digest ?? '')) return false
      response.writeHead(200)
      const more = () => {
        if (!response.destroyed && response.write(Buffer.alloc(65_536))) setImmediate(more)
      }
      response.on('drain', more)
      more()
      return true
    }
    await t.rejects(home.pull(repository, name), { code: 'wrong-digest', message: /more than \d+ bytes/ })
    t.same(await installed(home), [])
  })

  await t.test('because a manifest is not what its digest says is refused', async (t) => {
    const { repository, name, home } = await setUp(t)
    between.change = (path, bytes) => {
      if (path.includes('/manifests/sha256:')) bytes.write('[', 0)
      return bytes
    }
    await t.rejects(home.pull(repository, name), {
      code: 'wrong-digest',
      message: /manifest.*something changed it/,
    })
    t.same(await installed(home), [])
  })

  await t.test('not because there are bytes after an answer', async (t) => {
    const { repository, name, home } = await setUp(t)
    between.change = (path, bytes) => (path.includes('/manifests/') ? Buffer.from(`${bytes} `) : bytes)
    t.equal((await home.pull(repository, name)).name, name)
  })

  await t.test('once in the middle of a blob is done again, and goes well', async (t) => {
    const { repository, name, home, image } = await setUp(t)
    let broken = 0
    between.intercept = (request, response) => {
      if (!request.url?.endsWith(image.blobs[0]?.digest ?? '') || broken++ > 0) return false
      response.writeHead(200, { 'content-length': image.blobs[0]?.size })
      response.write('half', () => response.destroy())
      return true
    }
    t.equal((await home.pull(repository, name)).name, name)
    t.same(repository.waits, [250])
  })

  await t.test('because the disk is full says where, and leaves nothing', async (t) => {
    const { repository, name } = await setUp(t)
    const folder = await temporaryFolder(t)
    const full = () =>
      new Writable({
        write: (_chunk, _encoding, done) =>
          done(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })),
      })
    const home = new Home(folder, new BlobStore(folder, { openFile: full }))
    await t.rejects(home.pull(repository, name), {
      code: 'disk-full',
      message: new RegExp(`${folder}/blobs.*free some`),
    })
    t.same(await installed(home), [])
    t.same(repository.waits, [])
  })

  await t.test('because the function is not there is not tried again', async (t) => {
    const { repository, home } = await setUp(t)
    await t.rejects(home.pull(repository, 'nothing:1.0.0'), { code: 'not-found' })
    t.same(repository.waits, [])
  })

  const link = gzipSync(
    await archiveOf([{ name: 'function/main.mjs', type: 'symlink', linkname: '/etc/passwd' }]),
  )
  const outside = gzipSync(await archiveOf([{ name: 'function/../../escaped' }, 'x']))
  const wrong: Record<string, readonly [flaws: Flaws, message: RegExp, code?: string]> = {
    'is no function': [{ annotations: { [ANNOTATIONS.function]: undefined } }, /is no function/],
    'has a manifest that is no JSON': [{ annotations: { [ANNOTATIONS.function]: '{' } }, /cannot be used/],
    'has a manifest with an error': [
      { annotations: { [ANNOTATIONS.function]: '{"name":"A"}' } },
      /name: must be 1 to 64/,
    ],
    'is another function than its place says': [
      {
        annotations: {
          [ANNOTATIONS.function]: JSON.stringify({
            name: 'b',
            input: '*/*',
            output: 'a/b',
            module: 'index.ts',
          }),
        },
      },
      /is the function b/,
    ],
    'does not say which artifact it holds': [
      { annotations: { [ANNOTATIONS.artifact]: 'x' } },
      /does not say which artifact/,
    ],
    'holds another artifact': [{ annotations: { [ANNOTATIONS.artifact]: '0'.repeat(64) } }, /something else/],
    'is for another machine than the index says': [
      { config: { architecture: 'mips' } },
      /it is for linux\/mips/,
    ],
    'has a configuration that is none': [{ config: { rootfs: {} } }, /rootfs/],
    'has a configuration of other layers': [
      { config: { rootfs: { type: 'layers', diff_ids: Array(2).fill(`sha256:${'0'.repeat(64)}`) } } },
      /1 layers, and its configuration 2/,
    ],
    'unpacks to other bytes than it says': [
      { config: { rootfs: { type: 'layers', diff_ids: [`sha256:${'0'.repeat(64)}`] } } },
      /unpacks to other bytes/,
      'wrong-digest',
    ],
    'has a layer that is no archive': [{ layer: Buffer.from('no archive') }, /no archive/],
    'has a layer with a link in the function': [{ layer: link }, /which is no file/],
    'has a layer that leads out of the folder': [{ layer: outside }, /no place in a function/],
  }
  for (const [what, [flaws, message, code = 'bad-image']] of Object.entries(wrong)) {
    await t.test(`because the image ${what} installs nothing`, async (t) => {
      const { repository, name, home } = await setUp(t, flaws)
      await t.rejects(home.pull(repository, name), { code, message })
      t.same(await installed(home), [])
      t.same(repository.waits, [])
    })
  }
})
