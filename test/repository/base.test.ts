import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { pack } from 'tar-stream'
import { imageArchitecture } from '../../src/engine/index.ts'
import { IMAGE_FILE_BYTES_MAX, IMAGE_FILE_ENTRIES_MAX } from '../../src/repository/base-file.ts'
import { parseBaseReference } from '../../src/repository/base-reference.ts'
import { MEDIA_TYPES } from '../../src/repository/oci.ts'
import { hostPrograms, makeBase, OTHER, open, program, publishBase, writeLayout } from './base-fixture.ts'
import { type ArchiveEntry, archiveOf } from './craft.ts'
import { Home, makeFunction, openRepository, temporaryFolder } from './fixture.ts'
import { RegistryHost, skipWithoutRegistry } from './registry-host.ts'

const NODE = [program('usr/local/bin/node')]
const NODE_ENVIRONMENT = ['PATH=/usr/local/bin:/usr/bin', 'NODE_VERSION=22.1.0']

/** An archive that says that a file of some size follows. */
async function headerOf(size: number): Promise<Buffer> {
  const archive = pack()
  archive.entry({ name: 'large', size })
  for await (const chunk of archive) return chunk as Buffer
  return Buffer.alloc(0)
}

t.test('where a base image is', async (t) => {
  const digest = `sha256:${'a'.repeat(64)}`
  const cases: [text: string, registry: string | undefined, repository: string, target: string][] = [
    ['base/debian:12', undefined, 'base/debian', '12'],
    ['debian', undefined, 'debian', 'latest'],
    [`debian@${digest}`, undefined, 'debian', digest],
    [`debian:12@${digest}`, undefined, 'debian', digest],
    ['127.0.0.1:5000/debian:12', '127.0.0.1:5000', 'debian', '12'],
    ['localhost/a/b', 'localhost', 'a/b', 'latest'],
    ['ghcr.io/a/b_c:1', 'ghcr.io', 'a/b_c', '1'],
    ['docker.io/debian:12', 'registry-1.docker.io', 'library/debian', '12'],
    ['docker.io/a/b', 'registry-1.docker.io', 'a/b', 'latest'],
  ]
  for (const [text, registry, repository, target] of cases)
    t.same(
      parseBaseReference(text),
      registry === undefined ? { repository, target } : { registry, repository, target },
    )
  for (const text of ['', 'A', 'a:', '/a', 'a//b', 'a@sha256:1', 'a:b c', 'https://a/b', '../a'])
    t.throws(() => parseBaseReference(text), { code: 'bad-reference', message: /names no base image/ }, text)
})

t.test('which programs a base image has', async (t) => {
  const home = await Home.make(t)
  const layers: ArchiveEntry[][] = [
    [
      program('usr/bin/kept'),
      program('./usr/bin/removed'),
      program('opt/bin/emptied'),
      program('usr/bin/both'),
      program('elsewhere/bin/unseen'),
      program('usr/share/data'),
      [{ name: 'usr/bin/text', mode: 0o644 }, ''],
    ],
    [
      program('usr/bin/.wh.removed'),
      program('opt/bin/.wh..wh..opq'),
      program('bin/both'),
      [{ name: 'bin/link', type: 'symlink', linkname: 'both' }, ''],
    ],
  ]
  const image = await makeBase(layers, {
    environment: ['PATH=/bin:/usr/bin:/opt/bin', 'NODE_VERSION=20.1.0'],
  })
  const folder = await writeLayout(await temporaryFolder(t), image)
  const base = await open(home, folder)
  t.same(Object.fromEntries(base.programs), { kept: '/usr/bin/kept', both: '/bin/both', link: '/bin/link' })
  t.equal(base.nodeVersion, '20.1.0')
})

t.test('a base image from a file or folder', async (t) => {
  const home = await Home.make(t)
  const image = await makeBase([[program('usr/bin/one')], [program('usr/bin/two')]], {
    isPlain: true,
    mediaType: MEDIA_TYPES.plainLayer,
  })
  const layout = await writeLayout(await temporaryFolder(t), image)
  const names = (base: { programs: ReadonlyMap<string, string> }) => [...base.programs.keys()]
  t.same(names(await open(home, layout)), ['one', 'two'])

  const manifest = [{ Config: 'c.json', RepoTags: null, Layers: ['1/layer.tar', '2/layer.tar'] }]
  const [first, second] = image.layers as [Buffer, Buffer]
  const saved = await archiveOf(
    [{ name: 'c.json' }, image.config],
    [{ name: '1/layer.tar', type: 'symlink', linkname: '../3/layer.tar' }],
    [{ name: '2/layer.tar' }, second],
    [{ name: '3/layer.tar' }, first],
    [{ name: 'manifest.json' }, JSON.stringify(manifest)],
  )
  const file = join(await temporaryFolder(t), 'base.tar')
  await writeFile(file, saved)
  const base = await open(home, file)
  t.same(names(base), ['one', 'two'])
  t.ok(base.layers.every(({ descriptor }) => descriptor.mediaType === MEDIA_TYPES.layer))
  await writeFile(file, gzipSync(saved))
  t.same((await open(home, file)).layers, base.layers, 'with gzip')

  const wrong: [content: Buffer, code: string, message: RegExp][] = [
    [Buffer.from('hello'), 'bad-image', /no archive|holds no image/],
    [await archiveOf([{ name: 'a' }, 'b']), 'bad-image', /holds no image/],
    [
      await archiveOf(
        ...Array.from(
          { length: IMAGE_FILE_ENTRIES_MAX + 1 },
          (_, i): ArchiveEntry => [{ name: `${i}`, type: 'directory' }],
        ),
      ),
      'too-large',
      /holds more than 10000 files/,
    ],
    [await headerOf(IMAGE_FILE_BYTES_MAX + 1), 'too-large', /or 8589934592 bytes/],
    [await archiveOf([{ name: 'manifest.json' }, '[]']), 'bad-image', /0 images: save one/],
    [
      await archiveOf(
        [{ name: 'c.json' }, image.config],
        [{ name: '1' }, second],
        [{ name: '2' }, first],
        [{ name: 'manifest.json' }, JSON.stringify([{ Config: 'c.json', Layers: ['1', '2'] }])],
      ),
      'wrong-digest',
      /not what its configuration says/,
    ],
  ]
  for (const [content, code, message] of wrong) {
    await writeFile(file, content)
    await t.rejects(open(await Home.make(t), file), { code, message })
  }
  await t.rejects(open(home, layout, '', OTHER), { code: 'no-such-architecture' })
  t.notOk(
    (await readdir(home.folder)).some((name) => name.startsWith('.unpacked')),
    'nothing is left',
  )
})

t.test('what is wrong with a base image is told', async (t) => {
  const home = await Home.make(t)
  const folder = await temporaryFolder(t)
  await t.rejects(open(home, folder), { code: 'bad-image', message: /holds no image/ })
  await writeLayout(folder, await makeBase([NODE], { mediaType: `${MEDIA_TYPES.plainLayer}+zstd` }))
  await t.rejects(open(home, folder), { code: 'bad-image', message: /tar\+zstd: only tar archives/ })
  const noArchive = await makeBase([NODE])
  const layer = gzipSync('no archive of any kind'.repeat(100))
  const digest = `sha256:${createHash('sha256').update(layer).digest('hex')}`
  const manifest = JSON.parse(noArchive.manifest.toString())
  manifest.layers = [{ ...manifest.layers[0], digest, size: layer.length }]
  const broken = await temporaryFolder(t)
  await writeLayout(broken, {
    ...noArchive,
    manifest: Buffer.from(JSON.stringify(manifest)),
    layers: [layer],
  })
  await t.rejects(open(home, broken), { code: 'bad-image', message: /cannot be read/ })
})

t.test('functions on a base image', { skip: skipWithoutRegistry }, async (t) => {
  const registry = await RegistryHost.start(t)
  const repository = openRepository(t, registry.url)
  const builder = await Home.make(t)
  const plain = await makeBase([await hostPrograms('tr'), [program('usr/bin/more')]])
  const withNode = await makeBase([NODE], { environment: NODE_ENVIRONMENT, architecture: OTHER })
  await publishBase(repository, builder, 'base/plain', '1', plain)
  await publishBase(repository, builder, 'base/both', '1', { ...withNode, architecture: OTHER }, plain)

  await t.test('its layers come first, and are not sent again', async (t) => {
    const base = await open(builder, 'base/plain:1', registry.url)
    const artifact = await makeFunction(t, {
      module: undefined,
      command: ['tr', 'a-z', 'A-Z'],
      programs: ['tr'],
    })
    const image = await builder.build(artifact, base)
    t.same(
      image.facts.layers.map(({ kind }) => kind),
      ['system', 'system', 'base', 'function'],
    )
    t.same(
      image.image.layers.slice(0, 2).map(({ digest }) => digest),
      base.layers.map(({ descriptor }) => descriptor.digest),
    )
    t.match(image.facts.base, { name: 'base/plain:1', digest: base.digest })
    const pushed = await builder.push(repository, artifact, base)
    t.same(
      pushed.blobs.map(({ bytesSent }) => bytesSent > 0),
      [false, false, true, true, true],
      'the registry has those of the base',
    )
    t.equal(
      (await builder.build(artifact, base)).descriptor.digest,
      image.descriptor.digest,
      'again it is the same',
    )

    const node = await Home.make(t)
    const pulled = await node.pull(repository, 'hello')
    t.equal(pulled.artifact.digest, artifact.digest)
    t.equal(pulled.artifact.image?.layers.length, 4)
    t.match(await repository.find('hello'), { architectures: [{ base: { name: 'base/plain:1' } }] })
  })

  await t.test('an image for another architecture stands beside that for this one', async (t) => {
    const artifact = await makeFunction(t, { name: 'both' })
    await builder.push(repository, artifact)
    const base = await open(builder, 'base/both:1', registry.url, OTHER)
    const pushed = await builder.push(repository, artifact, base)
    t.same(pushed.dropped, [])
    const { architectures } = await repository.find('both')
    t.same(
      architectures.map(({ architecture }) => architecture),
      [imageArchitecture(), OTHER].sort(),
    )
    const other = architectures.find(({ architecture }) => architecture === OTHER)
    t.same(
      other?.layers.map(({ kind }) => kind),
      ['system', 'base', 'function'],
    )
    t.ok((other?.layers[1]?.size ?? 0) < 1000, 'Node.js is that of the base')
    const { config } = await builder.build(artifact, base)
    t.equal(config.architecture, OTHER)
    const node = await Home.make(t)
    t.equal((await node.pull(repository, 'both')).artifact.digest, artifact.digest)
  })

  await t.test('images of both architectures are kept side by side', async (t) => {
    const artifact = await makeFunction(t, { name: 'kept' })
    const [own, other] = [
      await builder.build(artifact),
      await builder.build(artifact, await open(builder, 'base/both:1', registry.url, OTHER)),
    ]
    for (const image of [own, other]) await builder.images.put(image)
    t.equal((await builder.images.get({ name: 'kept' })).descriptor.digest, own.descriptor.digest)
    t.equal((await builder.images.get({ name: 'kept' }, OTHER)).descriptor.digest, other.descriptor.digest)
    await t.rejects(builder.images.get({ name: 'kept' }, 's390x'), {
      code: 'not-found',
      message: /for s390x/,
    })
  })

  await t.test('what a base lacks is told', async (t) => {
    const [own, other] = [
      await open(builder, 'base/plain:1', registry.url),
      await open(builder, 'base/both:1', registry.url, OTHER),
    ]
    const lacks = async (
      code: string,
      message: RegExp,
      fields: Parameters<typeof makeFunction>[1],
      base = own,
    ) => await t.rejects(builder.build(await makeFunction(t, fields), base), { code, message })
    const command = { module: undefined, programs: ['tr'] }
    await lacks('build-failed', /has no program awk: name a base that has it/, {
      ...command,
      command: ['tr'],
      programs: ['tr', 'awk'],
    })
    await lacks('build-failed', /has no program node/, { ...command, command: ['node', 'a.js'] })
    await lacks(
      'build-failed',
      /the npm package one of hello has native code for \w+ only/,
      {
        files: {
          'node_modules/one/a.node': (await readFile(process.execPath)).subarray(0, 64),
        },
      },
      other,
    )
    await lacks(
      'build-failed',
      /tool of hello has native code/,
      {
        ...command,
        programs: [],
        command: ['./tool'],
        files: { tool: (await readFile(process.execPath)).subarray(0, 64) },
      },
      other,
    )

    const withoutNode = await makeBase([[program('bin/sh')]], { architecture: OTHER })
    const oldNode = await makeBase([NODE], {
      architecture: OTHER,
      environment: [...NODE_ENVIRONMENT.slice(0, 1), 'NODE_VERSION=18.1.0'],
    })
    for (const [image, message] of [
      [withoutNode, /has no Node\.js, and this machine's is for/],
      [oldNode, /has Node\.js 18\.1\.0, and/],
    ] as const) {
      const folder = await writeLayout(await temporaryFolder(t), image)
      await lacks('build-failed', message, {}, await open(builder, folder, '', OTHER))
    }
    await t.rejects(open(builder, 'base/none:1', registry.url), {
      code: 'not-found',
      message: /there is no base image base\/none:1/,
    })
    await t.rejects(open(builder, 'base/plain:1', registry.url, OTHER), {
      code: 'no-such-architecture',
      message: new RegExp(`is not for linux/${OTHER}, but for linux/${imageArchitecture()}`),
    })
    await t.rejects(open(builder, 'base/both:1', registry.url, 's390x'), { code: 'no-such-architecture' })
  })

  await t.test('a package with builds for several architectures will do', async (t) => {
    const base = await open(builder, 'base/both:1', registry.url, OTHER)
    const header = (machine: number) =>
      Buffer.from(`\x7fELF\x02\x01\x01${'\0'.repeat(11)}${String.fromCharCode(machine)}\0`, 'latin1')
    const files = Object.fromEntries(
      [62, 183].flatMap((machine) => [[`node_modules/one/${machine}.node`, header(machine)]]),
    )
    const perArchitecture = {
      'node_modules/@a/b-x64/b.node': header(62),
      'node_modules/@a/b-arm64/b.node': header(183),
    }
    const image = await builder.build(
      await makeFunction(t, { files: { ...files, ...perArchitecture } }),
      base,
    )
    t.same(
      image.facts.layers.map(({ kind }) => kind),
      ['system', 'base', 'packages', 'function'],
    )
  })
})
